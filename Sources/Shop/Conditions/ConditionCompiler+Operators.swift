// What a field is asked: plain values and operators.

extension ConditionCompiler {
  /// Compiles what stands behind a field: operators if every member's name begins with `$`, else a
  /// plain value to equal. With `foldsCase`, plain strings are met regardless of case.
  mutating func predicate(of value: Value, foldsCase: Bool = false) throws(ConditionProblem)
    -> Predicate
  {
    if case .string(let text) = value, foldsCase { return .foldedText(text.caseFolded) }
    guard case .object(let members) = value, ConditionCompiler.areOperators(members) else {
      if case .object(let members) = value,
        members.contains(where: { $0.name.utf8.first == UInt8(ascii: "$") })
      {
        warn(.badOperand, "Operators and plain members are mixed: compared as a plain object.")
      }
      return .plain(value)
    }
    var predicates: [Predicate] = []
    for member in members {
      enter(member: member.name)
      predicates.append(try predicate(of: member.name, operand: member.value))
      leave()
    }
    return predicates.count == 1 ? predicates[0] : .every(predicates)
  }

  private static func areOperators(_ members: [Value.Member]) -> Bool {
    !members.isEmpty && members.allSatisfy { $0.name.utf8.first == UInt8(ascii: "$") }
  }

  private mutating func predicate(of name: String, operand: Value) throws(ConditionProblem)
    -> Predicate
  {
    switch name {
    case "$eq": return identical(operand)
    case "$ne": return .not(identical(operand))
    case "$lt": return ordered(.less, operand)
    case "$lte": return ordered(.lessOrEqual, operand)
    case "$gt": return ordered(.greater, operand)
    case "$gte": return ordered(.greaterOrEqual, operand)
    case "$veq": return .sameVersion(version(operand))
    case "$vne": return .not(.sameVersion(version(operand)))
    case "$vlt": return .orderedVersion(.less, version(operand))
    case "$vlte": return .orderedVersion(.lessOrEqual, version(operand))
    case "$vgt": return .orderedVersion(.greater, version(operand))
    case "$vgte": return .orderedVersion(.greaterOrEqual, version(operand))
    case "$in": return member(operand, foldsCase: false) ?? .never
    case "$nin": return member(operand, foldsCase: false).map { .not($0) } ?? .never
    case "$ini": return member(operand, foldsCase: true) ?? .never
    case "$nini": return member(operand, foldsCase: true).map { .not($0) } ?? .never
    case "$all": return try elementForEach(operand, foldsCase: false)
    case "$alli": return try elementForEach(operand, foldsCase: true)
    case "$exists": return exists(operand)
    case "$not": return .not(try predicate(of: operand))
    case "$size": return .count(try predicate(of: operand))
    case "$elemMatch": return try elementMatch(operand)
    case "$regex": return try pattern(operand, ignoresCase: false) ?? .never
    case "$regexi": return try pattern(operand, ignoresCase: true) ?? .never
    case "$notRegex": return try pattern(operand, ignoresCase: false).map { .not($0) } ?? .never
    case "$notRegexi": return try pattern(operand, ignoresCase: true).map { .not($0) } ?? .never
    case "$type": return kind(operand)
    case "$inGroup", "$notInGroup":
      warn(.badOperand, "There are no saved groups: nothing is in one.")
      return name == "$inGroup" ? .never : .always
    default:
      warn(.unknownOperator, "\(name) is no operator. This never holds.")
      return .never
    }
  }

  private mutating func identical(_ operand: Value) -> Predicate {
    switch operand {
    case .array, .object:
      warn(.badOperand, "$eq and $ne hold no list or object equal; write it without an operator.")
    case .null, .bool, .integer, .number, .string: break
    }
    return .identical(operand)
  }

  private mutating func ordered(_ comparison: Comparison, _ operand: Value) -> Predicate {
    switch operand {
    case .integer, .number, .string: break
    case .null, .bool, .array, .object:
      warn(.badOperand, "Only a number or a string has an order that is worth asking for.")
    }
    return .ordered(comparison, operand)
  }

  private mutating func version(_ operand: Value) -> String {
    switch operand {
    case .integer, .number, .string: break
    case .null, .bool, .array, .object: warn(.badOperand, "A version is a string: read as \"0\".")
    }
    return VersionText.padded(operand)
  }

  private mutating func member(_ operand: Value, foldsCase: Bool) -> Predicate? {
    guard case .array(let values) = operand else {
      warn(.badOperand, "A list of values is needed. This never holds.")
      return nil
    }
    if values.contains(where: { $0.isContainer }) {
      warn(.badOperand, "Lists and objects in the list equal nothing.")
    }
    return .member(ScalarSet(values, foldsCase: foldsCase))
  }

  private mutating func elementForEach(_ operand: Value, foldsCase: Bool)
    throws(ConditionProblem) -> Predicate
  {
    guard case .array(let values) = operand else {
      warn(.badOperand, "A list of values is needed. This never holds.")
      return .never
    }
    var predicates: [Predicate] = []
    for (index, value) in values.enumerated() {
      enter(element: index)
      predicates.append(try predicate(of: value, foldsCase: foldsCase))
      leave()
    }
    return .elementForEach(predicates)
  }

  private mutating func exists(_ operand: Value) -> Predicate {
    if case .bool(let isWanted) = operand { return isWanted ? .exists : .not(.exists) }
    warn(.badOperand, "$exists takes true or false; read as \(operand.isTruthy).")
    return operand.isTruthy ? .exists : .not(.exists)
  }

  private mutating func elementMatch(_ operand: Value) throws(ConditionProblem) -> Predicate {
    guard case .object(let members) = operand else {
      warn(.badOperand, "$elemMatch takes operators or a condition, an object. This never holds.")
      return .never
    }
    let areConditions = members.contains { ["$and", "$or", "$nor"].contains($0.name) }
    if ConditionCompiler.areOperators(members), !areConditions {
      return .someElement(try predicate(of: operand))
    }
    return .someRecord(try clauses(of: members, onSource: false))
  }

  private mutating func kind(_ operand: Value) -> Predicate {
    if case .string(let name) = operand, let kind = Predicate.Kind(rawValue: name) {
      return .kind(kind)
    }
    warn(
      .badOperand,
      "$type takes \"string\", \"number\", \"boolean\", \"array\", \"object\" or \"null\". "
        + "This never holds.")
    return .never
  }

  private mutating func pattern(_ operand: Value, ignoresCase: Bool) throws(ConditionProblem)
    -> Predicate?
  {
    guard case .string(let text) = operand else {
      warn(.badOperand, "A pattern is a string. This never holds.")
      return nil
    }
    guard text.utf8.count <= limits.patternBytes else {
      throw problem(
        .patternTooLong, "A pattern has at most \(limits.patternBytes) bytes.")
    }
    let pattern: TextPattern
    do {
      pattern = try TextPattern(
        text, ignoresCase: ignoresCase, maximumInstructions: limits.patternInstructions)
    } catch {
      warn(.badPattern, "\(error.message) This never holds.")
      if error == .tooBig { try spend(instructions: limits.patternInstructions) }
      return nil
    }
    try spend(instructions: pattern.instructionCount)
    return .pattern(pattern)
  }
}

extension Value {
  fileprivate var isContainer: Bool {
    switch self {
    case .array, .object: true
    case .null, .bool, .integer, .number, .string: false
    }
  }
}
