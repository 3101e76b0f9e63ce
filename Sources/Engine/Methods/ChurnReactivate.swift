import Affinity
import Members
import Offers
import Outreach
import Shop
import Wire

/// `churn-reactivate`: who is slipping away, and what wins them back?
enum ChurnReactivate: Method {
  static let name = "churn-reactivate"
  static let summary =
    "Ranks lapsing customers by the value at risk, each with coupon, items, channel, hour "
    + "and message."
  static let writes = true
  static let isKeyed = true

  static func writes(_ parameters: JSON) -> Bool { parameters["commit"]?.boolValue ?? false }

  static let parameters: [Field] = [
    .optional("at", .moment),
    .optional("limit", .integer, "customers listed, 0 to 100000; 100 where absent"),
    .optional("policies", .list(.string), "absent: all policies"),
    .optional("channels", .list(.string), "absent: those that the customer agreed to"),
    .optional("items_per_customer", .integer, "0 to 100; 3 where absent"),
    .optional("commit", .boolean, "true: issue the coupons"), .optional("key", .string),
  ]
  static let result = Shape.object([
    .required(
      "customers",
      .list(
        .object([
          .required("customer", .string), .required("days_silent", .integer),
          .required("usual_gap_days", .number), .required("p_alive", .number),
          .required("value_at_risk", .integer, "minor units a year"),
          .required(
            "coupon",
            .nullable(
              .object([
                .required("policy", .string), .optional("code", .string),
                .optional("preferred", PreferredItems.shape),
              ]))),
          .optional("no_coupon", .string, "where coupon is null: why, as in withheld of target"),
          .required(
            "items",
            .list(.object([.required("item", .string), .required("source", .string)]))),
          .required("channel", .nullable(.string)), .required("send_at", .nullable(.moment)),
          .required(
            "message",
            .nullable(.object([.required("template", .string), .required("text", .string)]))),
          .required(
            "holdout", .boolean, "true: do not write to them, so that the effect can be told"),
          .required("because", .list(.string)),
        ]))), .required("considered", .integer, "customers who ever ordered"),
    .required("withheld", .map(.integer), "customers by reason"),
    .required("lifetime_basis", .choice(["prior", "fitted"]), "where p_alive comes from"),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let moment = try reader.optionalMoment("at")
    let limit = try reader.optionalInteger("limit", in: 0...100_000) ?? 100
    let policyIDs = try reader.identifiers("policies", maximumCount: 10_000)
    let channels = try reader.identifiers("channels", maximumCount: 100)
    let itemCount = try reader.optionalInteger("items_per_customer", in: 0...100) ?? 3
    let commits = try reader.optionalBool("commit") ?? false
    _ = try reader.optionalIdentifier("key")
    try reader.finish()
    let viewpoint = call.viewpoint(at: moment)
    let policies = try engine.policies(named: policyIDs)
    var round = WinBackRound(engine: &engine, from: viewpoint, channels: channels, limit: limit)
    var request = TargetRequest(limit: limit)
    request.namesWithheld = true
    request.responses = engine.responses(of: policies, from: viewpoint)
    let plan = engine.plan(
      policies, for: round.addressees, request, nil, from: viewpoint,
      issuedAt: call.issueMoment(from: viewpoint))
    for assignment in plan.assignments {
      round.coupons[assignment.customer] = (policy: assignment.policy, code: nil)
    }
    round.reasons = plan.reasons
    if commits {
      let codes = try engine.issue(plan, limit: limit, from: viewpoint, of: call)
      for (assignment, code) in zip(plan.assignments, codes) {
        round.coupons[assignment.customer] = (policy: assignment.policy, code: code)
      }
    }
    round.write(itemCount: itemCount, &engine, &reply)
  }
}

/// One round of winning back: whom it is about, and what they are given.
private struct WinBackRound {
  private let viewpoint: Viewpoint
  /// The most valuable first, ties by id; at most `limit`.
  private var listed: [(member: LapsedMember, delivery: Delivery, isHeldOut: Bool)] = []
  private var considered = 0
  private var withheld: [String: Int] = [:]
  var coupons: [Int32: (policy: String, code: String?)] = [:]
  /// Why the others get none.
  var reasons: [Int32: TargetPlan.Reason] = [:]

  init(engine: inout Engine, from viewpoint: Viewpoint, channels: [String]?, limit: Int) {
    self.viewpoint = viewpoint
    let facts = engine.facts
    let view = engine.members.view(from: viewpoint, facts: facts)
    for customer in facts.customers.indicesByID {
      let profile = view.profile(of: customer)
      guard profile.summary.orders > 0 else { continue }
      considered += 1
      guard let member = LapsedMember(profile) else {
        withheld["not_lapsed", default: 0] += 1
        continue
      }
      let delivery = Delivery(
        to: profile, offered: channels, now: viewpoint.now, zone: facts.settings.zone)
      guard let delivery else {
        withheld["no_consent", default: 0] += 1
        continue
      }
      listed.append((member, delivery, engine.holdout.holds(profile.id)))
    }
    // The list came in the order of ids, and a stable sort by value keeps that for ties.
    let order = listed.indices.sorted { left, right in
      let (a, b) = (listed[left].member.valueAtRisk, listed[right].member.valueAtRisk)
      return a != b ? a > b : left < right
    }
    if order.count > limit { withheld["limit"] = order.count - limit }
    listed = order.prefix(limit).map { listed[$0] }
    let held = listed.count { $0.isHeldOut }
    if held > 0 { withheld["holdout"] = held }
  }

