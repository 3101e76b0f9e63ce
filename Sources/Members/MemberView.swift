import Shop
import Statistics
import Synchronization

/// All customers as seen from one viewpoint: what a request asks of.
///
/// Shares the storage of the facts that it was made from; make one per request and let go of it.
package final class MemberView: Sendable {
  package let facts: ShopFacts
  package let viewpoint: Viewpoint
  package let rules: MemberRules
  package let norms: ShopNorms
  package let fitted: FittedMembers
  package let points: PointBook
  /// The shop's local day.
  package let today: Day
  private let columns: MemberColumns?
  /// Where RFM counts a window alone: what that holds.
  private let window: MemberColumns?
  private let shelf: StyleShelf
  private let keptNorms = Mutex<StyleNorms?>(nil)

  init(
    facts: ShopFacts, viewpoint: Viewpoint, rules: MemberRules, columns: MemberColumns?,
    norms: ShopNorms, fitted: FittedMembers, points: PointBook,
    shelf: StyleShelf = StyleShelf(), window: MemberColumns? = nil
  ) {
    self.window = window
    self.shelf = shelf
    self.facts = facts
    self.viewpoint = viewpoint
    self.rules = rules
    self.columns = columns
    self.norms = norms
    self.fitted = fitted
    self.points = points
    today = facts.settings.zone.day(of: viewpoint.now)
  }

  /// The profile of that customer. O(1); each field is worked out when it is asked for.
  package func profile(of customer: Int32) -> MemberProfile {
    precondition(customer >= 0 && Int(customer) < facts.customers.count, "no such customer")
    return MemberProfile(of: customer, in: self)
  }

  /// What styles are shrunken to; see `StyleShelf.counts` for the cost of the first time.
  var styleNorms: StyleNorms {
    keptNorms.withLock { norms in
      if norms == nil {
        let counts = shelf.counts(of: facts, horizon: viewpoint.horizon)
        norms = StyleNorms(
          counts: counts,
          meanInteraction: Interaction.mean(counts, today: Interaction.day(of: viewpoint.now)))
      }
      return norms!
    }
  }

  func summary(of customer: Int32) -> OrderSummary {
    columns?.summary(of: customer)
      ?? OrderSummary(of: customer, facts: facts, horizon: viewpoint.horizon)
  }

  /// What RFM counts of a customer.
  func scored(_ customer: Int32) -> OrderSummary {
    window?.summary(of: customer) ?? summary(of: customer)
  }

  /// The fifths of what RFM counts.
  var cuts: RFMCuts { window?.cuts ?? norms.cuts }

  /// The customers whose profile matches, in the order of their ids, each once; nobody who is not
  /// known yet from this viewpoint.
  ///
  /// O(candidates x condition + matches x log matches).
  ///
  /// - Parameter candidates: those to look at, or nil for all.
  package func matches(_ condition: Condition, among candidates: [Int32]? = nil) -> [Int32] {
    func fits(_ customer: Int32) -> Bool {
      let profile = profile(of: customer)
      return profile.isKnown && condition.matches(profile)
    }
    let names = facts.customers.names
    let found =
      candidates.map { Set($0).filter(fits) }.map(Array.init)
      ?? (0..<Int32(facts.customers.count)).filter(fits)
    return found.sorted { names.precedes($0, $1) }
  }
}

extension CustomerTable {
  /// All customers in the order of their ids. O(customers log customers).
  package var indicesByID: [Int32] {
    let names = self.names
    return (0..<Int32(count)).filter { !isGone($0) }.sorted { names.precedes($0, $1) }
  }
}
