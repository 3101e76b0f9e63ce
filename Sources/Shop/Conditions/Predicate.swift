/// A question about one value. A missing field asks about null.
indirect enum Predicate: Sendable {
  /// A plain value: equal, by the rules of plain values.
  case plain(Value)
  /// A plain string in `$alli`, folded: equal regardless of case.
  case foldedText(String)
  /// An object of operators: all of them hold.
  case every([Predicate])
  case not(Predicate)
  /// `$eq`.
  case identical(Value)
  /// `$lt`, `$lte`, `$gt`, `$gte`.
  case ordered(Comparison, Value)
  /// `$veq`, against a padded version.
  case sameVersion(String)
  /// `$vlt`, `$vlte`, `$vgt`, `$vgte`, against a padded version.
  case orderedVersion(Comparison, String)
  /// `$exists: true`.
  case exists
  /// `$in`, `$ini`.
  case member(ScalarSet)
  /// `$size`: what the count of a list is asked.
  case count(Predicate)
  /// `$elemMatch` of operators.
  case someElement(Predicate)
  /// `$elemMatch` of a condition over the elements' fields.
  case someRecord([Clause])
  /// `$all`, `$alli`: each is met by some element.
  case elementForEach([Predicate])
  /// `$regex`, `$regexi`.
  case pattern(TextPattern)
  /// `$type`.
  case kind(Kind)
  case always
  case never

  enum Kind: String, Sendable {
    case null, boolean, number, string, array, object

    init(of value: Value) {
      switch value {
      case .null: self = .null
      case .bool: self = .boolean
      case .integer, .number: self = .number
      case .string: self = .string
      case .array: self = .array
      case .object: self = .object
      }
    }
  }

  func holds(for value: Value) -> Bool {
    switch self {
    case .plain(let expected): return value.equals(plain: expected)
    case .foldedText(let expected):
      guard let text = value.scriptText else { return false }
      return text.caseFolded.isIdentical(toText: expected)
    case .every(let predicates): return predicates.allSatisfy { $0.holds(for: value) }
    case .not(let predicate): return !predicate.holds(for: value)
    case .identical(let expected): return value.isStrictlyEqual(to: expected)
    case .ordered(let comparison, let expected): return comparison.holds(value, expected)
    case .sameVersion(let expected): return VersionText.padded(value).isIdentical(toText: expected)
    case .orderedVersion(let comparison, let expected):
      return comparison.holds(VersionText.padded(value), expected)
    case .exists: return !value.isNull
    case .member(let set): return set.meets(value)
    case .pattern(let pattern):
      guard let text = value.scriptText else { return false }
      return pattern.matches(text)
    case .kind(let kind): return Kind(of: value) == kind
    case .always: return true
    case .never: return false
    case .count, .someElement, .someRecord, .elementForEach:
      guard case .array(let elements) = value else { return false }
      return holds(forElements: elements)
    }
  }

  private func holds(forElements elements: [Value]) -> Bool {
    switch self {
    case .count(let predicate):
      return predicate.holds(for: .integer(Int64(elements.count)))
    case .someElement(let predicate):
      return elements.contains { !$0.isNull && predicate.holds(for: $0) }
    case .someRecord(let condition):
      return elements.contains { !$0.isNull && condition.allHold(for: ElementFields(value: $0)) }
    case .elementForEach(let predicates):
      return predicates.allSatisfy { predicate in
        elements.contains { predicate.holds(for: $0) }
      }
    default: preconditionFailure("only asked for the predicates over lists")
    }
  }
}

extension Value {
  fileprivate var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// Equality with a plain value in a condition, as `evalConditionValue` of sdk-js has it but for
  /// what `Condition` states: by text with a string, by truth with a boolean (null excepted), by
  /// number with a number (strings, lists and null excepted), as written with lists and objects.
  fileprivate func equals(plain expected: Value) -> Bool {
    switch expected {
    case .null: return isNull
    case .string(let text):
      if case .string(let own) = self { return own.isIdentical(toText: text) }
      if let count = joinedByteCount, count != text.utf8.count { return false }
      return scriptText?.isIdentical(toText: text) ?? false
    case .bool(let bool): return !isNull && isTruthy == bool
    case .integer, .number:
      if case .bool(let bool) = self {
        return Value.integer(bool ? 1 : 0).isSameNumber(as: expected)
      }
      return isSameNumber(as: expected)
    case .array, .object: return isWrittenLike(expected)
    }
  }

  /// How many bytes a list of strings has as text; nil for what is none. Mostly enough to tell that
  /// a list and a text differ.
  private var joinedByteCount: Int? {
    guard case .array(let elements) = self else { return nil }
    var count = max(0, elements.count - 1)
    for element in elements {
      guard case .string(let text) = element else { return nil }
      count += text.utf8.count
    }
    return count
  }
}
