import Members
import Offers
import Shop
import Wire

/// `policies.check`: what is wrong with policies, before they are launched.
enum PoliciesCheck: Method {
  static let name = "policies.check"
  static let summary =
    "Finds dead rules, overlaps, free carts, unreachable limits and unbounded costs, each with a "
    + "cart that shows it."
  /// Customers that are looked at for overlaps; whether anybody meets a `for` is asked of all.
  static let sampleCount = 2_000
  static let parameters: [Field] = [
    .optional("policies", .list(.string), "absent: all policies that are known"),
    .optional(
      "candidates", .list(.shared("Policy")),
      "policies that were not put yet, beside the others or instead of those of their ids"),
    .optional("at", .moment, "the moment of the launch"),
  ]
  private static let question: [Field] = [
    .required("quote", .map(.any), "params of coupons.quote"),
    .required("made_up", .boolean, "whether no customer of the shop would do"),
    .required("total", .integer), .required("discount", .integer),
    .required("applied", .list(.string), "policies"),
    .required(
      "not_applied",
      .list(.object([.required("policy", .string), .required("reason", .string)]))),
  ]
  static let result = Shape.object([
    .required(
      "findings",
      .list(
        .object([
          .required("kind", .choice(PolicyFinding.Kind.allCases.map(\.rawValue))),
          .required("severity", .choice(PolicyFinding.Severity.allCases.map(\.rawValue))),
          .required("policies", .list(.string)), .required("message", .string),
          .required(
            "shown", .list(.object(question)),
            "what coupons.quote answers; a second one is to be compared with the first"),
        ]))),
    .required(
      "exposure",
      .list(
        .object([
          .required("policy", .string),
          .required("per_coupon", .nullable(.integer), "null: only a cart can tell"),
          .required("total", .nullable(.integer)), .required("budget", .nullable(.integer)),
          .required("worst_case", .nullable(.integer), "null: nothing bounds it"),
        ]))), .required("carts", .integer, "how many were priced"),
    .required("customers", .integer, "how many were looked at for overlaps"),
    .required("complete", .boolean, "false: there were too many carts to try all"),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let ids = try reader.identifiers("policies", maximumCount: CouponsQuote.maximumPolicyCount)
    let candidates = try engine.readPolicies(
      try reader.optionalArray("candidates", maximumCount: CouponsQuote.maximumPolicyCount),
      at: "candidates")
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    var policies: [Policy] = []
    for (index, id) in (ids ?? engine.ledger.policies.ids).enumerated() {
      guard let policy = engine.ledger.policies[id] else {
        throw RPCError(
          code: RPCError.Code.notFound, reason: "unknown_policy",
          message: "no policy \(id) is known; policies.put adds one", path: "policies[\(index)]")
      }
      policies.append(policy)
    }
    let shop = engine.checkShop(at: moment ?? call.now)
    let check = PolicyCheck(policies + (candidates ?? []), in: shop)
    let unknown = Set((candidates ?? []).map(\.id))
    reply.beginObject()
    reply.key("findings")
    reply.beginArray()
    for finding in check.findings { write(finding, unknown, shop.facts.settings.zone, &reply) }
    reply.endArray()
    reply.key("exposure")
    reply.beginArray()
    for exposure in check.exposures { write(exposure, &reply) }
    reply.endArray()
    reply.key("carts")
    reply.integer(check.cartCount)
    reply.key("customers")
    reply.integer(shop.sample.count)
    reply.key("complete")
    reply.bool(check.isComplete)
    reply.endObject()
  }

  private static func write(
    _ finding: PolicyFinding, _ unknown: Set<String>, _ zone: Zone, _ reply: inout JSONWriter
  ) {
    reply.beginObject()
    reply.key("kind")
    reply.string(finding.kind.rawValue)
    reply.key("severity")
    reply.string(finding.kind.severity.rawValue)
    reply.key("policies")
    reply.strings(finding.policies)
    reply.key("message")
    reply.string(finding.message)
    reply.key("shown")
    reply.beginArray()
    for shown in finding.shown { write(shown, unknown, zone, &reply) }
    reply.endArray()
    reply.endObject()
  }

  private static func write(
    _ shown: PolicyFinding.Shown, _ unknown: Set<String>, _ zone: Zone, _ reply: inout JSONWriter
  ) {
    reply.beginObject()
    reply.key("quote")
    reply.beginObject()
    switch shown.shopper {
    case .customer(let id):
      reply.key("customer")
      reply.string(id)
    case .madeUp(let fields):
      reply.key("profile")
      reply.value(fields)
    }
    reply.key("cart")
    reply.cart(shown.cart)
    reply.key("codes")
    reply.strings([])
    reply.key("policies")
    reply.beginArray()
    for policy in shown.policies {
      if unknown.contains(policy.id) {
        reply.value(policy.source)
      } else {
        reply.string(policy.id)
      }
    }
    reply.endArray()
    reply.key("at")
    reply.string(zone.text(shown.moment))
    reply.endObject()
    reply.key("made_up")
    reply.bool(shown.shopper.id == nil)
    reply.key("total")
    reply.integer(Int(shown.quote.total))
    reply.key("discount")
    reply.integer(Int(shown.quote.discount))
    reply.key("applied")
    reply.strings(shown.quote.applied.map(\.policy))
    reply.key("not_applied")
    reply.beginArray()
    for coupon in shown.quote.notApplied {
      let policy = coupon.code.dropFirst(CouponLedger.Trial.code(of: "").count)
      reply.pair("policy", String(policy), "reason", coupon.reason.rawValue)
    }
    reply.endArray()
    reply.endObject()
  }

  private static func write(_ exposure: PolicyExposure, _ reply: inout JSONWriter) {
    reply.beginObject()
    reply.key("policy")
    reply.string(exposure.policy)
    let amounts: [(StaticString, Int64?)] = [
      ("per_coupon", exposure.perCoupon), ("total", exposure.total),
      ("budget", exposure.budget), ("worst_case", exposure.worstCase),
    ]
    for (name, amount) in amounts {
      reply.key(name)
      if let amount { reply.integer(Int(amount)) } else { reply.null() }
    }
    reply.endObject()
  }
}

extension JSONWriter {
  /// Writes a cart as it would be sent.
  mutating func cart(_ cart: Cart) {
    beginObject()
    key("lines")
    beginArray()
    for line in cart.lines {
      beginObject()
      key("item")
      string(line.item)
      key("quantity")
      integer(Int(line.quantity))
      key("unit_price")
      integer(Int(line.unitPrice))
      endObject()
    }
    endArray()
    if cart.shipping > 0 {
      key("shipping")
      integer(Int(cart.shipping))
    }
    endObject()
  }
}

// MARK: - The shop that is checked against

extension Engine {
  /// The shop as a check of policies sees it.
  mutating func checkShop(at now: Instant) -> CheckShop {
    let facts = self.facts
    // As a quote with `at` sees it, so that it confirms every finding.
    let viewpoint = Viewpoint(asOf: now)
    // Brings the index up to date once; the copy then answers for every moment.
    _ = members.view(from: viewpoint, facts: facts)
    let views = MemberViews(index: members, facts: facts)
    let all = facts.customers.indicesByID
    let step = max(1, all.count / PoliciesCheck.sampleCount)
    let sample = stride(from: 0, to: all.count, by: step).map { all[$0] }
      .filter { views.view(at: viewpoint.now).profile(of: $0).isKnown }
    let names = facts.customers.names
    return CheckShop(
      facts: PricingFacts(items: facts.items, settings: facts.settings), ledger: ledger,
      now: viewpoint.now, sample: sample.prefix(PoliciesCheck.sampleCount).map { names[$0] },
      customerCount: facts.customers.liveCount,
      profile: { id, moment in
        guard let index = names.index(of: id) else { return Value.object([]) }
        return views.view(at: moment).profile(of: index)
      },
      preferred: { id, moment in
        guard let index = names.index(of: id) else { return PreferredItems() }
        let profile = views.view(at: moment).profile(of: index)
        return PreferredItems(
          items: Set(profile.preferredItems.map { facts.items.names[$0] }),
          categories: Set(profile.preferredCategory.map { [$0] } ?? []))
      },
      first: { condition, moment in
        let view = views.view(at: moment)
        return all.first { index in
          let profile = view.profile(of: index)
          return profile.isKnown && condition.matches(profile)
        }.map { names[$0] }
      }, ranks: ranks(sample, views.view(at: viewpoint.now)),
      words: [
        "tier": members.rules.tiers.map(\.id), "lifecycle": members.rules.stages.map(\.id),
        "level": members.rules.levels.map(\.id),
        "rfm.class": RFMClass.allCases.map(\.rawValue),
      ])
  }