  /// Those whom the coupons are chosen for, in the order of the list; the held out get none.
  var addressees: [Int32] { listed.map(\.member.profile.customer) }

  func write(itemCount: Int, _ engine: inout Engine, _ reply: inout JSONWriter) {
    reply.beginObject()
    reply.key("customers")
    reply.beginArray()
    for entry in listed {
      write(entry.member, entry.delivery, entry.isHeldOut, itemCount, &engine, &reply)
    }
    reply.endArray()
    reply.key("considered")
    reply.integer(considered)
    reply.key("withheld")
    reply.beginObject()
    for (reason, count) in withheld.sorted(by: { $0.key < $1.key }) {
      reply.key(dynamic: reason)
      reply.integer(count)
    }
    reply.endObject()
    reply.key("lifetime_basis")
    reply.string(engine.members.fitted.basis)
    reply.endObject()
  }

  private func write(
    _ member: LapsedMember, _ delivery: Delivery, _ isHeldOut: Bool, _ itemCount: Int,
    _ engine: inout Engine, _ reply: inout JSONWriter
  ) {
    let customer = member.profile.customer
    let coupon = coupons[customer]
    let items = engine.winBackItems(for: customer, count: itemCount, from: viewpoint)
    reply.beginObject()
    reply.key("customer")
    reply.string(member.profile.id)
    reply.key("days_silent")
    reply.integer(member.daysSilent)
    reply.key("usual_gap_days")
    reply.number(member.usualGapDays, decimals: 1)
    reply.key("p_alive")
    reply.number(member.aliveProbability, decimals: 4)
    reply.key("value_at_risk")
    reply.integer(Int(member.valueAtRisk))
    reply.key("coupon")
    if let coupon {
      reply.beginObject()
      reply.key("policy")
      reply.string(coupon.policy)
      if let code = coupon.code {
        reply.key("code")
        reply.string(code)
      }
      if engine.ledger.policies[coupon.policy]?.scope == .preferred {
        reply.key("preferred")
        engine.writePreferred(of: member.profile.id, from: viewpoint, &reply)
      }
      reply.endObject()
    } else {
      reply.null()
      if let reason = reasons[customer] {
        reply.key("no_coupon")
        reply.string(reason.rawValue)
      }
    }
    reply.key("items")
    reply.beginArray()
    for entry in items {
      reply.pair("item", engine.facts.items.names[entry.item], "source", entry.source)
    }
    reply.endArray()
    write(delivery, coupon, items.map(\.item), isHeldOut, member, engine, &reply)
    reply.key("holdout")
    reply.bool(isHeldOut)
    reply.key("because")
    reply.strings(member.because)
    reply.endObject()
  }

  /// Channel, hour and message; all null for somebody who is held out.
  private func write(
    _ delivery: Delivery, _ coupon: (policy: String, code: String?)?, _ items: [Int32],
    _ isHeldOut: Bool, _ member: LapsedMember, _ engine: borrowing Engine,
    _ reply: inout JSONWriter
  ) {
    reply.key("channel")
    if let channel = delivery.channel, !isHeldOut { reply.string(channel) } else { reply.null() }
    reply.key("send_at")
    guard !isHeldOut else {
      reply.null()
      reply.key("message")
      reply.null()
      return
    }
    reply.string(engine.facts.settings.zone.text(delivery.sendAt))
    let facts = engine.facts
    let ledger = engine.ledger
    let message = WinBackMessage(
      name: member.profile.record.name,
      coupon: coupon.map { (title: ledger.policies[$0.policy]?.title ?? $0.policy, code: $0.code) },
      items: items.compactMap { facts.items[$0].title })
    reply.key("message")
    reply.pair("template", message.template, "text", message.text)
  }
}

extension Engine {
  /// What to show somebody who is to come back: what they loved, then what goes with it.
  mutating func winBackItems(
    for customer: Int32, count: Int, from viewpoint: Viewpoint
  ) -> [(item: Int32, source: String)] {
    if count == 0 { return [] }
    let rules = ItemRules(
      excluded: [], disliked: facts.dislikes(of: customer, from: viewpoint), condition: nil,
      now: viewpoint.now)
    // Two thirds of the list, rounded up, are past loves.
    let loved = recommend(
      RecommendQuery(
        customer: customer, basket: [], count: (count * 2 + 2) / 3, viewpoint: viewpoint,
        repeats: .only), rules)
    var items = loved.slots.map { (item: $0.item, source: "past_preference") }
    let more = recommend(
      RecommendQuery(
        customer: customer, basket: [], count: count - items.count, viewpoint: viewpoint,
        repeats: .none), rules)
    items += more.slots.map { (item: $0.item, source: $0.source.rawValue) }
    return items
  }
}
