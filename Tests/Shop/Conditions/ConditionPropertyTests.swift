import Shop
import Testing

/// Laws of logic on random conditions over random documents, broken parts included.
@Suite struct ConditionPropertyTests {
  private static let seeds: [UInt64] = [11, 12, 13, 14]
  private static let roundCount = 400

  private func object(_ name: String, _ value: Value) -> Value {
    .object([.init(name: name, value: value)])
  }

  private func holds(_ condition: Value, _ document: Value) throws -> Bool {
    try Condition(condition).matches(document)
  }

  @Test(arguments: seeds)
  func deMorgan(seed: UInt64) throws {
    var samples = Samples(seed: seed)
    var holdCount = 0
    for _ in 0..<Self.roundCount {
      let (a, b) = (samples.condition(depth: 2), samples.condition(depth: 2))
      let document = samples.document()
      let (holdsA, holdsB) = (try holds(a, document), try holds(b, document))
      if holdsA { holdCount += 1 }
      let both = Value.array([a, b])
      let negated = Value.array([object("$not", a), object("$not", b)])
      let comment = "seed \(seed): \(a), \(b) on \(document)"
      func expect(_ condition: Value, _ expected: Bool) throws {
        #expect(try holds(condition, document) == expected, "\(comment)")
      }
      try expect(object("$and", both), holdsA && holdsB)
      try expect(object("$or", both), holdsA || holdsB)
      try expect(object("$nor", both), !(holdsA || holdsB))
      try expect(object("$not", a), !holdsA)
      try expect(object("$not", object("$not", a)), holdsA)
      try expect(object("$not", object("$and", both)), try holds(object("$or", negated), document))
      try expect(object("$not", object("$or", both)), try holds(object("$and", negated), document))
      try expect(object("$nor", both), try holds(object("$and", negated), document))
      try expect(object("$nor", negated), try holds(object("$and", both), document))
    }
    #expect((20..<Self.roundCount - 20).contains(holdCount), "one-sided: \(holdCount)")
  }

  /// Asked of many documents at once, conditions hold for those for which each holds alone.
  @Test(arguments: seeds)
  func sheetsSayWhatTheConditionsSay(seed: UInt64) throws {
    var samples = Samples(seed: seed)
    var counts = (held: 0, all: 0)
    for _ in 0..<60 {
      // Comparisons with numbers, which a sheet makes short work of, and anything else.
      let conditions = try (0..<8).map { index in
        if index >= 4 { return try Condition(samples.condition(depth: 2)) }
        let operators = ["$lt", "$lte", "$gt", "$gte"].prefix(index + 1).map { name in
          Value.Member(name: name, value: samples.value(depth: 0))
        }
        return try Condition(object(["x", "y", "e\u{301}", "\u{e9}"][index], .object(operators)))
      }
      let documents = (0..<20).map { _ in samples.document() }
      let masks = ConditionSheet(conditions).masks(count: documents.count) { documents[$0] }
      for (condition, mask) in zip(conditions, masks) {
        for (document, isMet) in zip(documents, mask) {
          #expect(isMet == condition.matches(document), "seed \(seed): \(condition) on \(document)")
          counts = (counts.held + (isMet ? 1 : 0), counts.all + 1)
        }
      }
    }
    #expect((counts.all / 20..<counts.all * 19 / 20).contains(counts.held), "\(counts)")
  }

  /// A field's operators hold together or not, negate each other, and combine as conditions do.
  @Test(arguments: seeds)
  func operatorsCombine(seed: UInt64) throws {
    var samples = Samples(seed: seed)
    for _ in 0..<Self.roundCount {
      let (first, second) = (samples.operation(depth: 1), samples.operation(depth: 1))
      guard first.name != second.name else { continue }
      let document = samples.document()
      let a = object("x", .object([first]))
      let b = object("x", .object([second]))
      let comment = "seed \(seed): \(first), \(second) on \(document)"
      let together = try holds(object("x", .object([first, second])), document)
      #expect(try together == (holds(a, document) && holds(b, document)), "\(comment)")
      let inner = object("x", object("$not", .object([first])))
      #expect(try holds(inner, document) == !holds(a, document), "\(comment)")
    }
  }

