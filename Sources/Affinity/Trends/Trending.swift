import Shop
import Statistics

// What is trending
// ----------------
// An item trends where it sells more than its own past, or than the rest of the shop, leads one to
// expect, and more than chance explains. Counted are baskets: of n in the window x hold the item,
// of m that it is held against y do.
//
//   against the past   the window's baskets of the group, against those of the group in the base
//                      period that ends where the window begins
//   against the shop   the window's baskets of the group, against all others of the same window:
//                      what is this channel's, or these members', own
//
//   expected      n x (y + 50 x (x + y) / (n + m)) / (m + 50): the rate held against, shrunken with
//                 50 baskets to "no difference", so that it is never zero and a short past says
//                 little
//   significance  the signed log-likelihood ratio of (x, n - x, y, m - y): it counts the
//                 uncertainty of both sides, which a Poisson test against a known rate would not
//   score         the lower end of the 95 % interval of the ratio of the two rates: "at least so
//                 many times what was usual"
//
// Ranked is by that lower end. By significance, a top seller that gained a tenth would stand before
// an item that tripled; by the plain ratio, one that went from one basket to four would. Below
// 3.84, or not above what was expected, nothing is a trend, whatever its rank: a host that wants a
// full shelf asks for it to be filled, and gets the window's top sellers behind, marked as such.

/// What is asked of `trends`.
package struct TrendQuery: Sendable {
  package enum Comparison: String, CaseIterable, Sendable {
    case past
    case shop
  }

  /// No order is of this channel: that of a name that nobody knows.
  package static let unknownChannel: Int32 = -2

  /// Nil for all channels, orders without one included.
  package var channel: Int32?
  /// By customer, whether they count; nil for everybody, those without a name included.
  package var customers: [Bool]?
  /// Half-open: from `baseStart` to `start` is the past, from `start` to `end` the window.
  package var baseStart: Instant
  package var start: Instant
  /// The last moment that is seen.
  package var horizon: Instant
  package var against: Comparison
  package var count: Int
  /// Whether top sellers that do not trend fill what is left.
  package var fills: Bool

  package init(
    channel: Int32? = nil, customers: [Bool]? = nil, baseStart: Instant, start: Instant,
    horizon: Instant, against: Comparison = .past, count: Int, fills: Bool = false
  ) {
    self.channel = channel
    self.customers = customers
    self.baseStart = baseStart
    self.start = start
    self.horizon = horizon
    self.against = against
    self.count = count
    self.fills = fills
  }
}

/// One item and how it sells.
package struct Trend: Equatable, Sendable {
  package var item: Int32
  /// The window's baskets that hold it.
  package var baskets: Int
  package var expected: Double
  /// The lower end of the 95 % interval of the ratio.
  package var score: Double
  /// Signed log-likelihood ratio.
  package var significance: Double

  /// What sold over what was expected.
  package var ratio: Double { expected > 0 ? Double(baskets) / expected : 0 }

  package var isSignificant: Bool { significance >= Significance.single }
}

/// An answer to `trends`.
package struct TrendReport: Sendable {
  package var trends: [Trend] = []
  /// Baskets of the window, and those that they are held against.
  package var baskets = 0
  package var baseBaskets = 0
  /// Items that a rule took out before the list was full, by rule.
  package var removed: [(rule: String, count: Int)] = []
}

extension AffinityIndex {
  /// Baskets' worth of "no difference" in what is expected.
  static let trendPriorBaskets = 50.0

  /// What sells more than expected, the best first; ties by id. Counts are of the baskets that
  /// stand.
  ///
  /// - Parameter rule: the rule that takes an item out, or nil; asked at most once an item.
  /// - Complexity: one pass over the orders' times, the lines of both periods, and O(items).
  package func trends(
    _ query: TrendQuery, facts: ShopFacts, rule: (Int32) -> String?
  ) -> TrendReport {
    let counts = TrendCounts(query, baskets: baskets, orders: facts.orders)
    var report = TrendReport()
    report.baskets = counts.baskets
    report.baseBaskets = counts.baseBaskets
    var rising: [Ranked] = []
    var selling: [Ranked] = []
    for item in 0..<Int32(counts.own.count) where counts.own[Int(item)] > 0 {
      let trend = counts.trend(of: item)
      if trend.isSignificant {
        rising.append(Ranked(item: item, score: trend.score))
      } else if query.fills {
        selling.append(Ranked(item: item, score: Double(trend.baskets)))
      }
    }
    for part in [rising, selling] {
      var queue = RankedQueue(part, expected: query.count)
      while report.trends.count < query.count, let next = queue.next(facts.items.names) {
        if let rule = rule(next.item) {
          report.removed.count(rule)
        } else {
          report.trends.append(counts.trend(of: next.item))
        }
      }
    }
    return report
  }
}

/// How many baskets of the window, and of what it is held against, hold each item.
private struct TrendCounts {
  var own: [Int32]
  var base: [Int32]
  var baskets = 0
  var baseBaskets = 0

  init(_ query: TrendQuery, baskets index: BasketIndex, orders: OrderTable) {
    own = Array(repeating: 0, count: index.itemBound)
    base = own
    // Most orders of a large shop lie before both periods: their times are all that is read.
    let first = query.against == .past ? min(query.baseStart, query.start) : query.start
    for order in 0..<Int32(index.orderCount) {
      let time = orders.time[Int(order)]
      if time < first || time > query.horizon { continue }
      let isInWindow = time >= query.start
      let isOfGroup = query.holds(order, orders)
      if query.against == .past, !isOfGroup { continue }
      let items = index.items(of: order)
      if items.isEmpty { continue }
      if isInWindow && isOfGroup {
        self.baskets += 1
        for item in items { own[Int(item)] += 1 }
      } else {
        baseBaskets += 1
        for item in items { base[Int(item)] += 1 }
      }
    }
  }

  func trend(of item: Int32) -> Trend {
    let (hits, otherHits) = (Int(own[Int(item)]), Int(base[Int(item)]))
    let table = Contingency(hits: hits, of: baskets, against: otherHits, of: baseBaskets)
    let prior = AffinityIndex.trendPriorBaskets
    let pooled = Double(hits + otherHits) / Double(max(1, baskets + baseBaskets))
    let rate = (Double(otherHits) + prior * pooled) / (Double(baseBaskets) + prior)
    return Trend(
      item: item, baskets: hits, expected: Double(baskets) * rate, score: table.lowerRateRatio,
      significance: table.signedLogLikelihoodRatio)
  }
}

extension TrendQuery {
  /// Whose orders lie in a period that is looked at: nobody else has to be judged. O(orders).
  package func customers(of facts: ShopFacts) -> [Int32] {
    let orders = facts.orders
    let first = against == .past ? min(baseStart, start) : start
    var flags = [Bool](repeating: false, count: facts.customers.count)
    for (order, time) in orders.time.enumerated() where time >= first && time <= horizon {
      let customer = orders.customer[order]
      if customer >= 0 { flags[Int(customer)] = true }
    }
    return flags.indices.filter { flags[$0] }.map(Int32.init)
  }

  /// Whether the order is of the channel and the customers.
  fileprivate func holds(_ order: Int32, _ orders: OrderTable) -> Bool {
    if let channel, orders.channel[Int(order)] != channel { return false }
    guard let customers else { return true }
    let customer = orders.customer[Int(order)]
    return customer >= 0 && Int(customer) < customers.count && customers[Int(customer)]
  }
}
