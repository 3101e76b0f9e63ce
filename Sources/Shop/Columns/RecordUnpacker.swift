/// Reads back what `RecordPacker` packed, in the same order.
///
/// Bytes that end early or say nonsense are a `SnapshotProblem`, never a trap.
package struct RecordUnpacker {
  private let name: String
  private let bytes: Column<UInt8>
  private var offset: Int
  private let end: Int

  /// Values inside of values beyond which a record is nonsense; the wire lets in less.
  private static let maximumDepth = 200

  package init(name: String, _ bytes: Column<UInt8>) {
    self.init(name: name, bytes, 0..<bytes.count)
  }

  /// - Parameter range: the bytes of the record inside of the column.
  package init(name: String, _ bytes: Column<UInt8>, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "inside of the column")
    self.name = name
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  package var isAtEnd: Bool { offset == end }

  private func problem() -> SnapshotProblem { SnapshotProblem(name, "damaged at byte \(offset)") }

  private mutating func byte() throws(SnapshotProblem) -> UInt8 {
    guard offset < end else { throw problem() }
    defer { offset += 1 }
    return bytes[offset]
  }

  package mutating func unsigned() throws(SnapshotProblem) -> UInt64 {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      guard shift < 63 || next <= 1 else { throw problem() }
      number |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return number }
      shift += 7
    }
  }

  package mutating func integer() throws(SnapshotProblem) -> Int64 {
    let folded = try unsigned()
    return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
  }

  /// A number that says how many things follow, each of at least one byte, or is an index.
  package mutating func count() throws(SnapshotProblem) -> Int {
    guard let count = Int(exactly: try unsigned()) else { throw problem() }
    return count
  }

  package mutating func index() throws(SnapshotProblem) -> Int32 {
    guard let index = Int32(exactly: try integer()) else { throw problem() }
    return index
  }

  package mutating func flag() throws(SnapshotProblem) -> Bool {
    switch try byte() {
    case 0: return false
    case 1: return true
    default: throw problem()
    }
  }

  package mutating func instant() throws(SnapshotProblem) -> Instant {
    Instant(milliseconds: try integer())
  }

  package mutating func wide() throws(SnapshotProblem) -> Int128 {
    let high = try integer()
    return Int128(high) << 64 | Int128(try unsigned())
  }

  package mutating func number() throws(SnapshotProblem) -> Double {
    var pattern: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 8) { pattern |= UInt64(try byte()) << shift }
    return Double(bitPattern: pattern)
  }

  private mutating func range() throws(SnapshotProblem) -> Range<Int> {
    let count = try count()
    guard count <= end - offset else { throw problem() }
    defer { offset += count }
    return offset..<offset + count
  }

  package mutating func data() throws(SnapshotProblem) -> [UInt8] {
    let range = try range()
    return bytes.withUnsafeBufferPointer { Array($0[range]) }
  }

  package mutating func text() throws(SnapshotProblem) -> String {
    let range = try range()
    return bytes.withUnsafeBufferPointer {
      String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self)
    }
  }

  package mutating func optional<Wrapped>(
    _ body: (inout RecordUnpacker) throws(SnapshotProblem) -> Wrapped
  ) throws(SnapshotProblem) -> Wrapped? {
    try flag() ? try body(&self) : nil
  }

  package mutating func list<Element>(
    _ body: (inout RecordUnpacker) throws(SnapshotProblem) -> Element
  ) throws(SnapshotProblem) -> [Element] {
    let count = try count()
    guard count <= end - offset else { throw problem() }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try body(&self)) }
    return elements
  }

  package mutating func optionalText() throws(SnapshotProblem) -> String? {
    try flag() ? try text() : nil
  }

  package mutating func optionalInteger() throws(SnapshotProblem) -> Int64? {
    try flag() ? try integer() : nil
  }

  package mutating func optionalInstant() throws(SnapshotProblem) -> Instant? {
    try flag() ? try instant() : nil
  }

  package mutating func optionalValue() throws(SnapshotProblem) -> Value? {
    try flag() ? try value() : nil
  }

  package mutating func value() throws(SnapshotProblem) -> Value { try value(depth: 0) }

  private mutating func value(depth: Int) throws(SnapshotProblem) -> Value {
    guard depth < Self.maximumDepth else { throw problem() }
    switch try byte() {
    case 0: return .null
    case 1: return .bool(false)
    case 2: return .bool(true)
    case 3: return .integer(try integer())
    case 4: return .number(try number())
    case 5: return .string(try text())
    case 6:
      return .array(
        try list { unpacker throws(SnapshotProblem) in try unpacker.value(depth: depth + 1) })
    case 7:
      return .object(
        try list { unpacker throws(SnapshotProblem) in
          Value.Member(name: try unpacker.text(), value: try unpacker.value(depth: depth + 1))
        })
    default: throw problem()
    }
  }
}
