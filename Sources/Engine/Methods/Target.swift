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
            ])), .required("basis", .choice(["prior", "observed"])),
          .required("because", .list(.string)),
        ]))),
    .required("considered", .integer), .required("none", .integer),
    .required("holdout", .integer), .required("withheld", .map(.integer), "customers by reason"),
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
      ])),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let policyIDs = try reader.identifiers("policies", maximumCount: 10_000)
    let customerIDs = try reader.identifiers("customers")
    let segment = try reader.optionalValue("segment")
    let budget = try reader.optionalAmount("budget")
    let moment = try reader.optionalMoment("at")
    let limit = try reader.optionalInteger("limit", in: 0...100_000) ?? 1_000
    let commits = try reader.optionalBool("commit") ?? false
    _ = try reader.optionalIdentifier("key")
    try reader.finish()
    let viewpoint = call.viewpoint(at: moment)
    let policies = try engine.policies(named: policyIDs)
    let condition = try engine.segmentCondition(segment)
    let customers = try engine.audience(customerIDs, condition, from: viewpoint)
    let plan = engine.plan(
      policies, for: customers, budget: budget, limit: limit, from: viewpoint,
      issuedAt: call.issueMoment(from: viewpoint))
    var codes: [String]?
    if commits {
      let names = engine.facts.customers.names
      codes = try engine.issue(
        plan.assignments.map {
          CouponLedger.Grant(customer: names[$0.customer], policy: $0.policy)
        }, from: viewpoint, of: call)
    }
    write(plan, codes: codes, names: engine.facts.customers.names, &reply)
  }

  private static func write(
    _ plan: TargetPlan, codes: [String]?, names: NameTable, _ reply: inout JSONWriter
  ) {
    reply.beginObject()
    reply.key("assignments")
    reply.beginArray()
    for (index, assignment) in plan.assignments.enumerated() {
      reply.beginObject()
      reply.key("customer")
      names.withBytes(of: assignment.customer) { reply.string(utf8: $0) }
      reply.key("policy")
      reply.string(assignment.policy)
      if let codes {
        reply.key("code")
        reply.string(codes[index])
      }
      reply.key("expected")
      reply.beginObject()
      reply.key("redemption")
      reply.number(assignment.redemption, decimals: 4)
      reply.key("incremental_margin")
      reply.integer(Int(assignment.incrementalMargin))
      reply.key("cost")
      reply.integer(Int(assignment.cost))
      reply.endObject()
      reply.key("basis")
      reply.string(assignment.basis.rawValue)
      reply.key("because")
      reply.strings(assignment.because)
      reply.endObject()
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
    reply.endObject()
  }
}

extension Engine {
  /// The condition that `segment` names or is; nil where it is absent.
  func segmentCondition(_ value: Value?) throws -> Condition? {
    switch value {
    case nil: return nil
    case .string(let id)?:
      if let segment = segments[id] { return segment.condition }
      throw RPCError(
        code: RPCError.Code.notFound, reason: "unknown_segment",
        message: "no segment \(id) is known; segments.put adds one", path: "segment")
    case .some(let condition): return try Engine.condition(condition, at: "segment")
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

  /// Plans coupons for customers.
  mutating func plan(
    _ policies: [Policy], for customers: [Int32], budget: Int64?, limit: Int,
    from viewpoint: Viewpoint, issuedAt moment: Instant
  ) -> TargetPlan {
    let facts = self.facts
    let view = members.view(from: viewpoint, facts: facts)
    let names = facts.customers.names
    let profile = { (customer: Int32) in view.profile(of: customer) }
    let asksPreference = policies.contains { $0.scope == .preferred }
    let signals = customers.map { signal(of: profile($0), asksPreference: asksPreference) }
    return Targeting.plan(
      members: signals, policies: headroom(of: policies, at: moment), budget: budget,
      limit: limit, viewpoint: viewpoint, zone: facts.settings.zone, profile: profile,
      precedes: { names.precedes($0, $1) })
  }
}
