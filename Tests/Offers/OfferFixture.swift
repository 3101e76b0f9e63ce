import Foundation
import Offers
import Shop
import Testing

/// SplitMix64: the same numbers from the same seed everywhere.
struct OfferRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &self) < share }

  mutating func pick<Element>(_ list: [Element]) -> Element {
    list[Int.random(in: list.indices, using: &self)]
  }
}

enum OfferFixture {
  /// The value of a JSON text; whole numbers are integers.
  static func value(_ json: String) throws -> Value {
    convert(try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed))
  }

  private static func convert(_ any: Any) -> Value {
    switch any {
    case let text as String: return .string(text)
    case let list as [Any]: return .array(list.map(convert))
    case let object as [String: Any]:
      return .object(
        object.sorted { $0.key < $1.key }.map {
          Value.Member(name: $0.key, value: convert($0.value))
        })
    case let number as NSNumber:
      if isBoolean(number) { return .bool(number.boolValue) }
      let double = number.doubleValue
      return Int64(exactly: double).map { .integer($0) } ?? .number(double)
    default: return .null
    }
  }

  private static func isBoolean(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c"
  }

  static func policy(_ json: String, settings: ShopSettings = ShopSettings()) throws -> Policy {
    try Policy(value(json), settings: settings)
  }

  static func instant(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }

  /// A zone from the system's files; nil where there are none.
  static func zone(_ name: String) -> Zone? {
    guard let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/" + name) else {
      return nil
    }
    return Zone(name: name, tzif: Array(data))
  }

  static func items(_ list: [(id: String, category: [String], cost: Int64?)]) -> ItemTable {
    var table = ItemTable()
    for entry in list {
      var patch = ItemPatch(id: entry.id)
      patch.category = .set(entry.category)
      if let cost = entry.cost { patch.cost = .set(cost) }
      table.apply(patch)
    }
    return table
  }
}
