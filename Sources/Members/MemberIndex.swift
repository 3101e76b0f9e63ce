import Shop

/// Profiles of members, over norms that are kept until a fact changes.
package struct MemberIndex {
  /// Norms of as-of moments kept beside those of now.
  static let maximumNormCount = 4

  package var rules = MemberRules.standard
  private var norms: [(revision: UInt64, horizon: Instant, norms: ShopNorms)] = []

  package init() {}

  /// The norms as seen from a viewpoint. O(1) while no fact changes, else O(customers log customers + order lines).
  package mutating func norms(from viewpoint: Viewpoint, facts: ShopFacts) -> ShopNorms {
    // All horizons beyond the last order see the same.
    let horizon = viewpoint.horizon >= facts.orders.latest ? Instant.latest : viewpoint.horizon
    let revision = facts.revision
    norms.removeAll { $0.revision != revision }
    if let kept = norms.first(where: { $0.horizon == horizon }) { return kept.norms }
    let made = ShopNorms(from: viewpoint, facts: facts)
    if norms.count == MemberIndex.maximumNormCount { norms.removeFirst() }
    norms.append((revision: revision, horizon: horizon, norms: made))
    return made
  }

  /// A customer's profile.
  package mutating func profile(
    of customer: Int32, from viewpoint: Viewpoint, facts: ShopFacts
  ) -> MemberProfile {
    MemberProfile(
      of: customer, from: viewpoint, facts: facts,
      norms: norms(from: viewpoint, facts: facts), rules: rules)
  }

  /// A customer's profile over norms that the caller has fetched for the same viewpoint.
  package func profile(
    of customer: Int32, from viewpoint: Viewpoint, facts: ShopFacts, norms: ShopNorms
  ) -> MemberProfile {
    MemberProfile(of: customer, from: viewpoint, facts: facts, norms: norms, rules: rules)
  }

  /// The customers whose profile matches, in the order of their ids. O(customers).
  ///
  /// - Parameter candidates: those to look at, or nil for all.
  package mutating func matches(
    _ condition: Condition, among candidates: [Int32]?, from viewpoint: Viewpoint, facts: ShopFacts
  ) -> [Int32] {
    let norms = norms(from: viewpoint, facts: facts)
    let names = facts.customers.names
    let order =
      candidates.map { Array(Set($0)).sorted { names.precedes($0, $1) } }
      ?? facts.customers.indicesByID
    return order.filter { customer in
      condition.matches(
        MemberProfile(
          of: customer, from: viewpoint, facts: facts, norms: norms, rules: rules))
    }
  }
}
