import Shop

// How a condition is tried out
// ----------------------------
// Whether anybody at all can meet a condition is found by making somebody up. For every field that
// the condition names, the values that it is compared with cut the possible values into few classes
// that no comparison tells apart: each named value itself, one between each two neighbours, one
// below and one above all, another text, and none at all. A member of each class is a candidate.
//
// First each field is held against the parts of the condition that ask about it alone; a field
// without a candidate left contradicts itself. Then the combinations are tried, first candidates
// first. For plain comparisons the classes are complete, so that no find means that there is none;
// with patterns, lists of records and their like it means nothing.
//
// What the profile's own fields can be is known here too: no negative count, no share above 1, no
// tier that the shop does not have, no last order without orders.

/// Looks for a profile, or an item's fields, that meet some conditions.
package struct ConditionWitness {
  package enum Result: Equatable {
    /// A record of fields that meets all of them.
    case found(Value)
    /// There is none; the field at fault where there is one.
    case impossible(field: String?)
    /// None was found, which proves nothing.
    case unknown
  }

  /// What the values of a field can be.
  package enum Domain: Equatable {
    case count
    case amount
    case share
    case words([String])
  }

  /// Combinations that are tried before the search gives up.
  private static let combinationLimit = 20_000

  private let domains: [String: Domain]
  /// The order of first mention.
  private var paths: [String] = []
  private var constants: [String: [Value]] = [:]
  private var isComplete = true

  package init(domains: [String: Domain]) { self.domains = domains }

  /// The fields of profiles that are never negative or bounded, and the words that some can be.
  package static func profileDomains(words: [String: [String]]) -> [String: Domain] {
    var domains: [String: Domain] = [:]
    for name in [
      "orders", "recency_days", "returned", "joined_days", "first_order_days", "age",
    ] { domains[name] = .count }
    for name in ["spend", "average_order_value", "value_12m", "silence", "usual_gap_days"] {
      domains[name] = .amount
    }
    for name in ["p_alive", "price_sensitivity"] { domains[name] = .share }
    for name in ["rfm.recency", "rfm.frequency", "rfm.monetary"] { domains[name] = .count }
    for (name, list) in words { domains[name] = .words(list) }
    return domains
  }

  package static let itemDomains: [String: Domain] = [
    "price": .amount, "cost": .amount, "stock": .amount,
  ]

  /// Somebody who meets all conditions. O(size of the conditions x candidates), bounded.
  package mutating func search(_ conditions: [Condition]) -> Result {
    for condition in conditions { read(condition.source) }
    var candidates: [[Value?]] = []
    for path in paths {
      let own = conditions.flatMap { ConditionWitness.parts(of: $0.source, about: path) }
      let fitting = self.candidates(for: path).filter { value in
        let record = ConditionWitness.record([(path, value)])
        return own.allSatisfy { $0.matches(record) }
      }
      if fitting.isEmpty { return isComplete ? .impossible(field: path) : .unknown }
      candidates.append(fitting)
    }
    var places = [Int](repeating: 0, count: paths.count)
    for _ in 0..<ConditionWitness.combinationLimit {
      let fields = paths.indices.map { (paths[$0], candidates[$0][places[$0]]) }
      let record = ConditionWitness.record(fields)
      if ConditionWitness.isPlausible(record), conditions.allSatisfy({ $0.matches(record) }) {
        return .found(record)
      }
      // Counts up like the hand of a clock, the last field fastest.
      var field = paths.count - 1
      while field >= 0, places[field] == candidates[field].count - 1 {
        places[field] = 0
        field -= 1
      }
      if field < 0 { return isComplete ? .impossible(field: nil) : .unknown }
      places[field] += 1
    }
    return .unknown
  }

  /// Nobody has a last order who never ordered.
  private static func isPlausible(_ record: Value) -> Bool {
    guard case .integer(let orders)? = record["orders"] else { return true }
    for name in ["recency_days", "silence", "usual_gap_days", "p_alive", "rfm"] {
      if (record[name] != nil) && orders == 0 { return false }
    }
    if case .integer(let spend)? = record["spend"], spend > 0, orders == 0 { return false }
    return true
  }

  // MARK: Reading

  private mutating func read(_ value: Value) {
    guard case .object(let members) = value else { return }
    for member in members {
      switch member.name {
      case "$and", "$or", "$nor":
        guard case .array(let list) = member.value else { continue }
        for element in list { read(element) }
      case "$not": read(member.value)
      default:
        if member.name.hasPrefix("$") {
          isComplete = false
        } else {
          note(member.name, nil)
          read(member.value, of: member.name)
        }
      }
    }
  }

  private mutating func read(_ operand: Value, of path: String) {
    guard case .object(let members) = operand, members.contains(where: { $0.name.hasPrefix("$") })
    else {
      note(path, operand)
      return
    }
    for member in members {
      switch member.name {
      case "$eq", "$ne", "$gt", "$gte", "$lt", "$lte": note(path, member.value)
      case "$in", "$nin":
        guard case .array(let list) = member.value else { continue }
        for element in list { note(path, element) }
      case "$exists": note(path, .bool(true))
      case "$not": read(member.value, of: path)
      case "$all":
        // A list that holds all of them is one of the candidates.
        note(path, member.value)
        isComplete = false
      case "$size":
        if case .integer(let count) = member.value, (0...100).contains(count) {
          note(path, .array(Array(repeating: .string("x"), count: Int(count))))
        }
        isComplete = false
      case "$elemMatch":
        var inner = ConditionWitness(domains: [:])
        if let condition = try? Condition(.record("x", member.value)),
          case .found(let found) = inner.search([condition]), let element = found["x"]
        {
          note(path, .array([element]))
        }
        if let condition = try? Condition(member.value),
          case .found(let record) = inner.search([condition])
        {
          note(path, .array([record]))
        }
        isComplete = false
      default: isComplete = false
      }
    }
  }

  private mutating func note(_ path: String, _ value: Value?) {
    if constants[path] == nil {
      paths.append(path)
      constants[path] = []
    }
    guard let value, value != .null, constants[path]?.contains(value) == false else { return }
    constants[path]?.append(value)
  }

  // MARK: Candidates

  private func candidates(for path: String) -> [Value?] {
    let named = constants[path] ?? []
    let domain = domains[path]
    if case .words(let words)? = domain { return words.map { .string($0) } + [nil] }
    var result: [Value?] = []
    let numbers = named.compactMap(\.double).sorted()
    var texts: [Value] = []
    for value in named {
      switch value {
      case .integer, .number: break
      case .array(let list):
        texts.append(value)
        texts += list
      default: texts.append(value)
      }
      // A plain text also equals an element of a list, where the field is one.
      if case .string = value { texts.append(.array([value])) }
    }
    let strings = texts.compactMap { value -> String? in
      if case .string(let text) = value { text } else { nil }
    }
    if strings.count > 1 { texts.append(.array(strings.map { .string($0) })) }
    let whole = domain == .count || numbers.allSatisfy { $0 == Double(Int64(clamping: $0)) }
    for number in classes(of: numbers, whole: whole) where isInside(number, domain) {
      let integer = Int64(clamping: number)
      result.append(
        Double(integer) == number && domain != .share ? .integer(integer) : .number(number))
    }
    result += texts
    if !strings.isEmpty || named.isEmpty {
      let other = (strings.max() ?? "") + "~"
      result += [.string(other), .string(" ")]
    }
    if named.contains(where: { if case .bool = $0 { true } else { false } }) || named.isEmpty {
      result += [.bool(true), .bool(false), .integer(1)].filter { !result.contains($0) }
    }
    if !["orders", "spend", "returned"].contains(path) { result.append(nil) }
    return result
  }

  /// Each number, one between each two, one below and one above.
  private func classes(of numbers: [Double], whole: Bool) -> [Double] {
    guard let least = numbers.first, let most = numbers.last else { return [] }
    var result = numbers
    for (left, right) in zip(numbers, numbers.dropFirst()) where left < right {
      result.append(left + (right - left) / 2)
      if whole {
        result[result.count - 1] = Double(Int64(clamping: left) / 2 + Int64(clamping: right) / 2)
        result += [left + 1, right - 1]
      }
    }
    result += [most + 1, least - 1]
    if !whole { result += [least - (least > 0 ? least / 2 : 1), most + 0.001] }
    if least > 0 { result.append(0) }
    return result
  }

  private func isInside(_ number: Double, _ domain: Domain?) -> Bool {
    switch domain {
    case .count: number >= 0 && number == Double(Int64(clamping: number))
    case .amount: number >= 0
    case .share: number >= 0 && number <= 1
    case .words, nil: true
    }
  }

  // MARK: Records

  /// The parts of a condition that must hold and ask about one path alone.
  private static func parts(of source: Value, about path: String) -> [Condition] {
    guard case .object(let members) = source else { return [] }
    var parts: [Condition] = []
    for member in members {
      if member.name == path, let part = try? Condition(.object([member])) { parts.append(part) }
      if member.name == "$and", case .array(let list) = member.value {
        for element in list { parts += self.parts(of: element, about: path) }
      }
    }
    return parts
  }

  /// An object with the values at dotted paths.
  private static func record(_ fields: [(path: String, value: Value?)]) -> Value {
    var record = Value.object([])
    for (path, value) in fields {
      guard let value else { continue }
      record = record.setting(value, at: path.split(separator: ".").map(String.init)[...])
    }
    return record
  }
}

extension Value {
  /// An object of one member.
  fileprivate static func record(_ name: String, _ value: Value) -> Value {
    .object([Member(name: name, value: value)])
  }

  /// This object with another value at a path.
  fileprivate func setting(_ value: Value, at path: ArraySlice<String>) -> Value {
    guard let name = path.first else { return value }
    var members: [Member] = []
    if case .object(let own) = self { members = own }
    let inner = (self[name] ?? .object([])).setting(value, at: path.dropFirst())
    if let place = members.firstIndex(where: { $0.name == name }) {
      members[place].value = inner
    } else {
      members.append(Member(name: name, value: inner))
    }
    return .object(members)
  }
}

extension Int64 {
  /// The whole part, held inside the integers that doubles say exactly.
  fileprivate init(clamping number: Double) {
    self = Int64(Swift.max(-9e15, Swift.min(9e15, number.isNaN ? 0 : number)))
  }
}
