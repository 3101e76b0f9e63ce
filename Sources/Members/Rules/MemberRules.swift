import Shop

// How members are sorted
// ----------------------
// Value tiers and lifecycle stages are lists of rules, read from the top: a customer is in the
// first whose condition holds. The last rule has no condition, so everybody is in exactly one,
// whatever the rules say. Conditions are those of segments, over the same profile, except that
// `tier` and `lifecycle` themselves do not exist while they are decided.
//
// The defaults need no configuration: lapse is measured in the customer's own gaps (`silence`),
// value by the RFM scores.

/// The shop's tiers, lifecycle stages and levels.
package struct MemberRules: Equatable, Sendable {
  package struct Rule: Equatable, Sendable {
    package var id: String
    /// Nil for the last rule, which takes everybody who is left.
    package var condition: Condition?
  }

  package private(set) var tiers: [Rule]
  package private(set) var stages: [Rule]
  /// Rising; empty for a shop without levels.
  package private(set) var levels: [Level]
  package private(set) var levelTerms = LevelTerms()
  /// How points are earned, by when each of them begins.
  package private(set) var points: [PointRules] = []
  /// Thresholds and classes of the RFM scores, where the shop has its own.
  package private(set) var rfm = RFMTable()

  package static let standard: MemberRules = {
    let lapsed = condition(#"silence"#, 3, days: 30)
    let lapsing = condition(#"silence"#, 1.5, days: 14)
    func atLeast(_ field: String, _ score: Int64) -> Value.Member {
      .init(name: field, value: .object([.init(name: "$gte", value: .integer(score))]))
    }
    func orders(_ operation: String, _ count: Int64) -> Value {
      .object([
        .init(name: "orders", value: .object([.init(name: operation, value: .integer(count))]))
      ])
    }
    let high = Value.object([atLeast("rfm.monetary", 4), atLeast("rfm.frequency", 4)])
    let potential = Value.object([
      .init(
        name: "$or",
        value: .array([
          .object([atLeast("rfm.monetary", 4)]),
          .object([atLeast("rfm.frequency", 3), atLeast("rfm.recency", 4)]),
        ]))
    ])
    return MemberRules(
      tiers: [
        Rule(id: "lapsed", condition: compiled(lapsed)),
        Rule(id: "high", condition: compiled(high)),
        Rule(id: "potential", condition: compiled(potential)),
        Rule(id: "ordinary", condition: nil),
      ],
      stages: [
        Rule(id: "prospect", condition: compiled(orders("$eq", 0))),
        Rule(id: "lapsed", condition: compiled(lapsed)),
        Rule(id: "lapsing", condition: compiled(lapsing)),
        Rule(id: "new", condition: compiled(orders("$lte", 1))),
        Rule(id: "growing", condition: compiled(orders("$lte", 4))),
        Rule(id: "mature", condition: nil),
      ], levels: [])
  }()

  private static func condition(_ field: String, _ least: Double, days: Int64) -> Value {
    .object([
      .init(name: field, value: .object([.init(name: "$gte", value: .number(least))])),
      .init(name: "recency_days", value: .object([.init(name: "$gte", value: .integer(days))])),
    ])
  }

  private static func compiled(_ value: Value) -> Condition {
    do { return try Condition(value) } catch {
      preconditionFailure("a standard rule does not compile: \(error)")
    }
  }

  private init(tiers: [Rule], stages: [Rule], levels: [Level]) {
    self.tiers = tiers
    self.stages = stages
    self.levels = levels
  }

  func tier(of profile: MemberProfile) -> String { MemberRules.first(tiers, profile) }
  func lifecycle(of profile: MemberProfile) -> String { MemberRules.first(stages, profile) }

  private static func first(_ rules: [Rule], _ profile: MemberProfile) -> String {
    let source = UnsortedProfile(profile: profile)
    for rule in rules where rule.condition?.matches(source) ?? true { return rule.id }
    preconditionFailure("the last rule takes everybody")
  }
}

/// A profile while its tier and stage are being decided.
private struct UnsortedProfile: FieldSource {
  let profile: MemberProfile

  func field(_ name: String) -> Value? {
    name == "tier" || name == "lifecycle" ? nil : profile.field(name)
  }

  func field(_ name: String, part: String) -> Value? {
    name == "tier" || name == "lifecycle" ? nil : profile.field(name, part: part)
  }
}

// MARK: - Reading

extension MemberRules {
  /// Rules per list; more are refused.
  static let maximumRuleCount = 100

  /// Changes of the rules for points, at most.
  static let maximumPointRulesCount = 1_000

  /// The rules after a change: what the object names (`tiers`, `lifecycle`, `levels`) replaces what
  /// was; `points` hold from when they say on, those before it stay for orders of before.
  ///
  /// - Parameter now: from when `points` hold that do not say so.
  package init(
    _ value: Value, over rules: MemberRules, now: Instant
  ) throws(RecordProblem) {
    self = rules
    guard case .object(let members) = value else {
      throw RecordProblem(path: "", reason: "wrong_type", message: "expected an object")
    }
    for member in members {
      switch member.name {
      case "tiers": tiers = try MemberRules.rules(member.value, at: "tiers")
      case "lifecycle": stages = try MemberRules.rules(member.value, at: "lifecycle")
      case "levels":
        levels = try Level.list(member.value, maximumCount: MemberRules.maximumRuleCount)
      case "level_terms": levelTerms = try LevelTerms(member.value)
      case "points":
        let rule = try PointRules(member.value, now: now)
        // Said again, it changes nothing: hosts configure the shop at each of their starts.
        var again = rule
        if let last = points.last { again.from = last.from }
        if member.value["from"] == nil, again == points.last { continue }
        points.removeAll { $0.from >= rule.from }
        guard points.count < MemberRules.maximumPointRulesCount else {
          throw RecordProblem(
            path: "points", reason: "out_of_range",
            message: "rules for points changed \(points.count) times; start from an earlier time")
        }
        points.append(rule)
      case "rfm": rfm = try RFMTable(member.value, over: rfm)
      default:
        throw RecordProblem(
          path: member.name, reason: "unknown_parameter",
          message: "\(member.name) is not known here; allowed: tiers, lifecycle, levels, "
            + "level_terms, points, rfm")
      }
    }
  }

  private static func rules(_ value: Value, at path: String) throws(RecordProblem) -> [Rule] {
    guard case .array(let elements) = value, !elements.isEmpty, elements.count <= maximumRuleCount
    else {
      throw RecordProblem(
        path: path, reason: "wrong_type", message: "expected 1 to \(maximumRuleCount) rules")
    }
    var rules: [Rule] = []
    for (index, element) in elements.enumerated() {
      let place = "\(path)[\(index)]"
      let id = try identifier(element, allowing: ["id", "when"], at: place)
      if rules.contains(where: { $0.id == id }) {
        throw RecordProblem(
          path: place + ".id", reason: "conflict", message: "\(id) stands in the list twice")
      }
      var condition: Condition?
      if let when = element["when"] {
        do throws(ConditionProblem) {
          condition = try Condition(when)
        } catch {
          throw RecordProblem(
            path: place + ".when" + (error.path.isEmpty ? "" : "." + error.path),
            reason: error.reason.rawValue, message: error.message)
        }
      }
      let isLast = index == elements.count - 1
      if isLast != (condition == nil) {
        throw RecordProblem(
          path: place + ".when", reason: isLast ? "unknown_parameter" : "missing",
          message: "every rule but the last has a condition, and the last takes all who are left")
      }
      rules.append(Rule(id: id, condition: condition))
    }
    return rules
  }

  static func identifier(
    _ value: Value, allowing names: [String], at place: String
  ) throws(RecordProblem) -> String {
    guard case .object(let members) = value else {
      throw RecordProblem(path: place, reason: "wrong_type", message: "expected an object")
    }
    for member in members where !names.contains(member.name) {
      throw RecordProblem(
        path: place + "." + member.name, reason: "unknown_parameter",
        message: "allowed: \(names.joined(separator: ", "))")
    }
    guard case .string(let id)? = value["id"], !id.isEmpty, id.utf8.count <= 64 else {
      throw RecordProblem(
        path: place + ".id", reason: "missing", message: "an id of 1 to 64 bytes")
    }
    return id
  }
}
