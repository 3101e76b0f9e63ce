import Offers
import Shop
import Wire

/// `coupons.quote`: the best that coupons can do for a cart.
enum CouponsQuote: Method {
  static let name = "coupons.quote"
  static let summary =
    "Prices a cart with the best admissible coupons, and says what would make others apply."
  static let parameters: [Field] = [
    .optional("customer", .string, "absent: a guest, who holds none"),
    .required("cart", .shared("Cart")),
    .optional("codes", .list(.string), "absent: everything that the customer holds"),
    .optional(
      "policies", .list(.either([.string, .shared("Policy")])),
      "priced as if the customer were given one coupon of each then, under the code policy:ID; "
        + "ids, or policies that were never put"),
    .optional(
      "profile", .map(.any),
      "with policies: the fields that `for` asks for, instead of the customer's own"),
    .optional("at", .moment),
  ]
  static let result = Shape.object(
    SharedShapes.quote + [
      .optional(
        "preferred", PreferredItems.shape, "what \"on\":\"preferred\" stands for, where asked")
    ])
  static let maximumPolicyCount = 1_000

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let customer = try reader.optionalIdentifier("customer")
    let cart = try Cart(try reader.required("cart"))
    let codes = try reader.identifiers("codes", maximumCount: CouponLedger.maximumCodeCount)
    let policies = try engine.readPolicies(
      try reader.optionalArray("policies", maximumCount: maximumPolicyCount))
    let profile = try reader.member("profile").map { try $0.objectValue() }
    let moment = try reader.optionalMoment("at")
    try reader.finish()
    let viewpoint = call.viewpoint(at: moment)
    let asksPreference =
      engine.ledger.asksPreference(customer: customer, codes: codes)
      || policies?.contains { $0.scope == .preferred } ?? false
    let pricing = engine.pricing(
      of: customer, from: viewpoint, asksPreference: asksPreference)
    let quote: Quote
    if let policies {
      var trial = CouponLedger.Trial(policies: policies, profile: profile)
      trial.isMadeUp = customer == nil && profile != nil
      if profile == nil, policies.contains(where: { $0.audience != nil }) {
        let index = customer.flatMap { engine.facts.customers.index(of: $0) }
        trial.profile = index.map { engine.profile(of: $0, from: viewpoint) }
      }
      quote = engine.ledger.quote(
        customer: customer, codes: codes, trial: trial, cart: cart, at: viewpoint.now,
        facts: pricing)
    } else {
      quote = engine.ledger.quote(
        customer: customer, codes: codes, cart: cart, at: viewpoint.now, facts: pricing)
    }
    reply.beginObject()
    reply.members(of: quote)
    if asksPreference {
      reply.key("preferred")
      engine.writePreferred(of: customer, from: viewpoint, &reply)
    }
    reply.endObject()
  }
}

extension PreferredItems {
  /// How many items an answer names.
  static let namedCount = 3
  static let shape = Shape.object([
    .required("items", .list(.string), "bought in two orders or more, the most often first"),
    .required("categories", .list(.string)),
  ])
}

extension Engine {
  /// Policies by id, or as they would be put; of several of one id the last counts.
  func readPolicies(
    _ list: JSONArray?, at path: String = "policies"
  ) throws -> [Policy]? {
    guard let list else { return nil }
    var policies: [Policy] = []
    for (index, element) in list.enumerated() {
      let policy = try readPolicy(element, at: "\(path)[\(index)]")
      policies.removeAll { $0.id == policy.id }
      policies.append(policy)
    }
    return policies
  }

  private func readPolicy(_ element: JSON, at path: String) throws -> Policy {
    if element.kind == .object {
      do throws(RecordProblem) {
        return try Policy(try element.objectPolicyValue(), settings: facts.settings)
      } catch {
        throw ParameterError(
          path: error.path.isEmpty ? path : path + "." + error.path,
          reason: ErrorReason(error.reason), message: error.message)
      }
    }
    let id = try element.identifier()
    if let policy = ledger.policies[id] { return policy }
    throw RPCError(
      code: RPCError.Code.notFound, reason: "unknown_policy",
      message: "no policy \(id) is known; policies.put adds one", path: path)
  }

  /// Names what a customer prefers: the items most often bought, and the category.
  mutating func writePreferred(
    of customer: String?, from viewpoint: Viewpoint, _ reply: inout JSONWriter
  ) {
    let index = customer.flatMap { facts.customers.index(of: $0) }
    let profile = index.map { self.profile(of: $0, from: viewpoint) }
    let items = profile?.preferredItems.prefix(PreferredItems.namedCount) ?? []
    reply.beginObject()
    reply.key("items")
    reply.strings(items.map { facts.items.names[$0] })
    reply.key("categories")
    reply.strings(profile?.preferredCategory.map { [$0] } ?? [])
    reply.endObject()
  }
}

extension JSON {
  /// The value of an object whose members a record checks.
  fileprivate func objectPolicyValue() throws(RecordProblem) -> Value {
    do throws(ParameterError) { return try value() } catch { throw RecordProblem(error) }
  }
}
