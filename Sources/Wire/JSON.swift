// Lazy views. A `JSON` is a place on a tape, 16 bytes to copy around; nothing is decoded until it
// is asked for, and strings are made only by callers that want strings. Views are pointers: they
// are valid until their scanner scans again, and no longer than scanner and text live. Whoever
// answers a request must not keep one. Debug builds assert that the scan is still the same.

/// A value of a scanned text: a view that is cheap to copy and decodes on demand.
package struct JSON {
  let document: UnsafeMutablePointer<Document>
  let index: UInt32
  private let generation: UInt32

  package enum Kind: String, Sendable {
    case null
    case bool
    case integer
    case number
    case string
    case array
    case object
  }

  @inline(__always)
  init(document: UnsafeMutablePointer<Document>, index: Int) {
    self.document = document
    self.index = UInt32(truncatingIfNeeded: index)
    generation = document.pointee.generation
  }

  @inline(__always)
  var entry: TapeEntry {
    assert(generation == document.pointee.generation, "a view outlived its scan")
    return document.pointee.entries[Int(index)]
  }

  /// The text of the entry; for a string without its quotes.
  @inline(__always)
  func text(of entry: TapeEntry) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: document.pointee.bytes + Int(entry.start), count: entry.length)
  }

  /// What kind of value this is. Numbers of 64 bits without fraction or exponent are `integer`.
  package var kind: Kind {
    switch entry.tag {
    case .null: .null
    case .true, .false: .bool
    case .integer: .integer
    case .number: .number
    case .string, .escapedString: .string
    case .array: .array
    default: .object
    }
  }

  package var isNull: Bool { entry.tag == .null }

  /// The value's own text as it was sent, quotes and inner whitespace included.
  package var rawBytes: UnsafeBufferPointer<UInt8> {
    if index == Document.absentIndex {
      return UnsafeBufferPointer(start: Document.emptyText, count: 2)
    }
    let entry = entry
    let text = text(of: entry)
    guard entry.tag == .string || entry.tag == .escapedString, let start = text.baseAddress else {
      return text
    }
    return UnsafeBufferPointer(start: start - 1, count: text.count + 2)
  }

  /// The boolean, or nil where this is none.
  package var boolValue: Bool? {
    switch entry.tag {
    case .true: true
    case .false: false
    default: nil
    }
  }

  /// The string's content, or nil where this is no string. Nothing is decoded yet.
  package var textValue: JSONText? {
    let entry = entry
    guard entry.tag == .string || entry.tag == .escapedString else { return nil }
    return JSONText(bytes: text(of: entry), isEscaped: entry.tag == .escapedString)
  }

  /// The string, or nil where this is none.
  package var stringValue: String? { textValue?.string }

  /// The integer, exact: also of a number like `1.0` or `1e2` whose value is one within 2^53. Nil
  /// for fractions, for integers beyond 64 bits and for what is no number.
  package var integerValue: Int64? {
    let entry = entry
    switch entry.tag {
    case .integer: return Decimal.integer(plain: text(of: entry))
    case .number:
      guard case .integer(let value) = Decimal(text(of: entry)).integral else { return nil }
      return value
    default: return nil
    }
  }

  /// The nearest double of any number, or nil where that is infinite or this is no number.
  package var doubleValue: Double? {
    let entry = entry
    guard entry.tag == .integer || entry.tag == .number else { return nil }
    return Decimal.double(text(of: entry))
  }

  /// How many elements or members there are; 0 for scalars. O(1).
  package var count: Int { Int(entry.count) }
}
