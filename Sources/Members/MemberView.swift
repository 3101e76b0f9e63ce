import Shop
import Statistics

/// All customers as seen from one viewpoint: what a request asks of.
///
/// Shares the storage of the facts that it was made from; make one per request and let go of it.
package final class MemberView: Sendable {
  package let facts: ShopFacts
  package let viewpoint: Viewpoint
  package let rules: MemberRules
  package let columns: MemberColumns
  package let norms: ShopNorms
  /// Share of new items in the shop's repeat orders.
  package let noveltyShare: Double
  /// The shop's local day.
  package let today: Day

  init(
    facts: ShopFacts, viewpoint: Viewpoint, rules: MemberRules, columns: MemberColumns,
    norms: ShopNorms, noveltyShare: Double
  ) {
    self.facts = facts
    self.viewpoint = viewpoint
    self.rules = rules
    self.columns = columns
    self.norms = norms
    self.noveltyShare = noveltyShare
    today = facts.settings.zone.day(of: viewpoint.now)
  }

  /// The profile of the customer of that index. O(1); each field is worked out when it is asked for.
  package func profile(of customer: Int32) -> MemberProfile {
    precondition(customer >= 0 && Int(customer) < facts.customers.count, "no such customer")
    return MemberProfile(view: self, customer: customer, unknownID: nil)
  }

  /// The profile of that id; of someone nothing is known of where the shop never named it.
  package func profile(id: String) -> MemberProfile {
    if let customer = facts.customers.index(of: id) { return profile(of: customer) }
    return MemberProfile(view: self, customer: -1, unknownID: id)
  }
}
