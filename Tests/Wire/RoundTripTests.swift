import Foundation
import Testing
import Wire

@Suite struct RoundTripTests {
  @Test func whatIsWrittenIsReadBack() throws {
    for seed in 0..<300 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let model = Model.random(depth: 5, using: &generator)
      var writer = JSONWriter(capacity: 1)
      model.write(into: &writer)
      let (isComplete, bytes) = (writer.isComplete, writer.bytes)
      #expect(isComplete)
      #expect(bytes.allSatisfy { $0 >= 0x20 }, "seed \(seed)")
      try scanning(bytes) { #expect(Model($0) == model, "seed \(seed)") }
    }
  }

  /// Foundation reads what is written, and both read the same out of it.
  @Test func foundationAgrees() throws {
    for seed in 1_000..<1_200 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let model = Model.array([Model.random(depth: 4, using: &generator)])
      var writer = JSONWriter()
      model.write(into: &writer)
      let bytes = writer.bytes
      let other = try JSONSerialization.jsonObject(with: Data(bytes))
      try scanning(bytes) { #expect(agrees($0, other), "seed \(seed)") }
      // What Foundation writes in its own way, indented and sorted, is read as well.
      let theirs = try JSONSerialization.data(
        withJSONObject: other, options: seed % 2 == 0 ? [.prettyPrinted, .sortedKeys] : [])
      try scanning(Array(theirs)) { #expect(agrees($0, other), "seed \(seed)") }
    }
  }

  private func agrees(_ node: JSON, _ other: Any) -> Bool {
    switch node.kind {
    case .null: return other is NSNull
    case .bool: return (other as? NSNumber)?.boolValue == node.boolValue
    case .integer: return (other as? NSNumber)?.int64Value == node.integerValue
    case .number:
      // Foundation reads some numbers by way of its decimals and loses their last digits then.
      // That ours are the nearest is tested elsewhere, against the standard library.
      guard let theirs = (other as? NSNumber)?.doubleValue, let mine = node.doubleValue else {
        return false
      }
      return abs(theirs - mine) <= abs(mine) * 1e-13
    case .string:
      guard let string = other as? String, let mine = node.stringValue else { return false }
      return string.utf8.elementsEqual(mine.utf8)
    case .array:
      guard let elements = other as? [Any], elements.count == node.count else { return false }
      return zip(node.elements, elements).allSatisfy { agrees($0, $1) }
    case .object:
      guard let members = other as? [String: Any], members.count == node.count else { return false }
      return node.members.allSatisfy { member in
        members[member.name.string].map { agrees(member.value, $0) } == true
      }
    }
  }

  /// Mutated texts neither trap nor are taken where Foundation, which is laxer, refuses them.
  @Test func mutationsAreReadOrRefused() throws {
    let seedText = Array(
      #"{"jsonrpc":"2.0","id":"a\u00e9\ud834\udd1e","params":{"k":-1.5e+3,"x":[true,false,null,"é中🧾"]}}"#
        .utf8)
    var generator = SeededGenerator(seed: 99)
    let alphabet =
      Array("{}[]:,\"\\u0189eE+-. \t\ntfn".utf8) + [0x00, 0x1F, 0x80, 0xC0, 0xE4, 0xED, 0xF0, 0xFF]
    var taken = 0
    for round in 0..<3_000 {
      var text = seedText
      for _ in 0..<Int.random(in: 1...3, using: &generator) where !text.isEmpty {
        let place = Int.random(in: 0..<text.count, using: &generator)
        let byte = alphabet.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: text.remove(at: place)
        case 1: text.insert(byte, at: place)
        case 2: text[place] = byte
        default: text.removeSubrange(place..<min(text.count, place + 5))
        }
      }
      guard scanError(text) == nil else { continue }
      taken += 1
      #expect(
        (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil,
        "round \(round): \(String(decoding: text, as: UTF8.self))")
      try scanning(text) { _ = Model($0) }
    }
    #expect(taken > 100)
  }
}
