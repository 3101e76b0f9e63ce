import Affinity
import Shop
import Statistics
import Storage

// What is measured on
// -------------------
// 200,000 customers, 50,000 items, orders of ten lines in the mean over two years. A customer has
// three of 500 themes of 100 items each; seven lines of ten are of these, the small ranks more
// often, the rest is of all items alike. So there are neighbours to find, hot items, and a long
// tail. Everything is made from a seed.

/// A made-up shop of a stated number of order lines.
struct BenchmarkShop {
  static let customerCount = 200_000
  static let itemCount = 50_000
  static let themeCount = 500
  static let start = Instant(milliseconds: 1_700_000_000_000)
  static let days = 730.0

  private(set) var facts = ShopFacts()
  private(set) var index = AffinityIndex()
  private var random: SplitMix
  private var orderCount = 0
  /// Orders per day that the clock moves by.
  private let perDay: Double

  init(lineCount: Int, seed: UInt64) {
    random = SplitMix(seed: seed)
    perDay = Double(lineCount) / 10 / BenchmarkShop.days
    while facts.orders.lineCount < lineCount { add(next()) }
  }

  var now: Instant {
    BenchmarkShop.start.advanced(byDays: Double(orderCount) / perDay)
  }

  /// An order as the shop goes on.
  mutating func next() -> OrderDraft {
    let customer = random.next(below: BenchmarkShop.customerCount)
    let size = 1 + random.next(below: 10) + random.next(below: 10)
    var seen: Set<Int> = []
    var lines: [OrderDraft.Line] = []
    for _ in 0..<size {
      let item = item(of: customer)
      if seen.insert(item).inserted {
        lines.append(OrderDraft.Line(item: "sku-\(item)", quantity: 1, unitPrice: 100))
      }
    }
    orderCount += 1
    return OrderDraft(
      id: "o\(orderCount)", customer: "c\(customer)", time: now, lines: lines)
  }

  mutating func add(_ draft: OrderDraft) {
    let order = facts.apply(draft)
    index.added(order, orders: facts.orders)
  }

  private mutating func item(of customer: Int) -> Int {
    let themeSize = BenchmarkShop.itemCount / BenchmarkShop.themeCount
    if random.next(below: 10) < 7 {
      let theme = (customer &* 7_919 + random.next(below: 3) &* 104_729) % BenchmarkShop.themeCount
      return theme + BenchmarkShop.themeCount * rank(themeSize)
    }
    return rank(BenchmarkShop.itemCount)
  }

  /// Small ones more often: the square of a uniform draw.
  private mutating func rank(_ bound: Int) -> Int {
    let draw = Double(random.next(below: 1 << 24)) / Double(1 << 24)
    return min(bound - 1, Int(draw * draw * Double(bound)))
  }

  /// Customers with about 50 items of history, or as many as the shop's customers come to.
  func customers(_ count: Int) -> [Int32] {
    var found: [(distance: Int, customer: Int32)] = []
    for customer in 0..<Int32(facts.customers.count) {
      var items: Set<Int32> = []
      facts.orders.forEachOrder(of: customer) { order in
        items.formUnion(index.baskets.items(of: order))
        return true
      }
      found.append((abs(items.count - 50), customer))
    }
    found.sort { $0 < $1 }
    return found.prefix(count).map(\.customer)
  }

  mutating func recommend(_ query: RecommendQuery, _ ranker: Ranker) -> Recommendation {
    index.recommend(query, facts: facts, ranker: ranker) { _ in nil }
  }
}

/// Times in the order in which they were taken, and what they say.
struct Samples {
  private(set) var microseconds: [Double] = []

  mutating func time<Result>(_ body: () -> Result) -> Result {
    let start = System.monotonicNanoseconds()
    let result = body()
    microseconds.append(Double(System.monotonicNanoseconds() - start) / 1_000)
    return result
  }

  func quantile(_ share: Double) -> Double {
    if microseconds.isEmpty { return 0 }
    let sorted = microseconds.sorted()
    return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
  }

  var text: String {
    func decimals(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
    return "p50 \(decimals(quantile(0.5)))  p90 \(decimals(quantile(0.9)))  "
      + "p99 \(decimals(quantile(0.99)))  max \(decimals(quantile(1))) us"
  }
}
