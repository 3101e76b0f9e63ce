/// Turns a condition's value into clauses, gathering warnings and field names.
///
/// `measure` must have accepted the value: the recursion here relies on its bound on nesting.
struct ConditionCompiler {
  let limits: ConditionLimits
  private(set) var warnings: [ConditionProblem] = []
  private(set) var fieldNames: [String] = []
  /// The names in `fieldNames` by their bytes, as text that merely looks the same is another field.
  private var knownNames: Set<[UInt8]> = []
  private var nodes = 0
  private var instructions = 0
  /// The way from the root to where the compiler is, one step a member or element.
  private var steps: [Step] = []

  private enum Step {
    case member(String)
    case element(Int)
  }

  init(limits: ConditionLimits) { self.limits = limits }

  /// Refuses what is too deep or too large. Looks no deeper and no further than the limits allow.
  mutating func measure(_ value: Value) throws(ConditionProblem) {
    nodes += 1
    guard nodes <= limits.nodes else {
      throw problem(.tooLarge, "A condition holds at most \(limits.nodes) values.")
    }
    switch value {
    case .null, .bool, .integer, .number, .string: return
    case .array(let elements):
      try checkNesting()
      for (index, element) in elements.enumerated() {
        enter(element: index)
        try measure(element)
        leave()
      }
    case .object(let members):
      try checkNesting()
      for member in members {
        enter(member: member.name)
        try measure(member.value)
        leave()
      }
    }
  }

  /// Counts a pattern's instructions, or the attempt at one that grew too big.
  mutating func spend(instructions count: Int) throws(ConditionProblem) {
    instructions += count
    guard instructions <= limits.instructions else {
      throw problem(.tooLarge, "The condition's patterns are too big together.")
    }
  }

  private func checkNesting() throws(ConditionProblem) {
    guard steps.count < limits.nesting else {
      throw problem(.tooDeep, "A condition nests at most \(limits.nesting) deep.")
    }
  }

  /// Compiles the members of a condition object. With `onSource`, its fields are the source's own,
  /// not those of a list's elements.
  mutating func clauses(of members: [Value.Member], onSource: Bool) throws(ConditionProblem)
    -> [Clause]
  {
    var clauses: [Clause] = []
    for member in members {
      enter(member: member.name)
      clauses.append(try clause(of: member, onSource: onSource))
      leave()
    }
    return clauses
  }

  private mutating func clause(of member: Value.Member, onSource: Bool) throws(ConditionProblem)
    -> Clause
  {
    switch member.name {
    case "$and": return try list(member, onSource: onSource).map { .every($0) } ?? .never
    case "$or": return try list(member, onSource: onSource).map { .some($0) } ?? .never
    case "$nor":
      return try list(member, onSource: onSource).map { .not([.some($0)]) } ?? .never
    case "$not":
      guard case .object(let members) = member.value else {
        warn(.badOperand, "$not takes a condition, an object. This never holds.")
        return .never
      }
      return .not(try clauses(of: members, onSource: onSource))
    default:
      // A field may be called $anything, but who writes that mostly mistyped an operator or left
      // out the field's name.
      if member.name.utf8.first == UInt8(ascii: "$") {
        warn(
          .unknownOperator, "\(member.name) is no operator over conditions; it is read as a field.")
      }
      let path = FieldPath(member.name)
      if onSource, knownNames.insert(Array(path.first.utf8)).inserted {
        fieldNames.append(path.first)
      }
      return .field(path, try predicate(of: member.value))
    }
  }

  /// The conditions of $and, $or or $nor; nil, with a warning, where there is no list.
  private mutating func list(_ member: Value.Member, onSource: Bool) throws(ConditionProblem)
    -> [[Clause]]?
  {
    guard case .array(let elements) = member.value else {
      warn(.badOperand, "\(member.name) takes a list of conditions. This never holds.")
      return nil
    }
    var conditions: [[Clause]] = []
    for (index, element) in elements.enumerated() {
      enter(element: index)
      if case .object(let members) = element {
        conditions.append(try clauses(of: members, onSource: onSource))
      } else {
        warn(.badOperand, "A condition is an object. This never holds.")
        conditions.append([.never])
      }
      leave()
    }
    return conditions
  }
}

extension ConditionCompiler {
  mutating func enter(member: String) { steps.append(.member(member)) }

  mutating func enter(element: Int) { steps.append(.element(element)) }

  mutating func leave() { steps.removeLast() }

  mutating func warn(_ reason: ConditionProblem.Reason, _ message: String) {
    warnings.append(problem(reason, message))
  }

  func problem(_ reason: ConditionProblem.Reason, _ message: String) -> ConditionProblem {
    var path = ""
    for step in steps {
      switch step {
      case .member(let name): path += path.isEmpty ? name : "." + name
      case .element(let index): path += "[\(index)]"
      }
    }
    return ConditionProblem(path: path, reason: reason, message: message)
  }
}
