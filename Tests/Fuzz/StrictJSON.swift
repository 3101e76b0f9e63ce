// RFC 8259 once more, by other means: recursive descent over the whole text, first and foremost
// short. The scanner and the replies are held against it. UTF-8 is judged by the standard library.

/// A JSON text, read by the letter of the RFC.
struct StrictJSON {
  indirect enum Value: Equatable {
    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([Node])
    case object([(name: String, node: Node)])

    static func == (left: Value, right: Value) -> Bool {
      switch (left, right) {
      case (.null, .null): true
      case (.bool(let first), .bool(let second)): first == second
      case (.number(let first), .number(let second)): first == second
      case (.string(let first), .string(let second)): first.utf8.elementsEqual(second.utf8)
      case (.array(let first), .array(let second)): first == second
      case (.object(let first), .object(let second)):
        first.count == second.count
          && zip(first, second).allSatisfy {
            $0.name.utf8.elementsEqual($1.name.utf8) && $0.node == $1.node
          }
      default: false
      }
    }
  }

  /// A value and the bytes that it stands in.
  struct Node: Equatable {
    var value: Value
    var range: Range<Int>

    static func == (left: Node, right: Node) -> Bool { left.value == right.value }

    var string: String? { if case .string(let text) = value { text } else { nil } }
    var elements: [Node]? { if case .array(let elements) = value { elements } else { nil } }
    var members: [(name: String, node: Node)]? {
      if case .object(let members) = value { members } else { nil }
    }

    /// The first member of that name, compared by bytes.
    subscript(name: String) -> Node? {
      members?.first { $0.name.utf8.elementsEqual(name.utf8) }?.node
    }
  }

  enum Refusal: Error { case malformed, tooDeep }

  private let bytes: [UInt8]
  private let maximumDepth: Int
  private var place = 0
  private var depth = 0

  /// Reads one text.
  static func read(
    _ bytes: [UInt8], maximumDepth: Int = 64
  ) throws(Refusal) -> Node {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw .malformed }
    var reader = StrictJSON(bytes: bytes, maximumDepth: maximumDepth)
    let node = try reader.node()
    guard reader.place == bytes.count else { throw .malformed }
    return node
  }

  private init(bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
  }

  private mutating func take(_ text: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard bytes[place...].starts(with: wanted) else { return false }
    place += wanted.count
    return true
  }

  /// A value with the space around it.
  private mutating func node() throws(Refusal) -> Node {
    skipSpace()
    let start = place
    let value = try value()
    let end = place
    skipSpace()
    return Node(value: value, range: start..<end)
  }

  private mutating func value() throws(Refusal) -> Value {
    if take("null") { return .null }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    switch next {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "["), UInt8(ascii: "{"): return try container()
    default: return .number(try number())
    }
  }

  private mutating func container() throws(Refusal) -> Value {
    depth += 1
    guard depth <= maximumDepth else { throw .tooDeep }
    defer { depth -= 1 }
    if take("[") {
      var elements: [Node] = []
      skipSpace()
      if take("]") { return .array([]) }
      repeat { elements.append(try node()) } while take(",")
      guard take("]") else { throw .malformed }
      return .array(elements)
    }
    place += 1
    var members: [(name: String, node: Node)] = []
    skipSpace()
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      let name = try string()
      skipSpace()
      guard take(":") else { throw .malformed }
      members.append((name, try node()))
    } while take(",")
    guard take("}") else { throw .malformed }
    return .object(members)
  }

  private mutating func digits() throws(Refusal) {
    let start = place
    while let byte = next, (0x30...0x39).contains(byte) { place += 1 }
    guard place > start else { throw .malformed }
  }

  private mutating func number() throws(Refusal) -> String {
    let start = place
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      try digits()
    }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func string() throws(Refusal) -> String {
    guard take("\"") else { throw .malformed }
    var text: [UInt8] = []
    while let byte = next {
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try escaped()
      case 0x20...: text.append(byte)
      default: throw .malformed
      }
    }
    throw .malformed
  }

  private mutating func escaped() throws(Refusal) -> [UInt8] {
    let letters = Array("\"\\/bfnrt".utf8)
    let meanings = Array("\"\\/\u{8}\u{C}\n\r\t".utf8)
    if let byte = next, let index = letters.firstIndex(of: byte) {
      place += 1
      return [meanings[index]]
    }
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return Array(String(scalar).utf8) }
    guard first < 0xDC00, take("\\") else { throw .malformed }
    let second = try codeUnit()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw .malformed }
    return Array(String(scalar).utf8)
  }

  private mutating func codeUnit() throws(Refusal) -> UInt32 {
    guard take("u"), bytes.count - place >= 4 else { throw .malformed }
    var unit: UInt32 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch bytes[place] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[place] - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[place] - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[place] - UInt8(ascii: "A") + 10
      default: throw .malformed
      }
      unit = unit << 4 | UInt32(digit)
      place += 1
    }
    return unit
  }
}
