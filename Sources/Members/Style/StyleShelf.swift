import Shop
import Synchronization

/// The shop's counts for one horizon, made when somebody asks for a style and kept from then on.
/// Views of one horizon share it.
final class StyleShelf: Sendable {
  private let counts = Mutex<StyleCounts?>(nil)

  /// The counts over these facts. O(lines and events added since the last time); all of them the
  /// first time, after a customer was forgotten, and in another time zone.
  func counts(of facts: ShopFacts, horizon: Instant) -> StyleCounts {
    counts.withLock { counts in
      if counts?.horizon == horizon, counts?.isBehind(facts) == true {
        counts!.follow(facts)
      } else {
        counts = StyleCounts(horizon: horizon, facts: facts)
      }
      return counts!
    }
  }

  /// Says that orders or events went from one customer to another, after they did.
  /// O(orders and events of both).
  func noteMove(_ source: Int32, _ target: Int32, facts: ShopFacts) {
    counts.withLock { $0?.takeMove(source, target, facts) }
  }
}

/// What styles are shrunken to: one per view.
struct StyleNorms: Sendable {
  let counts: StyleCounts
  let meanInteraction: Double?
}
