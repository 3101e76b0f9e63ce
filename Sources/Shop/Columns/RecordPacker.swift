// Records in a snapshot
// ---------------------
// What is small, or not of one size (a customer's details, a policy), is packed into bytes: whole
// numbers in the variable-length form of seven bits a byte, the lowest first, signed ones folded so
// that small ones stay short; text and bytes with their length before them; a value as a tag and
// its parts. The form is this version's own: a snapshot of another version is not read at all.

/// Packs values into bytes, one behind the other.
package struct RecordPacker {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func unsigned(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  package mutating func integer(_ number: Int64) {
    unsigned(UInt64(bitPattern: number << 1 ^ number >> 63))
  }

  package mutating func count(_ count: Int) { unsigned(UInt64(count)) }
  package mutating func flag(_ flag: Bool) { bytes.append(flag ? 1 : 0) }
  package mutating func instant(_ instant: Instant) { integer(instant.milliseconds) }

  package mutating func wide(_ number: Int128) {
    integer(Int64(truncatingIfNeeded: number >> 64))
    unsigned(UInt64(truncatingIfNeeded: number))
  }

  package mutating func number(_ number: Double) {
    withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func data(_ data: some Collection<UInt8>) {
    count(data.count)
    bytes.append(contentsOf: data)
  }

  package mutating func text(_ text: String) { data(text.utf8) }

  package mutating func optional<Wrapped>(
    _ value: Wrapped?, _ body: (inout RecordPacker, Wrapped) -> Void
  ) {
    flag(value != nil)
    if let value { body(&self, value) }
  }

  package mutating func list<Element>(
    _ elements: some Collection<Element>, _ body: (inout RecordPacker, Element) -> Void
  ) {
    count(elements.count)
    for element in elements { body(&self, element) }
  }

  package mutating func value(_ value: Value) {
    switch value {
    case .null: bytes.append(0)
    case .bool(let truth): bytes.append(truth ? 2 : 1)
    case .integer(let number):
      bytes.append(3)
      integer(number)
    case .number(let number):
      bytes.append(4)
      self.number(number)
    case .string(let text):
      bytes.append(5)
      self.text(text)
    case .array(let elements):
      bytes.append(6)
      list(elements) { $0.value($1) }
    case .object(let members):
      bytes.append(7)
      list(members) {
        $0.text($1.name)
        $0.value($1.value)
      }
    }
  }
}
