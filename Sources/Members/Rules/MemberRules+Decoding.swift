import Shop

// The rules as a host writes them:
//
//   {"tiers": [{"tier": "lapsed", "when": {"lifecycle": ["lapsed"]}},
//              {"tier": "high", "when": {"monetary_score": {"$gte": 5}}}, {"tier": "ordinary"}],
//    "lifecycle": [{"lifecycle": "prospect", "when": {"orders": {"$lt": 1}}}, …, {"lifecycle": "mature"}],
//    "levels": [{"level": "silver", "spend_12m": 100000}, {"level": "gold", "spend_12m": 500000}],
//    "explorer_from": 0.5}
//
// Every member may be left out, and then is what it is by default.

extension MemberRules {
  /// Reads rules; `path` is where they lie in the request. Throws for anything it does not understand.
  package init(_ value: Value, path: String = "members") throws(RecordProblem) {
    self.init()
    for member in try RuleReader.members(of: value, at: path) {
      let here = "\(path).\(member.name)"
      switch member.name {
      case "tiers": tiers = try RuleReader.rules(member.value, "tier", at: here)
      case "lifecycle": lifecycle = try RuleReader.rules(member.value, "lifecycle", at: here)
      case "levels": levels = try RuleReader.levels(member.value, at: here)
      case "explorer_from":
        let share = try RuleReader.number(member.value, at: here)
        if !(0...1).contains(share) {
          throw RuleReader.problem(here, "out_of_range", "a share is 0 to 1")
        }
        explorerFrom = share
      default: throw RuleReader.unknown(here, "tiers, lifecycle, levels and explorer_from")
      }
    }
  }
}

/// Reads rules member by member, each problem with its path.
private enum RuleReader {
  /// More rules than this are refused: every customer is held against all of them.
  static let maximumCount = 100

  static func problem(_ path: String, _ reason: String, _ message: String) -> RecordProblem {
    RecordProblem(path: path, reason: reason, message: message)
  }

  static func unknown(_ path: String, _ known: String) -> RecordProblem {
    problem(path, "unknown_member", "known here are \(known)")
  }

  static func members(of value: Value, at path: String) throws(RecordProblem) -> [Value.Member] {
    guard case .object(let members) = value else {
      throw problem(path, "wrong_type", "an object is expected")
    }
    return members
  }

  static func list(_ value: Value, at path: String) throws(RecordProblem) -> [Value] {
    guard case .array(let values) = value else {
      throw problem(path, "wrong_type", "a list is expected")
    }
    if values.count > maximumCount {
      throw problem(path, "too_many", "at most \(maximumCount) are taken")
    }
    return values
  }

  static func number(_ value: Value, at path: String) throws(RecordProblem) -> Double {
    guard let number = value.double, number.isFinite else {
      throw problem(path, "wrong_type", "a number is expected")
    }
    return number
  }

  static func name<Name: RawRepresentable & CaseIterable>(
    _ value: Value, _ type: Name.Type, at path: String
  ) throws(RecordProblem) -> Name where Name.RawValue == String {
    guard case .string(let text) = value, let name = Name(rawValue: text) else {
      let known = type.allCases.map(\.rawValue).joined(separator: ", ")
      throw problem(path, "unknown_name", "one of \(known) is expected")
    }
    return name
  }

  static func rules<Name: RawRepresentable & CaseIterable & Equatable & Sendable>(
    _ value: Value, _ nameMember: String, at path: String
  ) throws(RecordProblem) -> [MemberRules.Rule<Name>] where Name.RawValue == String {
    var rules: [MemberRules.Rule<Name>] = []
    let values = try list(value, at: path)
    for (index, value) in values.enumerated() {
      let here = "\(path)[\(index)]"
      var name: Name?
      var rule: MemberRules.Rule<Name>?
      for member in try members(of: value, at: here) {
        let place = "\(here).\(member.name)"
        switch member.name {
        case nameMember: name = try self.name(member.value, Name.self, at: place)
        case "when":
          rule = try when(
            member.value, for: Name.allCases.first!, mayAskLifecycle: Name.self != Lifecycle.self,
            at: place)
        default: throw unknown(place, "\(nameMember) and when")
        }
      }
      guard let name else {
        throw problem("\(here).\(nameMember)", "missing", "a rule gives a \(nameMember)")
      }
      let read = MemberRules.Rule(name, rule?.bounds ?? [], lifecycle: rule?.lifecycle)
      if read.isCatchAll != (index == values.count - 1) {
        throw problem(
          here, "no_catch_all",
          "the last rule, and no other, has no `when`: it takes everyone who is left")
      }
      rules.append(read)
    }
    if rules.isEmpty {
      throw problem(path, "empty", "one rule without `when` is the least")
    }
    return rules
  }

  static func when<Name: Equatable & Sendable>(
    _ value: Value, for name: Name, mayAskLifecycle: Bool, at path: String
  ) throws(RecordProblem) -> MemberRules.Rule<Name> {
    var rule = MemberRules.Rule(name)
    for member in try members(of: value, at: path) {
      let here = "\(path).\(member.name)"
      if member.name == "lifecycle", mayAskLifecycle {
        var stages: [Lifecycle] = []
        for (index, value) in try list(member.value, at: here).enumerated() {
          stages.append(try self.name(value, Lifecycle.self, at: "\(here)[\(index)]"))
        }
        rule.lifecycle = stages
        continue
      }
      guard let measure = Measure(rawValue: member.name) else {
        throw unknown(here, Measure.allCases.map(\.rawValue).joined(separator: ", "))
      }
      for bound in try members(of: member.value, at: here) {
        let place = "\(here).\(bound.name)"
        guard let comparison = Bound.Comparison(rawValue: bound.name) else {
          throw unknown(place, Bound.Comparison.allCases.map(\.rawValue).joined(separator: ", "))
        }
        rule.bounds.append(Bound(measure, comparison, try number(bound.value, at: place)))
      }
    }
    return rule
  }

  static func levels(_ value: Value, at path: String) throws(RecordProblem) -> [MemberRules.Level] {
    var levels: [MemberRules.Level] = []
    for (index, value) in try list(value, at: path).enumerated() {
      let here = "\(path)[\(index)]"
      var name: String?
      var spend: Int64?
      for member in try members(of: value, at: here) {
        let place = "\(here).\(member.name)"
        switch (member.name, member.value) {
        case ("level", .string(let text)) where !text.isEmpty: name = text
        case ("level", _): throw problem(place, "wrong_type", "a level has a name")
        case ("spend_12m", .integer(let amount)) where amount >= 0: spend = amount
        case ("spend_12m", _):
          throw problem(place, "wrong_type", "minor units, 0 or more, are expected")
        default: throw unknown(place, "level and spend_12m")
        }
      }
      guard let name else { throw problem("\(here).level", "missing", "a level has a name") }
      guard let spend else {
        throw problem("\(here).spend_12m", "missing", "a level says from what spend on it is given")
      }
      if let last = levels.last, last.spendFrom >= spend {
        throw problem("\(here).spend_12m", "not_ascending", "levels go from the least spend up")
      }
      if levels.contains(where: { $0.name == name }) {
        throw problem("\(here).level", "duplicate", "each level is named once")
      }
      levels.append(MemberRules.Level(name, spendFrom: spend))
    }
    return levels
  }
}
