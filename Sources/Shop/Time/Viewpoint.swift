/// The moment that a question is asked of, and how far it may see.
///
/// A request with `at` asks as of then: orders and events later than `at` are not seen. A request
/// without it is asked now and sees everything that is known, an order whose time lies a little
/// ahead of our clock included: a write is never invisible to the next read.
package struct Viewpoint: Equatable, Hashable, Sendable {
  /// What "today", "days silent" and "available" refer to.
  package let now: Instant
  /// The last moment whose orders and events are seen.
  package let horizon: Instant

  /// As of a stated moment.
  package init(asOf moment: Instant) {
    now = moment
    horizon = moment
  }

  /// Now, with everything that is known.
  package init(now: Instant) {
    self.now = now
    horizon = .latest
  }

  /// Whether something that happened then is seen from here.
  @inlinable package func sees(_ moment: Instant) -> Bool { moment <= horizon }

  /// Days of 24 hours from that moment to now; 0 for a moment still ahead.
  @inlinable package func daysSince(_ moment: Instant) -> Double { max(0, now.days(since: moment)) }
}
