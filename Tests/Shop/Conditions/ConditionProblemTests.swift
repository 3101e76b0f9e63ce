import Shop
import Testing

@Suite struct ConditionProblemTests {
  /// Nested `{"$not": …}` around an empty condition: so many objects in all.
  private func nested(_ objectCount: Int) -> Value {
    var value = Value.object([])
    for _ in 1..<objectCount { value = .object([.init(name: "$not", value: value)]) }
    return value
  }

  private func problem(of value: Value, limits: ConditionLimits = .standard) -> ConditionProblem? {
    do throws(ConditionProblem) {
      _ = try Condition(value, limits: limits)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: ["null", "true", "1", "2.5", "\"tier\"", "[]", "[{}]"])
  func refusesWhatIsNoObject(_ text: String) {
    #expect(problem(of: parsed(text))?.reason == .notAnObject)
    #expect(problem(of: parsed(text))?.path == "")
  }

  @Test func refusesWhatNestsTooDeep() throws {
    #expect(problem(of: nested(32)) == nil)
    let refusal = try #require(problem(of: nested(33)))
    #expect(refusal.reason == .tooDeep)
    #expect(refusal.path == Array(repeating: "$not", count: 32).joined(separator: "."))
    // Lists and plain values count as well, and nothing is followed beyond the limit.
    var list = Value.array([])
    for _ in 0..<5_000 { list = .array([list]) }
    #expect(problem(of: .object([.init(name: "a", value: list)]))?.reason == .tooDeep)
    #expect(problem(of: nested(5_000))?.reason == .tooDeep)
  }

  @Test func refusesWhatIsTooLarge() {
    func list(_ count: Int) -> Value {
      let values = Value.array(Array(repeating: .integer(1), count: count))
      return .object([.init(name: "a", value: .object([.init(name: "$in", value: values)]))])
    }
    // The condition, the operators and the list make three.
    #expect(problem(of: list(9_997)) == nil)
    #expect(problem(of: list(9_998))?.reason == .tooLarge)
    #expect(problem(of: list(9_998))?.path == "a.$in[9997]")
    #expect(problem(of: parsed(#"{"a":1,"b":1}"#), limits: ConditionLimits(nodes: 2))?.path == "b")
  }

  @Test func refusesPatternsThatAreTooLong() {
    func pattern(_ count: Int) -> Value {
      .object([
        .init(
          name: "$or",
          value: .array([
            .object([
              .init(
                name: "tier",
                value: .object([
                  .init(name: "$regex", value: .string(String(repeating: "a", count: count)))
                ]))
            ])
          ]))
      ])
    }
    #expect(problem(of: pattern(4_096)) == nil)
    #expect(problem(of: pattern(4_097))?.reason == .patternTooLong)
    #expect(problem(of: pattern(4_097))?.path == "$or[0].tier.$regex")
  }

  /// One pattern may be big, and one too big is only warned of, but not many in one condition.
  @Test(arguments: ["a{9000}", "a{99999}"])
  func refusesManyBigPatterns(_ pattern: String) {
    func patterns(_ count: Int) -> Value {
      let one = Value.object([
        .init(name: "a", value: .object([.init(name: "$regex", value: .string(pattern))]))
      ])
      return .object([.init(name: "$or", value: .array(Array(repeating: one, count: count)))])
    }
    #expect(problem(of: patterns(10)) == nil)
    #expect(problem(of: patterns(12))?.reason == .tooLarge)
    #expect(problem(of: patterns(12))?.path.hasSuffix("].a.$regex") == true)
  }

  @Test(arguments: [
    (#"{"tier":{"$regx":"a"}}"#, "tier.$regx", "unknown_operator"),
    (#"{"$or":[{"a":1},{"tier":{"$regex":"("}}]}"#, "$or[1].tier.$regex", "bad_pattern"),
    (#"{"tier":{"$regex":"(?=a)"}}"#, "tier.$regex", "bad_pattern"),
    (#"{"tier":{"$regexi":"(a{99}){999}"}}"#, "tier.$regexi", "bad_pattern"),
    (#"{"tier":{"$regex":7}}"#, "tier.$regex", "bad_operand"),
    (#"{"$adn":[{"a":1}]}"#, "$adn", "unknown_operator"),
    (#"{"$gt":5}"#, "$gt", "unknown_operator"),
    (#"{"$or":{"a":1}}"#, "$or", "bad_operand"),
    (#"{"$and":[1]}"#, "$and[0]", "bad_operand"),
    (#"{"$not":[]}"#, "$not", "bad_operand"),
    (#"{"a":{"$in":"x"}}"#, "a.$in", "bad_operand"),
    (#"{"a":{"$nini":{}}}"#, "a.$nini", "bad_operand"),
    (#"{"a":{"$in":[1,[2]]}}"#, "a.$in", "bad_operand"),
    (#"{"a":{"$all":1}}"#, "a.$all", "bad_operand"),
    (#"{"a":{"$all":[{"$what":1}]}}"#, "a.$all[0].$what", "unknown_operator"),
    (#"{"a":{"$eq":[1]}}"#, "a.$eq", "bad_operand"),
    (#"{"a":{"$gt":null}}"#, "a.$gt", "bad_operand"),
    (#"{"a":{"$vgt":true}}"#, "a.$vgt", "bad_operand"),
    (#"{"a":{"$exists":1}}"#, "a.$exists", "bad_operand"),
    (#"{"a":{"$type":"int"}}"#, "a.$type", "bad_operand"),
    (#"{"a":{"$elemMatch":1}}"#, "a.$elemMatch", "bad_operand"),
    (
      #"{"a":{"$elemMatch":{"b":{"$size":{"$gtt":1}}}}}"#, "a.$elemMatch.b.$size.$gtt",
      "unknown_operator"
    ),
    (#"{"a":{"$gt":1,"less":2}}"#, "a", "bad_operand"),
    (#"{"a":{"$inGroup":"g"}}"#, "a.$inGroup", "bad_operand"),
  ])
  func warns(_ text: String, _ path: String, _ reason: String) throws {
    let condition = try Condition(parsed(text))
    #expect(condition.warnings.map(\.path) == [path])
    #expect(condition.warnings.map(\.reason.rawValue) == [reason])
    #expect(condition.warnings.allSatisfy { $0.message.hasSuffix(".") })
  }

  @Test func warnsOfNothingThatIsRight() throws {
    let condition = try Condition(
      parsed(
        #"""
        {"a":1,"b":{"$in":["x",null],"$exists":true,"$not":{"$regex":"^a"}},"c":{"d":[]},
         "$or":[{"e":{"$elemMatch":{"f":{"$gte":"2"}}}},{"g":{"$elemMatch":{"$ne":null}}}],
         "$nor":[],"$not":{"h":{"$size":{"$lt":3},"$all":["x"],"$type":"array"}},"i":{"$vlt":"2.0"}}
        """#))
    #expect(condition.warnings == [])
  }

  @Test func warningsStandInOrder() throws {
    let condition = try Condition(parsed(#"{"a":{"$x":1},"$or":[{"b":{"$y":1}}],"c":{"$z":1}}"#))
    #expect(condition.warnings.map(\.path) == ["a.$x", "$or[0].b.$y", "c.$z"])
  }

  @Test func knowsItsFields() throws {
    let condition = try Condition(
      parsed(
        #"""
        {"tier":"gold","card.points":{"$gt":1},"$or":[{"tier":"new"},{"lines":{"$elemMatch":
         {"sku":"a"}}}],"$not":{"card.kind":1,"attributes.goal":"run"}}
        """#))
    #expect(condition.fieldNames == ["tier", "card", "lines", "attributes"])
  }

  @Test func keepsAndIsItsSource() throws {
    let value = parsed(#"{"b":{"$regex":"a+"},"a":[1,{"x":null}]}"#)
    let condition = try Condition(value)
    #expect(condition.source == value)
    #expect(try condition == Condition(value))
    #expect(try condition != Condition(parsed(#"{"b":1}"#)))
  }

  @Test func asksTheSourceForItsFieldsAlone() throws {
    struct Source: FieldSource {
      func field(_ name: String) -> Value? {
        ["tier", "attributes"].contains(name) ? parsed(#"{"goal":"run"}"#) : nil
      }
    }
    #expect(try Condition(parsed(#"{"attributes.goal":"run","goal":null}"#)).matches(Source()))
  }

  /// However deep a document nests, no question follows it by recursion.
  @Test func documentsMayNestDeep() throws {
    var deep = Value.array([.integer(1)])
    for _ in 0..<2_000 { deep = .array([deep]) }
    let document = Value.object([.init(name: "a", value: deep)])
    for (text, expected) in [
      (#"{"a":"1"}"#, true), (#"{"a":{"$regex":"^1$"}}"#, true), (#"{"a":[[[[1]]]]}"#, false),
      (#"{"a":{"$lt":2}}"#, true), (#"{"a":{"$in":[1]}}"#, false), (#"{"a":{"$size":1}}"#, true),
    ] {
      #expect(try Condition(parsed(text)).matches(document) == expected, "\(text)")
    }
  }
}
