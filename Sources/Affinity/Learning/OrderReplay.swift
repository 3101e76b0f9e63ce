import Shop
import Statistics

// Questions of the past, without a look ahead
// -------------------------------------------
// What a ranker learns from, and what it is judged by, are questions that could have been asked
// just before each order, with that order as the answer. The orders are replayed by time into an
// empty index; before each one, the index holds exactly the orders before it. Features come from
// the same code as in an answer, so nothing can be known in training that is not known then. What
// was cancelled or returned later counts as never bought, as everywhere with an `at` of the past.
//
// One order gives up to three questions: the customer's next basket; the new items of it; and the
// basket with one item taken out by chance, half of the time without saying who the customer is,
// since shops ask about carts of guests too.

/// Orders one after the other, each with the index as it stood before it.
struct OrderReplay {
  let facts: ShopFacts
  private(set) var index = AffinityIndex()
  /// The order that comes next.
  private(set) var position: Int32 = 0
  /// The standing items of each order, by its index in `facts`.
  private let standing: BasketIndex
  /// The index in `standing` of each order of `facts`.
  private let original: [Int32]

  /// - Parameter baskets: the index over the same facts, with all orders in it.
  init(_ facts: ShopFacts, baskets: BasketIndex) {
    let orders = facts.orders
    let sorted = (0..<Int32(orders.count)).sorted { orders.isBefore($0, $1) }
    let isSorted = sorted.indices.allSatisfy { sorted[$0] == Int32($0) }
    self.facts = isSorted ? facts : facts.withOrders(in: sorted)
    original = sorted
    standing = baskets
  }

  var count: Int32 { Int32(facts.orders.count) }

  /// How many orders come up to a moment. O(orders).
  func count(through end: Instant) -> Int32 {
    Int32(facts.orders.time.count { $0 <= end })
  }

  /// What stands of the order that comes next.
  var items: BasketItems { standing.items(of: original[Int(position)]) }

  /// Puts the next order into the index.
  mutating func advance() {
    index.replayed(position, items: items, orders: facts.orders)
    position += 1
  }

  /// Answers with the index, as it is before the order that comes next.
  mutating func withIndex<Result>(_ body: (inout AffinityIndex, ShopFacts) -> Result) -> Result {
    body(&index, facts)
  }
}

/// A question about an order of the past, with the items that would have been right.
struct PastQuestion {
  var kind: Ranker.Kind
  var query: RecommendQuery
  var truth: Set<Int32>

  /// The questions about an order before which the index stands; chance decides which item is taken
  /// out. Nothing for an empty order.
  static func about(
    _ order: Int32, _ items: BasketItems, _ facts: ShopFacts, count: Int,
    chance: inout SplitMix
  ) -> [PastQuestion] {
    let orders = facts.orders
    let customer = orders.customer[Int(order)]
    let viewpoint = Viewpoint(asOf: orders.time[Int(order)])
    let channel = orders.channel[Int(order)]
    var questions: [PastQuestion] = []
    func query(_ customer: Int32, _ basket: [Int32], _ repeats: RecommendQuery.Repeats)
      -> RecommendQuery
    {
      RecommendQuery(
        customer: customer, basket: basket, count: count, channel: channel, viewpoint: viewpoint,
        repeats: repeats)
    }
    if customer >= 0, !items.isEmpty {
      let truth = Set(items)
      questions.append(
        PastQuestion(kind: .next, query: query(customer, [], .mix), truth: truth))
      questions.append(
        PastQuestion(kind: .explore, query: query(customer, [], .none), truth: truth))
    }
    if items.count > 1 {
      let taken = chance.next(below: items.count)
      let isGuest = chance.next(below: 2) == 0
      var basket = Array(items)
      let answer = basket.remove(at: taken)
      questions.append(
        PastQuestion(
          kind: .basket, query: query(isGuest ? -1 : customer, basket, .mix), truth: [answer]))
    }
    return questions
  }
}

extension AffinityIndex {
  /// Puts an order of the past into an index that holds those before it.
  mutating func replayed(_ order: Int32, items: BasketItems, orders: OrderTable) {
    baskets.add(order: order, lineItems: items)
    revision &+= 1
    changes.note(items, at: revision)
    rows.add(basket: items)
    popularity.add(items, of: order, orders: orders, sign: 1)
    let customer = orders.customer[Int(order)]
    if customer >= 0 { repeats.added(order, of: customer, baskets: baskets, orders: orders) }
    sequences.touch(customer, baskets, repeats, orders)
  }
}