  /// Levels are ordered by the spend that they ask for; tiers by what their members spend. Who is
  /// called lapsed is in no order: a better offer to them is meant so.
  private func ranks(_ sample: [Int32], _ view: MemberView) -> [String: [String]] {
    var spend: [String: (sum: Double, count: Double)] = [:]
    for customer in sample {
      let profile = view.profile(of: customer)
      spend[profile.tier, default: (0, 0)].sum += Double(profile.summary.spend)
      spend[profile.tier, default: (0, 0)].count += 1
    }
    let tiers = members.rules.tiers.map(\.id).filter { $0 != "lapsed" && spend[$0] != nil }
    let means = spend.mapValues { $0.sum / $0.count }
    let order = tiers.enumerated().sorted { left, right in
      let (a, b) = (means[left.element] ?? 0, means[right.element] ?? 0)
      return a != b ? a > b : left.offset < right.offset
    }
    return [
      "tier": order.map(\.element),
      "level": members.rules.levels.reversed().map(\.id),
    ]
  }
}

/// Views of the members as of the moments that a check asks about.
private final class MemberViews {
  private var index: MemberIndex
  private let facts: ShopFacts
  private var views: [Instant: MemberView] = [:]

  init(index: MemberIndex, facts: ShopFacts) {
    self.index = index
    self.facts = facts
  }

  func view(at moment: Instant) -> MemberView {
    if let view = views[moment] { return view }
    let view = index.view(from: Viewpoint(asOf: moment), facts: facts)
    views[moment] = view
    return view
  }
}