  @Test(arguments: seeds)
  func opposites(seed: UInt64) throws {
    var samples = Samples(seed: seed)
    let pairs = [
      ("$eq", "$ne"), ("$in", "$nin"), ("$ini", "$nini"), ("$veq", "$vne"), ("$vlt", "$vgte"),
      ("$vgt", "$vlte"), ("$regex", "$notRegex"), ("$regexi", "$notRegexi"),
    ]
    for _ in 0..<Self.roundCount {
      let (name, opposite) = samples.generator.pick(pairs)
      let operand: Value =
        switch name {
        case "$in", "$ini": .array([samples.value(depth: 1), samples.value(depth: 1)])
        case "$regex", "$regexi": .string(samples.generator.pick(["a", "^$", #"\d"#, "[^b]"]))
        default: samples.value(depth: 1)
        }
      let document = samples.document()
      let isHeld = try holds(object("x", object(name, operand)), document)
      let isOppositeHeld = try holds(object("x", object(opposite, operand)), document)
      #expect(isHeld != isOppositeHeld, "seed \(seed): \(name) \(operand) on \(document)")
    }
  }
}

/// Random values, documents and conditions.
private struct Samples {
  var generator: SampleGenerator

  init(seed: UInt64) { generator = SampleGenerator(seed: seed) }

  mutating func value(depth: Int) -> Value {
    switch generator.below(depth > 0 ? 9 : 7) {
    case 0: return .null
    case 1: return .bool(generator.below(2) == 0)
    case 2: return .integer(Int64(generator.below(5)) - 1)
    case 3: return .number(generator.pick([0.5, 1, 1e21, -0.0]))
    case 4, 5: return .string(generator.pick(["", "a", "B", "b", "1", " 2 ", "1.2.3", "é"]))
    case 6: return .string("a")
    case 7: return .array((0..<generator.below(4)).map { _ in value(depth: depth - 1) })
    default: return record(names: ["x", "y", "0"], depth: depth - 1)
    }
  }

  mutating func record(names: [String], depth: Int) -> Value {
    .object(
      names.compactMap { name in
        generator.below(4) == 0 ? nil : .init(name: name, value: value(depth: depth))
      })
  }

  mutating func document() -> Value { record(names: ["x", "y", "z", "\u{e9}"], depth: 2) }

  mutating func operation(depth: Int) -> Value.Member {
    let name = generator.pick([
      "$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$exists", "$size", "$all",
      "$type",
      "$regex", "$elemMatch", "$not", "$vgt", "$alli", "$typo",
    ])
    let operand: Value =
      switch name {
      case "$in", "$nin", "$all", "$alli": .array([value(depth: 1), value(depth: 0)])
      case "$exists": .bool(generator.below(2) == 0)
      case "$type": .string(generator.pick(["string", "number", "array", "null"]))
      case "$regex": .string(generator.pick(["a", #"^\d"#, "("]))
      case "$not",
        "$elemMatch" where depth > 0:
        .object([operation(depth: depth - 1)])
      default: value(depth: 1)
      }
    return .init(name: name, value: operand)
  }

  mutating func condition(depth: Int) -> Value {
    .object(
      (0..<generator.below(3)).map { index in
        if depth > 0, generator.below(3) == 0 {
          let inner = condition(depth: depth - 1)
          switch generator.below(4) {
          case 0: return .init(name: "$not", value: inner)
          case 1: return .init(name: "$or", value: .array([inner, condition(depth: depth - 1)]))
          case 2: return .init(name: "$nor", value: .array([inner]))
          default: return .init(name: "$and", value: inner)
          }
        }
        let field = ["x", "y.x"][index]
        let asked = generator.below(3) == 0 ? value(depth: 1) : .object([operation(depth: 1)])
        return .init(name: field, value: asked)
      })
  }
}
