/// One member of a condition object: it holds or not for a source of fields.
indirect enum Clause: Sendable {
  case field(FieldPath, Predicate)
  /// `$and`: every one of the conjunctions holds.
  case every([[Clause]])
  /// `$or`: one of them holds. None at all counts as holding, as in every SDK.
  case some([[Clause]])
  case not([Clause])
  /// What was malformed: holds for nothing.
  case never

  func holds(for source: some FieldSource) -> Bool {
    switch self {
    case .field(let path, let predicate): predicate.holds(for: path.value(in: source))
    case .every(let conditions): conditions.allSatisfy { $0.allHold(for: source) }
    case .some(let conditions):
      conditions.isEmpty || conditions.contains { $0.allHold(for: source) }
    case .not(let condition): !condition.allHold(for: source)
    case .never: false
    }
  }
}

extension [Clause] {
  func allHold(for source: some FieldSource) -> Bool {
    allSatisfy { $0.holds(for: source) }
  }
}
