// How CSV is read
// ---------------
// RFC 4180 over bytes as they come: fields between delimiters, a field in double quotes may hold delimiters, line
// breaks and doubled quotes, rows end with LF or CRLF, a byte order mark in front is skipped. The reader keeps
// one buffer; a row is a list of ranges in it, and a field is only copied when someone asks for it. When the
// buffer ends within a row, the row's start moves to the front and more bytes are read behind it, so that memory
// is bounded by the longest row (`maximumRowBytes`) and a pipe of any length can be read.

/// Rows of a CSV stream, one after the other.
struct CSVReader {
  /// A longer row is refused: a quote that is never closed would otherwise read the whole stream as one field.
  static let maximumRowBytes = 1 << 20

  enum Problem: Error, Equatable {
    case rowTooLong(row: Int)
    case unclosedQuote(row: Int)
  }

  private struct Field {
    var start: Int
    var end: Int
    var hasDoubledQuotes: Bool
  }

  private let delimiter: UInt8
  private let fill: (UnsafeMutableRawBufferPointer) throws -> Int
  private var buffer: [UInt8] = []
  private var position = 0
  private var isDrained = false
  private var fields: [Field] = []
  /// Rows delivered so far, the header included: the number of the current row, counted from 1.
  private(set) var rowNumber = 0
  /// Bytes taken from the stream so far.
  private(set) var bytesRead = 0

  /// - Parameter fill: puts up to that many bytes into the buffer; 0 at the end of the stream.
  init(delimiter: UInt8, fill: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
    self.delimiter = delimiter
    self.fill = fill
  }

  var fieldCount: Int { fields.count }

  /// The bytes of a field of the current row, quotes removed; nothing for a field that the row lacks.
  func withBytes<Result>(of field: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    guard field < fields.count else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
    let range = fields[field]
    if !range.hasDoubledQuotes {
      return buffer.withUnsafeBufferPointer {
        body(UnsafeBufferPointer(rebasing: $0[range.start..<range.end]))
      }
    }
    var copy: [UInt8] = []
    var index = range.start
    while index < range.end {
      copy.append(buffer[index])
      index += buffer[index] == 0x22 ? 2 : 1
    }
    return copy.withUnsafeBufferPointer(body)
  }

  /// A field of the current row as text, white space at both ends removed; bad UTF-8 is repaired.
  func text(_ field: Int) -> String {
    withBytes(of: field) { bytes in
      var start = 0
      var end = bytes.count
      while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
      while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
      return String(decoding: bytes[start..<end], as: UTF8.self)
    }
  }

  /// Moves to the next row; false at the end. Rows without any byte are passed over.
  mutating func next() throws -> Bool {
    while true {
      if try !readRow() { return false }
      rowNumber += 1
      if fields.count > 1 || fields[0].end > fields[0].start { return true }
    }
  }

  private mutating func readRow() throws -> Bool {
    var scanned = position
    while true {
      if let end = parse(from: position) {
        position = end
        return true
      }
      scanned = buffer.count - position
      if scanned > CSVReader.maximumRowBytes { throw Problem.rowTooLong(row: rowNumber + 1) }
      if try !refill() {
        if position == buffer.count { return false }
        // The last row has no line break: give it one.
        buffer.append(0x0A)
        guard let end = parse(from: position) else {
          throw Problem.unclosedQuote(row: rowNumber + 1)
        }
        position = end
        return true
      }
    }
  }

  /// Reads more bytes behind what is left of the buffer; false at the end of the stream.
  private mutating func refill() throws -> Bool {
    if isDrained { return false }
    buffer.removeSubrange(0..<position)
    position = 0
    let kept = buffer.count
    let wanted = 1 << 18
    buffer.append(contentsOf: repeatElement(0, count: wanted))
    let fill = self.fill
    let count = try buffer.withUnsafeMutableBytes {
      try fill(UnsafeMutableRawBufferPointer(rebasing: $0[kept...]))
    }
    buffer.removeSubrange((kept + count)...)
    if bytesRead == 0, buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    bytesRead += count
    isDrained = count == 0
    return count > 0
  }

  /// Splits the row that starts there into `fields`; the start of the next row, or nil where the buffer ends first.
  private mutating func parse(from start: Int) -> Int? {
    fields.removeAll(keepingCapacity: true)
    let delimiter = self.delimiter
    return CSVReader.split(buffer, from: start, delimiter: delimiter, into: &fields)
  }

  private static func split(
    _ buffer: [UInt8], from start: Int, delimiter: UInt8, into fields: inout [Field]
  ) -> Int? {
    buffer.withUnsafeBufferPointer { bytes -> Int? in
      var index = start
      while true {
        var field = Field(start: index, end: index, hasDoubledQuotes: false)
        if index < bytes.count, bytes[index] == 0x22 {
          index += 1
          field.start = index
          while true {
            guard index < bytes.count else { return nil }
            if bytes[index] != 0x22 {
              index += 1
              continue
            }
            guard index + 1 < bytes.count else { return nil }
            if bytes[index + 1] != 0x22 { break }
            field.hasDoubledQuotes = true
            index += 2
          }
          field.end = index
          index += 1
          // Whatever stands between the closing quote and the delimiter is no part of the field.
          while index < bytes.count, bytes[index] != delimiter, bytes[index] != 0x0A { index += 1 }
        } else {
          while index < bytes.count, bytes[index] != delimiter, bytes[index] != 0x0A { index += 1 }
          field.end = index
          if index < bytes.count, bytes[index] == 0x0A, index > field.start,
            bytes[index - 1] == 0x0D
          {
            field.end -= 1
          }
        }
        guard index < bytes.count else { return nil }
        fields.append(field)
        let wasDelimiter = bytes[index] == delimiter
        index += 1
        if !wasDelimiter { return index }
      }
    }
  }
}
