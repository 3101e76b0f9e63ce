import Offers
import Shop
import Wire

/// What `target` is asked beyond whom and what with, and how its answer is written.
enum TargetRecord {
  /// Coupons of one call.
  static let maximumAssignmentCount = 100_000

  static let quota: [Field] = [
    .optional("policies", .list(.string), "absent: all"),
    .optional("tiers", .list(.string), "absent: all"),
    .optional("channels", .list(.string), "that members prefer; absent: all"),
    .optional("at_most", .integer, "coupons"),
    .optional("at_least", .integer, "coupons, as far as members are worth one"),
    .optional("budget", .integer, "minor units, measured as budget_on says"),
  ]

  /// Reads bounds, objective and exploration; all but `responses`.
  static func request(
    _ reader: inout JSONObjectReader
  ) throws(ParameterError) -> (TargetRequest, Campaign?) {
    var request = TargetRequest(
      budget: try reader.optionalAmount("budget"),
      limit: try reader.optionalInteger("limit", in: 0...maximumAssignmentCount) ?? 1_000)
    request.objective = try reader.optionalChoice("objective") ?? .incrementalMargin
    request.measure = try reader.optionalChoice("budget_on") ?? .worstCase
    let quotas = try reader.optionalArray(
      "quotas", maximumCount: TargetRequest.maximumQuotaCount)
    if let quotas {
      for element in quotas { request.quotas.append(try TargetRecord.quota(element)) }
    }
    let id = try reader.optionalIdentifier("campaign")
    let percent = try reader.optionalInteger("holdout_percent", in: 0...50)
    if id == nil, percent != nil {
      throw reader.failure(
        at: "holdout_percent", "missing",
        "holdout_percent is of a campaign; name one, or set the shop's with shop.configure")
    }
    let campaign = id.map { Campaign(id: $0, holdout: Double(percent ?? 5) / 100) }
    if let percent = try reader.optionalNumber("explore_percent", in: 0...100), percent > 0 {
      request.exploration = .init(
        share: percent / 100, seed: "sidecart-explore:" + (id ?? ""))
    }
    return (request, campaign)
  }

  private static func quota(_ value: JSON) throws(ParameterError) -> TargetRequest.Quota {
    var reader = try value.object()
    func names(_ list: [String]?) -> Set<String>? { list.map { Set($0) } }
    let quota = TargetRequest.Quota(
      policies: names(try reader.identifiers("policies", maximumCount: 10_000)),
      tiers: names(try reader.identifiers("tiers", maximumCount: 1_000)),
      channels: names(try reader.identifiers("channels", maximumCount: 1_000)),
      atMost: try reader.optionalAmount("at_most"),
      atLeast: try reader.optionalAmount("at_least"),
      budget: try reader.optionalAmount("budget"))
    try reader.finish()
    return quota
  }

  // MARK: Writing

  static func write(
    _ plan: TargetPlan, codes: [String]?, isExploring: Bool,
    aside: [(policy: String, reason: OfferReason)], names: NameTable, _ reply: inout JSONWriter
  ) {
    reply.beginObject()
    reply.key("assignments")
    reply.beginArray()
    for (index, assignment) in plan.assignments.enumerated() {
      write(
        assignment, code: codes?[index], isExploring: isExploring, names: names, &reply)
    }
    reply.endArray()
    let counts: [(StaticString, Int)] = [
      ("considered", plan.considered), ("none", plan.none), ("holdout", plan.holdout),
    ]
    for (name, count) in counts {
      reply.key(name)
      reply.integer(count)
    }
    reply.key("withheld")
    reply.beginObject()
    for (code, count) in plan.withheldByCode {
      reply.key(dynamic: code)
      reply.integer(count)
    }
    reply.endObject()
    if !aside.isEmpty {
      reply.key("policies_withheld")
      reply.beginObject()
      for (policy, reason) in aside {
        reply.key(dynamic: policy)
        reply.string(reason.rawValue)
      }
      reply.endObject()
    }
    reply.key("spent")
    reply.beginObject()
    reply.key("exposure")
    reply.integer(Int(plan.spentExposure))
    reply.key("expected")
    reply.integer(Int(plan.spentExpected))
    reply.endObject()
    reply.key("certificate")
    reply.beginObject()
    reply.key("value")
    reply.number(plan.value)
    reply.key("upper_bound")
    reply.number(plan.upperBound)
    reply.key("gap")
    reply.number(plan.gap)
    reply.endObject()
    writeShortfalls(of: plan, &reply)
    reply.endObject()
  }

  private static func writeShortfalls(of plan: TargetPlan, _ reply: inout JSONWriter) {
    if plan.shortfalls.isEmpty { return }
    reply.key("unmet")
    reply.beginArray()
    for shortfall in plan.shortfalls {
      reply.beginObject()
      reply.key("quota")
      reply.integer(shortfall.quota)
      reply.key("missing")
      reply.integer(Int(shortfall.missing))
      reply.endObject()
    }
    reply.endArray()
  }

  private static func write(
    _ assignment: TargetPlan.Assignment, code: String?, isExploring: Bool, names: NameTable,
    _ reply: inout JSONWriter
  ) {
    reply.beginObject()
    reply.key("customer")
    names.withBytes(of: assignment.customer) { reply.string(utf8: $0) }
    reply.key("policy")
    reply.string(assignment.policy)
    if let code {
      reply.key("code")
      reply.string(code)
    }
    reply.key("expected")
    reply.beginObject()
    reply.key("redemption")
    reply.number(assignment.redemption, decimals: 4)
    reply.key("incremental_margin")
    reply.integer(Int(assignment.incrementalMargin))
    reply.key("cost")
    reply.integer(Int(assignment.cost))
    reply.key("interval")
    reply.beginArray()
    reply.integer(Int(assignment.response.interval.lowerBound))
    reply.integer(Int(assignment.response.interval.upperBound))
    reply.endArray()
    reply.endObject()
    reply.key("basis")
    reply.string(assignment.basis.rawValue)
    let estimate = assignment.response.estimate
    if estimate.given.count > 0 || estimate.held.count > 0 {
      reply.key("evidence")
      reply.beginObject()
      reply.key("given")
      reply.integer(estimate.given.count)
      reply.key("held_out")
      reply.integer(estimate.held.count)
      reply.key("weight")
      reply.number(estimate.weight, decimals: 4)
      reply.endObject()
    }
    if let before = assignment.redemptions {
      reply.key("coupons_before")
      reply.beginObject()
      reply.key("given")
      reply.integer(Int(before.given))
      reply.key("redeemed")
      reply.integer(Int(before.redeemed))
      reply.key("expected")
      reply.number(before.expected, decimals: 2)
      reply.key("factor")
      reply.number(before.factor, decimals: 4)
      reply.endObject()
    }
    if isExploring {
      reply.key("propensity")
      reply.number(assignment.propensity, decimals: 6)
      reply.key("explored")
      reply.bool(assignment.isExplored)
    }
    reply.key("because")
    reply.strings(assignment.because)
    reply.endObject()
  }
}
