import Wire

/// Runs `body` with the view of a text's outermost value, which lives as long as the call.
func scanning<Result>(
  _ text: [UInt8], limits: Limits = Limits(), _ body: (JSON) throws -> Result
) throws -> Result {
  let scanner = JSONScanner(limits: limits)
  return try withExtendedLifetime(scanner) {
    try text.withUnsafeBufferPointer { try body(scanner.scan($0)) }
  }
}

func scanning<Result>(
  _ text: String, limits: Limits = Limits(), _ body: (JSON) throws -> Result
) throws -> Result {
  try scanning(Array(text.utf8), limits: limits, body)
}

/// The error that scanning a text ends in, or nil where it is JSON.
func scanError(_ text: [UInt8], limits: Limits = Limits()) -> ScanError? {
  let scanner = JSONScanner(limits: limits)
  return withExtendedLifetime(scanner) {
    text.withUnsafeBufferPointer { buffer in
      do throws(ScanError) {
        _ = try scanner.scan(buffer)
        return nil
      } catch {
        return error
      }
    }
  }
}

func scanError(_ text: String, limits: Limits = Limits()) -> ScanError? {
  scanError(Array(text.utf8), limits: limits)
}

/// SplitMix64: random sequences that a printed seed brings back.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// A JSON value in memory: what the tests compare texts with.
indirect enum Model: Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([Model])
  case object([(String, Model)])

  /// Strings by their bytes: `==` on strings takes canonical equivalents for the same.
  static func == (left: Model, right: Model) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let first), .bool(let second)): first == second
    case (.integer(let first), .integer(let second)): first == second
    case (.number(let first), .number(let second)): first.bitPattern == second.bitPattern
    case (.string(let first), .string(let second)): first.utf8.elementsEqual(second.utf8)
    case (.array(let first), .array(let second)): first == second
    case (.object(let first), .object(let second)):
      first.count == second.count
        && zip(first, second).allSatisfy { pair in
          pair.0.0.utf8.elementsEqual(pair.1.0.utf8) && pair.0.1 == pair.1.1
        }
    default: false
    }
  }

  /// What a view shows, read to the last value.
  init(_ node: JSON) {
    switch node.kind {
    case .null: self = .null
    case .bool: self = .bool(node.boolValue ?? false)
    case .integer: self = .integer(node.integerValue ?? 0)
    case .number: self = .number(node.doubleValue ?? .infinity)
    case .string: self = .string(node.stringValue ?? "")
    case .array: self = .array(node.elements.map { Model($0) })
    case .object: self = .object(node.members.map { ($0.name.string, Model($0.value)) })
    }
  }

  func write(into writer: inout JSONWriter) {
    switch self {
    case .null: writer.null()
    case .bool(let value): writer.bool(value)
    case .integer(let value): writer.integer(Int(value))
    case .number(let value): writer.number(value)
    case .string(let value): writer.string(value)
    case .array(let elements):
      writer.beginArray()
      for element in elements { element.write(into: &writer) }
      writer.endArray()
    case .object(let members):
      writer.beginObject()
      for (name, value) in members {
        writer.key(dynamic: name)
        value.write(into: &writer)
      }
      writer.endObject()
    }
  }

  static func random(depth: Int, using generator: inout SeededGenerator) -> Model {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2:
      let shift = Int64.random(in: 0..<64, using: &generator)
      return .integer(Int64(bitPattern: generator.next()) >> shift)
    case 3:
      let value = Double(bitPattern: generator.next())
      return .number(value.isFinite ? value : 0.5)
    case 4, 5: return .string(randomString(using: &generator))
    case 6, 7:
      let count = Int.random(in: 0..<6, using: &generator)
      return .array((0..<count).map { _ in random(depth: depth - 1, using: &generator) })
    default:
      let count = Int.random(in: 0..<6, using: &generator)
      return .object(
        (0..<count).map { ordinal in
          let name = "\(ordinal)" + randomString(using: &generator)
          return (name, random(depth: depth - 1, using: &generator))
        })
    }
  }

  static func randomString(using generator: inout SeededGenerator) -> String {
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<24, using: &generator) {
      let range: ClosedRange<UInt32>
      switch Int.random(in: 0..<10, using: &generator) {
      case 0: range = 0...0x1F
      case 1: range = 0x22...0x22
      case 2: range = 0x5C...0x5C
      case 3: range = 0x80...0x7FF
      case 4: range = 0x800...0xFFFF
      case 5: range = 0x10000...0x10FFFF
      default: range = 0x20...0x7E
      }
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}
