import Shop

// What similar customers bought
// -----------------------------
// Nothing is kept for this but what is there: item -> its baskets -> their customers gives those
// who share items with the question, customer -> their baskets -> items what they bought. So the
// answer is as fresh as the last order.
//
//   sources      the items of the history (weight h) and of the basket (weight 1), each times
//                idf(i) = log2(1 + N / n(i))
//   sum(c)       over the baskets of c that hold a source: the source's weight
//   likeness(c)  sum(c) / sqrt(lines of c + 1): a customer who buys everything is like everyone
//   similar(j)   over the 150 customers of the greatest likeness: likeness x 1 / sqrt(1 + r) for
//                the r-th newest of their 10 newest baskets that hold j
//
// Reading all baskets of a popular item says little and costs most, so the rarest sources are read
// first, and only as long as `postingBudget` lasts: a rule that does not depend on the order of
// arrival, as a cut of "the newest baskets" would. Sums are integers for the same reason.

/// Finds customers who bought what the question is about, and what else they buy.
struct SimilarCustomers: Sendable {
  /// Entries of the lists item -> baskets that one question reads.
  static let postingBudget = 4_096
  static let neighbourCount = 150
  /// Lines of the neighbours' baskets that one question reads, about.
  static let lineBudget = 5_000
  static let basketsPerNeighbour = 10
  /// One in fixed point: of the weights of sources, of likeness, and of recency.
  static let unit = 1_024.0

  /// One item that the question is about.
  struct Source {
    var item: Int32
    var weight: Double
  }

  /// A source: what each of its baskets adds, and where they end.
  private struct Voice {
    var weight: Int64
    var end: Int
  }

  /// By customer, one place further on; the first stands for orders of nobody.
  private var sums: [Int64] = []
  /// Places of `sums` that are not zero.
  private var touched: [Int32] = []
  /// The baskets that hold a source, one source after the other; then their customers' places.
  private var orders: [Int32] = []
  private var likeness: [Ranked] = []
  private var walk = NeighbourWalk()

  /// Adds to each item's cell what similar customers bought of it; answers the sum of their
  /// likenesses, by which the cells are to be divided, and their number.
  ///
  /// O(postingBudget + neighbours x their newest baskets).
  mutating func gather(
    _ sources: [Source], but customer: Int32, baskets: BasketIndex, repeats: RepeatIndex,
    facts: ShopFacts, into cells: inout ItemCells
  ) -> (total: Double, count: Int) {
    let orders = facts.orders
    meet(sources, baskets, facts)
    defer {
      for place in touched { sums[Int(place)] = 0 }
      touched.removeAll(keepingCapacity: true)
    }
    likeness.removeAll(keepingCapacity: true)
    repeats.rank(touched, by: sums, but: customer, into: &likeness)
    RankedQueue.select(
      &likeness, from: 0, best: SimilarCustomers.neighbourCount, facts.customers.names)
    let names = facts.customers.names
    let chosen = 0..<min(likeness.count, SimilarCustomers.neighbourCount)
    RankedQueue.sort(&likeness, in: chosen, names)
    guard let best = likeness.first?.score, best > 0 else { return (0, 0) }
    var neighbours: [(customer: Int32, amount: UInt32)] = []
    neighbours.reserveCapacity(chosen.count)
    for neighbour in likeness[chosen] {
      let amount = UInt32(neighbour.score / best * SimilarCustomers.unit)
      neighbours.append((neighbour.item, amount))
    }
    let found = walk.find(neighbours, baskets, orders)
    cells.add(walk.runs, lineCount: walk.lineCount, baskets)
    let total = neighbours.prefix(found).reduce(0) { $0 + Int($1.amount) }
    return (Double(total) * SimilarCustomers.unit, found)
  }

  /// Sums up what each customer shares with the sources, the rarest first.
  private mutating func meet(
    _ sources: [Source], _ baskets: BasketIndex, _ facts: ShopFacts
  ) {
    let placeCount = facts.customers.count + 1
    if sums.count < placeCount {
      sums.append(contentsOf: repeatElement(0, count: placeCount - sums.count))
    }
    let names = facts.items.names
    let total = Double(baskets.basketCount)
    let known = sources.map { (source: $0, count: baskets.count(of: $0.item)) }
      .filter { $0.count > 0 }
      .sorted {
        $0.count != $1.count
          ? $0.count < $1.count : names.precedes($0.source.item, $1.source.item)
      }
    var budget = SimilarCustomers.postingBudget
    orders.removeAll(keepingCapacity: true)
    var voices: [Voice] = []
    voices.reserveCapacity(known.count)
    for (source, count) in known {
      budget -= count
      if budget < 0 { break }
      let idf = binaryLogarithm(1 + total / Double(count))
      let weight = Int64(source.weight * idf * SimilarCustomers.unit)
      if weight <= 0 { continue }
      baskets.appendBaskets(of: source.item, to: &orders)
      voices.append(Voice(weight: weight, end: orders.count))
    }
    SimilarCustomers.place(&orders, facts.orders)
    SimilarCustomers.add(voices, orders, &sums, &touched)
  }

  /// Makes the orders the places of their customers.
  ///
  /// By itself, since each is a wait for memory: a loop that does nothing else has the most of them
  /// under way at a time.
  private static func place(_ orders: inout [Int32], _ table: OrderTable) {
    table.customer.withUnsafeBufferPointer { customers in
      orders.withUnsafeMutableBufferPointer { orders in
        for index in orders.indices { orders[index] = customers[Int(orders[index])] &+ 1 }
      }
    }
  }

  /// Without a branch that depends on what is read, so that the reads of many sums overlap.
  private static func add(
    _ voices: [Voice], _ places: [Int32], _ sums: inout [Int64], _ touched: inout [Int32]
  ) {
    var used = touched.count
    touched.append(contentsOf: repeatElement(0, count: places.count))
    places.withUnsafeBufferPointer { places in
      sums.withUnsafeMutableBufferPointer { sums in
        touched.withUnsafeMutableBufferPointer { touched in
          var start = 0
          for voice in voices {
            for index in start..<voice.end {
              let place = Int(places[index])
              touched[used] = places[index]
              used += sums[place] == 0 ? 1 : 0
              sums[place] += voice.weight
            }
            start = voice.end
          }
        }
      }
    }
    touched.removeLast(touched.count - used)
  }
}

/// The logarithm of a number above zero to the base 2, to about 1e-8.
///
/// Arithmetic that every machine does alike, which `log2` of the C library is not: the exponent,
/// and the series 2 artanh(s) / ln 2 with s = (m - 1) / (m + 1) for the significand, which lies
/// between 1 / sqrt(2) and sqrt(2).
func binaryLogarithm(_ value: Double) -> Double {
  precondition(value > 0 && value.isFinite, "only positive numbers have a logarithm")
  var exponent = Double(value.exponent)
  var significand = value.significand
  if significand > 1.414_213_562_373_095_1 {
    significand /= 2
    exponent += 1
  }
  let ratio = (significand - 1) / (significand + 1)
  let square = ratio * ratio
  let series =
    1 + square * (1 / 3.0 + square * (1 / 5.0 + square * (1 / 7.0 + square / 9)))
  return exponent + 2 * ratio * series * 1.442_695_040_888_963_4
}
