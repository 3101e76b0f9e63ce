// How CSV is read
// ---------------
// RFC 4180 over bytes as they come: fields between delimiters, a field in double quotes may hold
// delimiters, line breaks and doubled quotes, rows end with LF or CRLF, a byte order mark in front
// is skipped. The reader keeps one buffer; a row is a list of ranges in it, and a field is handed
// out as a view of its bytes. Doubled quotes are taken apart in place, once the row is complete.
//
// When the buffer ends within a row, the row's start moves to the front and more bytes are read
// behind it, so that memory is bounded by the longest row (`maximumRowBytes`) and a pipe of any
// length can be read.

/// Rows of a CSV stream, one after the other.
struct CSVReader: ~Copyable {
  /// A longer row is refused: a quote that is never closed would otherwise read the whole stream as
  /// one field.
  static let maximumRowBytes = 1 << 20
  private static let refillBytes = 1 << 18

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
  private let isCut: () -> Bool
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// The unread bytes lie from `position` to `end`.
  private var position = 0
  private var end = 0
  private var isDrained = false
  private var fields: [Field] = []
  /// Rows delivered so far, the header included: the number of the current row, counted from 1.
  private(set) var rowNumber = 0
  /// Bytes taken from the stream so far.
  private(set) var bytesRead = 0

  /// - Parameters:
  ///   - fill: puts up to that many bytes into the buffer; 0 at the end of the stream.
  ///   - isCut: asked at the end of the stream; true where it ended too early, so that a last row
  ///     without a line break is no row.
  init(
    delimiter: UInt8, fill: @escaping (UnsafeMutableRawBufferPointer) throws -> Int,
    isCut: @escaping () -> Bool = { false }
  ) {
    self.delimiter = delimiter
    self.fill = fill
    self.isCut = isCut
    capacity = 2 * CSVReader.refillBytes
    buffer = .allocate(capacity: capacity)
  }

  deinit { buffer.deallocate() }

  var fieldCount: Int { fields.count }

  /// The bytes of a field of the current row, without quotes and without blanks at both ends; none
  /// for a field that the row lacks. Valid until the next row.
  func bytes(_ field: Int) -> UnsafeBufferPointer<UInt8> {
    guard field >= 0, field < fields.count else {
      return UnsafeBufferPointer(start: nil, count: 0)
    }
    var start = fields[field].start
    var end = fields[field].end
    while start < end, CSVReader.isBlank(buffer[start]) { start += 1 }
    while end > start, CSVReader.isBlank(buffer[end - 1]) { end -= 1 }
    return UnsafeBufferPointer(start: buffer + start, count: end - start)
  }

  /// A field as text; bad UTF-8 is repaired.
  func text(_ field: Int) -> String { String(decoding: bytes(field), as: UTF8.self) }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Moves to the next row; false at the end. Rows without any byte are passed over.
  mutating func next() throws -> Bool {
    while try readRow() {
      rowNumber += 1
      if fields.count > 1 || fields[0].end > fields[0].start { return true }
    }
    return false
  }

  private mutating func readRow() throws -> Bool {
    while true {
      if let next = split() {
        position = next
        return true
      }
      if end - position > CSVReader.maximumRowBytes {
        throw Problem.rowTooLong(row: rowNumber + 1)
      }
      if try refill() { continue }
      if position == end || isCut() { return false }
      // The last row has no line break: give it one. There is room for it, since a read that finds
      // the end of the stream leaves all of its room.
      buffer[end] = 0x0A
      end += 1
      guard let next = split() else { throw Problem.unclosedQuote(row: rowNumber + 1) }
      position = next
      return true
    }
  }

  /// Reads more bytes behind what is left of the buffer; false at the end of the stream.
  private mutating func refill() throws -> Bool {
    if isDrained { return false }
    makeRoom()
    // The mark in front can only be told from text once all of it is there.
    let wanted = bytesRead == 0 ? 3 : 1
    var count = 0
    while count < wanted, !isDrained {
      let room = UnsafeMutableRawBufferPointer(start: buffer + end, count: capacity - end - 1)
      let more = try fill(room)
      isDrained = more == 0
      end += more
      count += more
    }
    if bytesRead == 0, count >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF {
      position = 3
    }
    bytesRead += count
    return count > 0
  }

  /// Moves the unread bytes to the front and sees to it that there is room for more behind them.
  private mutating func makeRoom() {
    let kept = end - position
    if kept + CSVReader.refillBytes + 1 > capacity {
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * capacity)
      larger.update(from: buffer + position, count: kept)
      buffer.deallocate()
      buffer = larger
      capacity *= 2
    } else {
      buffer.update(from: buffer + position, count: kept)
    }
    position = 0
    end = kept
  }

  /// Splits the row at `position` into `fields`; the start of the next row, or nil where the buffer
  /// ends first.
  private mutating func split() -> Int? {
    fields.removeAll(keepingCapacity: true)
    var index = position
    while true {
      var field = Field(start: index, end: index, hasDoubledQuotes: false)
      if index < end, buffer[index] == 0x22 {
        guard let close = closingQuote(after: index, &field) else { return nil }
        field.start = index + 1
        field.end = close
        index = close + 1
        // What stands between the closing quote and the delimiter is no part of the field.
        while index < end, buffer[index] != delimiter, buffer[index] != 0x0A { index += 1 }
        guard index < end else { return nil }
      } else {
        while index < end, buffer[index] != delimiter, buffer[index] != 0x0A { index += 1 }
        guard index < end else { return nil }
        field.end = index
        if buffer[index] == 0x0A, index > field.start, buffer[index - 1] == 0x0D { field.end -= 1 }
      }
      fields.append(field)
      let isRowEnd = buffer[index] == 0x0A
      index += 1
      if isRowEnd { break }
    }
    for number in fields.indices where fields[number].hasDoubledQuotes { joinQuotes(of: number) }
    return index
  }

  private func closingQuote(after quote: Int, _ field: inout Field) -> Int? {
    var index = quote + 1
    while index < end {
      if buffer[index] == 0x22 {
        // Whether it closes the field is only known with the byte behind it.
        guard index + 1 < end else { return nil }
        if buffer[index + 1] != 0x22 { return index }
        field.hasDoubledQuotes = true
        index += 1
      }
      index += 1
    }
    return nil
  }

  /// Two quotes inside quotes are one; the field only gets shorter, so this is done in place.
  private mutating func joinQuotes(of number: Int) {
    var target = fields[number].start
    var index = target
    while index < fields[number].end {
      buffer[target] = buffer[index]
      index += buffer[index] == 0x22 ? 2 : 1
      target += 1
    }
    fields[number].end = target
  }
}
