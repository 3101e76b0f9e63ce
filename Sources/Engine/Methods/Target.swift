import Members
import Offers
import Shop
import Wire

/// `target`: which coupon goes to whom, within the budget, and to whom does none?
enum Target: Method {
  static let name = "target"
  static let summary =
    "Chooses at most one coupon per customer for the most incremental margin that the "
    + "budget can buy."
  static let writes = true
  static let isKeyed = true

  static func writes(_ parameters: JSON) -> Bool { parameters["commit"]?.boolValue ?? false }

  static let parameters: [Field] = [
    .optional("policies", .list(.string), "absent: all policies"),
    .optional("customers", .list(.string), "absent: all customers"),
    .optional(
      "segment", .either([.string, .shared("Condition")]),
      "a segment's id, or a condition over the profile"),
    .optional("budget", .integer, "the most that the coupons given may cost, minor units"),
    .optional(
      "at", .moment, "as of that moment; coupons are issued then, or now if it lies ahead"),
    .optional("limit", .integer, "coupons given at most, 0 to 100000; 1000 where absent"),
    .optional(
      "campaign", .string,
      "has a holdout of its own, and a name in the log; absent: the shop's holdout alone"),
    .optional(
      "holdout_percent", .integer,
      "with campaign: share of the customers who are held out of it, 0 to 50; 5 where absent"),
    .optional(
      "objective", .choice(TargetRequest.Objective.allCases.map(\.rawValue)),
      "what is to be as great as possible; incremental_margin where absent"),
    .optional(
      "budget_on", .choice(TargetRequest.Measure.allCases.map(\.rawValue)),
      "what budgets of this call bound; worst_case where absent"),
    .optional(
      "quotas", .list(.object(TargetRecord.quota)),
      "bounds on parts of the plan; at most 50"),
    .optional(
      "explore_percent", .number,
      "share of the customers who draw one of what is open to them, 0 to 100; 0 where absent"),
    .optional("commit", .boolean, "true: issue the coupons; false, the default: plan only"),
    .optional("key", .string, "with commit: makes a retry give the stored reply"),
  ]
  static let result = Shape.object([
    .required(
      "assignments",
      .list(
        .object([
          .required("customer", .string), .required("policy", .string),
          .optional("code", .string, "with commit"),
          .required(
            "expected",
            .object([
              .required("redemption", .number), .required("incremental_margin", .integer),
              .required("cost", .integer),
              .required(
                "interval", .list(.integer),
                "where the incremental margin lies nine times in ten, by what is known"),
            ])),
          .required(
            "basis", .choice(["prior", "observed"]),
            "observed: outcomes against the held out weigh more than the policy's prior"),
          .optional(
            "evidence",
            .object([
              .required("given", .integer, "members whose outcome is known, of this policy"),
              .required("held_out", .integer),
              .required("weight", .number, "the share of the estimate that is outcomes"),
            ]), "where there are outcomes"),
          .optional(
            "coupons_before",
            .object([
              .required("given", .integer), .required("redeemed", .integer),
              .required("expected", .number, "how many of them customers redeem on average"),
              .required(
                "factor", .number, "how much likelier than customers on average they redeem"),
            ]), "what the customer did with earlier coupons, where there were any"),
          .optional(
            "propensity", .number, "with explore_percent: the probability of this choice"),
          .optional("explored", .boolean, "true: drawn by chance"),
          .required("because", .list(.string)),
        ]))),
    .required("considered", .integer), .required("none", .integer),
    .required("holdout", .integer), .required("withheld", .map(.integer), "customers by reason"),
    .optional(
      "policies_withheld", .map(.string),
      "named policies of which nobody gets a coupon, with the reason"),
    .required(
      "spent",
      .object([
        .required("exposure", .integer, "what the coupons can cost at most"),
        .required("expected", .integer),
      ])),
    .required(
      "certificate",
      .object([
        .required("value", .number), .required("upper_bound", .number),
        .required("gap", .number, "what may at most be missing, as a share of the bound"),
      ]), "in units of the objective"),
    .optional(
      "unmet",
      .list(.object([.required("quota", .integer), .required("missing", .integer)])),
      "minimums that could not be met, by the index of their quota"),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let policyIDs = try reader.identifiers("policies", maximumCount: 10_000)
    let customerIDs = try reader.identifiers("customers")
    let segment = try reader.optionalValue("segment")
    let moment = try reader.optionalMoment("at")
    var (request, campaign) = try TargetRecord.request(&reader)
    let commits = try reader.optionalBool("commit") ?? false
    _ = try reader.optionalIdentifier("key")
    try reader.finish()
    let viewpoint = call.viewpoint(at: moment)
    let policies = try engine.policies(named: policyIDs)
    let condition = try engine.segmentCondition(segment)
    let customers = try engine.audience(customerIDs, condition, from: viewpoint)
    let issued = call.issueMoment(from: viewpoint)
    request.responses = engine.responses(of: policies, from: viewpoint)
    let plan = engine.plan(
      policies, for: customers, request, campaign, from: viewpoint, issuedAt: issued)
    var codes: [String]?
    if commits {
      codes = try engine.issue(
        plan, limit: request.limit ?? 0, campaign: campaign?.id, from: viewpoint, of: call)
    }
    TargetRecord.write(
      plan, codes: codes, isExploring: request.exploration != nil,
      aside: engine.policiesAside(named: policyIDs, at: viewpoint.now),
      names: engine.facts.customers.names, &reply)
  }
}

extension Engine {
  /// The condition that `segment` names or is; nil where it is absent.
  func segmentCondition(_ value: Value?) throws -> Condition? {
    switch value {
    case nil: return nil
    case .string(let id)?:
      if let condition = segments.condition(of: id) { return condition }
      throw RPCError(
        code: RPCError.Code.notFound, reason: "unknown_segment",
        message: "no segment \(id) is known; segments.put adds one", path: "segment")
    case .some(let condition): return try memberCondition(condition, at: "segment")
    }
  }

  /// The customers that a question is about, in the order of their ids: those named, or all; those
  /// that the condition holds for. A customer without a fact is passed over.
  mutating func audience(
    _ ids: [String]?, _ condition: Condition?, from viewpoint: Viewpoint
  ) throws -> [Int32] {
    let facts = self.facts
    let candidates = ids.map { $0.compactMap { facts.customers.index(of: $0) } }
    if let condition {
      return members.matches(condition, among: candidates, from: viewpoint, facts: facts)
    }
    guard let candidates else { return facts.customers.indicesByID }
    let names = facts.customers.names
    return Array(Set(candidates)).sorted { names.precedes($0, $1) }
  }
}
