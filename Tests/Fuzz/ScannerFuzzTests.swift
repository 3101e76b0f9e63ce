import TestSupport
import Testing
import Wire

/// The scanner against the letter of the RFC, and every value that it reads against the standard
/// library.
@Suite struct ScannerFuzzTests {
  @Test func theCorpusHoldsEveryKindOfRequest() {
    #expect(Corpus.lines.count > 100)
    let text = Corpus.lines.map { String(decoding: $0, as: UTF8.self) }.joined()
    for method in ["recommend", "target", "churn-reactivate", "coupons.redeem", "orders.return"] {
      #expect(text.contains("\"\(method)\""), "\(method)")
    }
  }

  @Test func whatIsReadIsWhatTheTextSays() throws {
    var taken = 0
    let rounds = try Fuzz.run("scanner", rounds: 6_000) { generator in
      if try Self.check(Corpus.mutated(using: &generator)) { taken += 1 }
    }
    // A fuzzer whose every text is refused, or none, looks at half of the code.
    if rounds > 100 { #expect(taken > rounds / 10 && taken < rounds) }
  }

  /// Scans a text in two ways; true where it is JSON.
  private static func check(_ text: [UInt8]) throws -> Bool {
    let scanner = JSONScanner()
    return try text.withUnsafeBufferPointer { bytes in
      let outcome = outcome(scanner, bytes)
      try promise(outcome == Self.outcome(JSONScanner(), bytes), "two outcomes: \(shown(text))")
      switch outcome {
      case .refused(let error):
        try promise((0...text.count).contains(error.offset), "\(error): \(shown(text))")
        guard let refusal = refusal(of: text) else {
          throw Broken("\(error.reason) at \(error.offset), but it is JSON: \(shown(text))")
        }
        // Malformed and too deep at once is called by what comes first.
        try promise(
          refusal == .malformed || [.tooDeep, .invalidUTF8].contains(error.reason),
          "\(error.reason) instead of too deep: \(shown(text))")
        // The fault is at the offset: the text up to there is at most unfinished.
        if error.reason != .tooLong {
          let head = UnsafeBufferPointer(rebasing: bytes[..<error.offset])
          if case .refused(let earlier) = Self.outcome(JSONScanner(), head) {
            try promise(
              earlier.offset == error.offset || earlier.reason == .unexpectedEnd,
              "\(error) but \(earlier) before it: \(shown(text))")
          }
        }
        return false
      case .read:
        let root = try scanner.scan(bytes)
        let strict: StrictJSON.Node
        do { strict = try StrictJSON.read(text) } catch {
          throw Broken("taken, but \(error): \(shown(text))")
        }
        try compare(root, strict, text)
        return true
      }
    }
  }

  private static func refusal(of text: [UInt8]) -> StrictJSON.Refusal? {
    do throws(StrictJSON.Refusal) {
      _ = try StrictJSON.read(text)
      return nil
    } catch { return error }
  }

  private enum Outcome: Equatable {
    case read
    case refused(ScanError)
  }

  private static func outcome(
    _ scanner: JSONScanner, _ bytes: UnsafeBufferPointer<UInt8>
  ) -> Outcome {
    do throws(ScanError) {
      _ = try scanner.scan(bytes)
      return .read
    } catch { return .refused(error) }
  }

  private static func compare(_ node: JSON, _ strict: StrictJSON.Node, _ text: [UInt8]) throws {
    func same(_ holds: Bool) throws {
      try promise(holds, "\(node.kind) \(shown(node.rawBytes)) differs in \(shown(text))")
    }
    try same(node.rawBytes.elementsEqual(text[strict.range]))
    switch strict.value {
    case .null: try same(node.kind == .null && node.isNull)
    case .bool(let truth): try same(node.kind == .bool && node.boolValue == truth)
    case .string(let content):
      try same(node.kind == .string && node.stringValue == content)
      guard let value = node.textValue else { return }
      try same(value.withUTF8 { $0.elementsEqual(content.utf8) })
      try same(value.byteCount == content.utf8.count)
      try same(value == content)
    case .number(let written): try same(isSame(node, written))
    case .array(let elements):
      try same(node.kind == .array && node.count == elements.count)
      for (element, other) in zip(node.elements, elements) { try compare(element, other, text) }
    case .object(let members):
      try same(node.kind == .object && node.count == members.count)
      for (member, other) in zip(node.members, members) {
        try same(member.name == other.name)
        try compare(member.value, other.node, text)
      }
    }
  }

  private static func isSame(_ node: JSON, _ written: String) -> Bool {
    let isPlain = !written.utf8.contains { ".eE".utf8.contains($0) }
    let double = Double(written).flatMap { $0.isFinite ? $0 : nil }
    guard node.doubleValue?.bitPattern == double?.bitPattern else { return false }
    if isPlain, let integer = Int64(written) {
      return node.kind == .integer && node.integerValue == integer
    }
    guard node.kind == .number else { return false }
    guard let integer = node.integerValue else { return true }
    // A whole number in another spelling: as far as doubles count exactly.
    return !isPlain && double == Double(integer) && integer.magnitude <= 1 << 53
  }
}
