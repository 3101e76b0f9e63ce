import Shop
import Testing

@Suite struct PatchTests {
  private static func object(_ members: (String, Value)...) -> Value {
    .object(members.map { Value.Member(name: $0.0, value: $0.1) })
  }

  /// RFC 7396, appendix A, row by row: original, patch, result.
  private static let examples: [(Value, Value, Value)] = [
    (object(("a", .string("b"))), object(("a", .string("c"))), object(("a", .string("c")))),
    (
      object(("a", .string("b"))), object(("b", .string("c"))),
      object(("a", .string("b")), ("b", .string("c")))
    ),
    (object(("a", .string("b"))), object(("a", .null)), object()),
    (
      object(("a", .string("b")), ("b", .string("c"))), object(("a", .null)),
      object(("b", .string("c")))
    ),
    (
      object(("a", .array([.string("b")]))), object(("a", .string("c"))),
      object(("a", .string("c")))
    ),
    (
      object(("a", .string("c"))), object(("a", .array([.string("b")]))),
      object(("a", .array([.string("b")])))
    ),
    (
      object(("a", object(("b", .string("c"))))),
      object(("a", object(("b", .string("d")), ("c", .null)))),
      object(("a", object(("b", .string("d")))))
    ),
    (
      object(("a", .array([object(("b", .string("c")))]))), object(("a", .array([.integer(1)]))),
      object(("a", .array([.integer(1)])))
    ),
    (
      .array([.string("a"), .string("b")]), .array([.string("c"), .string("d")]),
      .array([.string("c"), .string("d")])
    ),
    (object(("a", .string("b"))), .array([.string("c")]), .array([.string("c")])),
    (object(("a", .string("foo"))), .null, .null),
    (object(("a", .string("foo"))), .string("bar"), .string("bar")),
    (object(("e", .null)), object(("a", .integer(1))), object(("e", .null), ("a", .integer(1)))),
    (
      .array([.integer(1), .integer(2)]), object(("a", .string("b")), ("c", .null)),
      object(("a", .string("b")))
    ),
    (
      object(), object(("a", object(("bb", object(("ccc", .null)))))),
      object(("a", object(("bb", object()))))
    ),
  ]

  @Test(arguments: 0..<15) func theExamplesOfTheStandard(row: Int) {
    let (original, patch, result) = Self.examples[row]
    #expect(original.merged(with: patch) == result)
  }

  @Test func allExamplesAreThere() { #expect(Self.examples.count == 15) }

  @Test func membersStayInTheirOrder() {
    let value = Self.object(("a", .integer(1)), ("b", .integer(2)), ("c", .integer(3)))
    let patch = Self.object(("d", .integer(4)), ("b", .integer(5)), ("a", .null))
    #expect(
      value.merged(with: patch)
        == Self.object(("b", .integer(5)), ("c", .integer(3)), ("d", .integer(4))))
  }

  @Test func aFieldIsKeptClearedOrSet() {
    var field: Int? = 1
    #expect(!Patch<Int>.keep.apply(to: &field))
    #expect(!Patch.set(1).apply(to: &field))
    #expect(field == 1)
    #expect(Patch.set(2).apply(to: &field))
    #expect(field == 2)
    #expect(Patch<Int>.clear.apply(to: &field))
    #expect(field == nil)
    #expect(!Patch<Int>.clear.apply(to: &field))
    #expect(Patch.set(2).apply(to: &field))
  }

  @Test func anObjectIsMergedAndClearedAsAWhole() {
    var field: Value? = nil
    #expect(Patch.set(Self.object(("a", .integer(1)), ("b", .null))).merge(into: &field))
    #expect(field == Self.object(("a", .integer(1))))
    #expect(!Patch.set(Self.object(("a", .integer(1)))).merge(into: &field))
    #expect(Patch.set(Self.object(("b", .bool(true)))).merge(into: &field))
    #expect(field == Self.object(("a", .integer(1)), ("b", .bool(true))))
    #expect(!Patch<Value>.keep.merge(into: &field))
    #expect(Patch<Value>.clear.merge(into: &field))
    #expect(field == nil)
  }

  @Test func valuesAnswerForTheirMembers() {
    let value = Self.object(("a", .integer(1)), ("b", .number(2.5)))
    #expect(value["a"]?.double == 1)
    #expect(value["b"]?.double == 2.5)
    #expect(value["c"] == nil)
    #expect(Value.string("a")["a"] == nil)
    #expect(Value.string("1").double == nil)
    #expect(value.field("a") == .integer(1))
  }
}
