import Shop

/// How much every item is in transactions, and all of them together: the other half of a measure,
/// beside a row.
struct SimilarityTotals: Sendable {
  let weights: TransactionWeights
  /// Transactions, undecayed.
  let transactionCount: Int
  /// All transactions by age.
  let mass: Int64
  /// The items of all transactions by age: the sum of `mass(of:)` over all items.
  let itemMass: Int64
  /// Items that are in a transaction.
  let itemCount: Int
  let largestSize: Int

  /// Per item; nil where the basket index knows.
  private var counts: [Int32]?
  /// Nil where they are the counts.
  private var masses: [Int64]?
  /// Nil where they are the masses.
  private var itemWeights: [Int64]?

  /// For plain counts of baskets. O(1).
  init(_ baskets: BasketIndex) {
    weights = TransactionWeights(
      landmark: .earliest, halfLifeDays: nil, itemCount: nil, largestSize: 0)
    transactionCount = baskets.basketCount
    mass = Int64(baskets.basketCount)
    itemMass = 0
    itemCount = 0
    largestSize = 0
  }

  /// Counts all transactions, twice where they have weights. O(lines).
  init(_ counting: Counting, _ transactions: Transactions, _ scratch: inout HistoryScratch) {
    var counts = [Int32](repeating: 0, count: transactions.baskets.itemBound)
    var transactionCount = 0
    var lineCount = 0
    var largestSize = 0
    var landmark = Instant.earliest
    transactions.forEach(&scratch) { items, time in
      transactionCount += 1
      lineCount += items.count
      largestSize = max(largestSize, items.count)
      landmark = max(landmark, time)
      items.forEach { counts[Int($0)] += 1 }
    }
    let itemCount = counts.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
    let weights = TransactionWeights(
      landmark: landmark, halfLifeDays: counting.halfLifeDays,
      itemCount: counting.weighsTransactions ? itemCount : nil, largestSize: largestSize)
    self.weights = weights
    self.transactionCount = transactionCount
    self.itemCount = itemCount
    self.largestSize = largestSize
    var mass = Int64(transactionCount)
    var itemMass = Int64(lineCount)
    if counting.halfLifeDays != nil {
      var masses = [Int64](repeating: 0, count: counts.count)
      (mass, itemMass) = (0, 0)
      transactions.forEach(&scratch) { items, time in
        let own = weights.mass(at: time)
        mass += own
        itemMass += own * Int64(items.count)
        items.forEach { masses[Int($0)] += own }
      }
      self.masses = masses
    }
    if counting.weighsTransactions {
      var sums = [Int64](repeating: 0, count: counts.count)
      transactions.forEach(&scratch) { items, time in
        let own = weights.weight(size: items.count, at: time)
        items.forEach { sums[Int($0)] += own }
      }
      itemWeights = sums
    }
    self.mass = mass
    self.itemMass = itemMass
    self.counts = counts
  }

  /// How many transactions hold the item.
  func count(of item: Int32, _ baskets: BasketIndex) -> Int64 {
    guard let counts else { return Int64(baskets.count(of: item)) }
    return Int(item) < counts.count ? Int64(counts[Int(item)]) : 0
  }

  /// The same by age, in `weights.massUnit`.
  func mass(of item: Int32, _ baskets: BasketIndex) -> Int64 {
    guard let masses else { return count(of: item, baskets) }
    return Int(item) < masses.count ? masses[Int(item)] : 0
  }

  /// The same by age and size, in `weights.weightUnit`.
  func weight(of item: Int32, _ baskets: BasketIndex) -> Int64 {
    guard let itemWeights else { return mass(of: item, baskets) }
    return Int(item) < itemWeights.count ? itemWeights[Int(item)] : 0
  }
}
