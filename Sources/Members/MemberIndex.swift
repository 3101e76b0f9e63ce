import Shop

// How profiles stay fresh
// -----------------------
// A customer's orders are summed up once (`OrderSummary`) and again only when an order of theirs changes: the engine says
// whose did. The norms of the shop are one pass over all summaries, made when they are next asked for after
// any change. So the answer after a write costs one customer's orders and one sweep over the customers, and not the order
// lines of the shop. Questions as of an earlier moment sum up what they look at; nothing of theirs is kept but the
// norms of the last few moments.

/// Profiles of members, over summaries and norms that are kept until a fact changes.
package struct MemberIndex {
  /// Norms of as-of moments kept beside those of now.
  static let maximumNormCount = 4

  package var rules = MemberRules.standard
  private var norms: [(revision: UInt64, horizon: Instant, norms: ShopNorms)] = []
  /// Of all orders, whatever their time; nil where they are stale.
  private var summaries: [OrderSummary?] = []
  private var costRevision: UInt64 = 0
  private var marginPercent: Int64 = -1

  package init() {}

  /// An order of that customer was added, cancelled, or partly returned.
  package mutating func changed(_ customer: Int32) {
    if customer >= 0, Int(customer) < summaries.count { summaries[Int(customer)] = nil }
  }

  /// The norms as seen from a viewpoint. O(1) while no fact changes, else O(customers log customers) and the orders of
  /// those who changed; for an earlier moment O(order lines).
  package mutating func norms(from viewpoint: Viewpoint, facts: ShopFacts) -> ShopNorms {
    let horizon = MemberIndex.horizon(of: viewpoint, facts)
    let revision = facts.revision
    norms.removeAll { $0.revision != revision }
    if let kept = norms.first(where: { $0.horizon == horizon }) { return kept.norms }
    let made: ShopNorms
    if horizon == .latest {
      refresh(facts)
      made = ShopNorms(summaries.lazy.compactMap(\.self), zone: facts.settings.zone)
    } else {
      let all = (0..<Int32(facts.customers.count)).lazy.map {
        OrderSummary(of: $0, upTo: horizon, facts: facts)
      }
      made = ShopNorms(all, zone: facts.settings.zone)
    }
    if norms.count == MemberIndex.maximumNormCount { norms.removeFirst() }
    norms.append((revision: revision, horizon: horizon, norms: made))
    return made
  }

  /// All horizons beyond the last order see the same.
  private static func horizon(of viewpoint: Viewpoint, _ facts: ShopFacts) -> Instant {
    viewpoint.horizon >= facts.orders.latest ? .latest : viewpoint.horizon
  }

  private mutating func refresh(_ facts: ShopFacts) {
    if facts.items.costRevision != costRevision || facts.settings.marginPercent != marginPercent {
      summaries.removeAll(keepingCapacity: true)
      costRevision = facts.items.costRevision
      marginPercent = facts.settings.marginPercent
    }
    let missing = facts.customers.count - summaries.count
    if missing > 0 { summaries.append(contentsOf: repeatElement(nil, count: missing)) }
    for customer in summaries.indices where summaries[customer] == nil {
      summaries[customer] = OrderSummary(of: Int32(customer), upTo: .latest, facts: facts)
    }
  }

  /// A customer's profile.
  package mutating func profile(
    of customer: Int32, from viewpoint: Viewpoint, facts: ShopFacts
  ) -> MemberProfile {
    let norms = norms(from: viewpoint, facts: facts)
    return profile(of: customer, from: viewpoint, facts: facts, norms: norms)
  }

  /// A customer's profile over norms that the caller has just fetched for the same viewpoint and facts.
  package func profile(
    of customer: Int32, from viewpoint: Viewpoint, facts: ShopFacts, norms: ShopNorms
  ) -> MemberProfile {
    let horizon = MemberIndex.horizon(of: viewpoint, facts)
    let kept =
      horizon == .latest && Int(customer) < summaries.count ? summaries[Int(customer)] : nil
    return MemberProfile(
      of: customer, from: viewpoint, facts: facts,
      summary: kept ?? OrderSummary(of: customer, upTo: horizon, facts: facts), norms: norms,
      rules: rules)
  }

  /// The customers whose profile matches, in the order of their ids. O(customers).
  ///
  /// - Parameter candidates: those to look at, or nil for all.
  package mutating func matches(
    _ condition: Condition, among candidates: [Int32]?, from viewpoint: Viewpoint, facts: ShopFacts
  ) -> [Int32] {
    let norms = norms(from: viewpoint, facts: facts)
    let names = facts.customers.names
    let everyone = candidates.map { Array(Set($0)) } ?? Array(0..<Int32(facts.customers.count))
    return everyone.filter { customer in
      condition.matches(profile(of: customer, from: viewpoint, facts: facts, norms: norms))
    }.sorted { names.precedes($0, $1) }
  }
}
