import Shop
import Statistics

// What stands in for what cannot be had
// -------------------------------------
// An item that would be shown and is out of stock, or not to be had at that moment, brings in what
// its customers can take in its place:
//
//   likeness(m, j) = 0.4                       of the same narrowest category
//                  + 0.2 x price fit           1 at the same price, 0 beyond half as much again
//                  + 0.1 x same brand + 0.1 x Jaccard of the tags
//                  + 0.2 x a / (a + t + 5)     bought by the same customers, apart, not together
//                  - 0.2                      where the two share more baskets than chance explains
//
// with a the customers whose first m and first j lie in different baskets, t those who began with
// both at once (`SequenceRow`). An item without a category has its substitutes from behaviour
// alone: bought by the same customers more than chance explains (10.83), not in the same baskets:
//
//   likeness(m, j) = 0.3 + 0.3 x a / (a + t + 5)
//
// Below 0.45 nothing is a substitute: of the category alone, at another price, is not enough. The
// substitute's score is the likeness times the score that the missing item has, if its own is
// not more. The weights are priors: no shipped data says what people took instead.

extension AffinityIndex {
  /// Shelf neighbours on either side of the missing item's price that are looked at.
  static let maximumShelfCount = 128
  static let substituteFloor = 0.45

  /// What can stand in for an item, the most alike first, ties by id; all in stock at that moment,
  /// and neither bought before nor in the basket. O(shelf neighbours + the item's sequence row).
  mutating func substitutes(of missing: Int32, now: Instant, _ facts: ShopFacts) -> [Ranked] {
    let items = facts.items
    let records = items.items
    let sequence = self.sequence(of: missing, orders: facts.orders)
    var behaviour: [Int32: SequenceRow.Entry] = [:]
    for entry in sequence.entries { behaviour[entry.item] = entry }
    let category = items.marks[Int(missing)].category
    var alike: [Ranked] = []
    func offer(_ item: Int32, _ likeness: Double) {
      if likeness >= AffinityIndex.substituteFloor {
        alike.append(Ranked(item: item, score: likeness))
      }
    }
    func isOpen(_ item: Int32) -> Bool {
      item != missing && !cells.isClosed(item) && cells[item].own == 0
        && (!items.marks[Int(item)].isRestricted || records[Int(item)].isAvailable(at: now))
    }
    if category >= 0 {
      shelf.refresh(items)
      let neighbours = shelf.neighbours(
        of: category, price: records[Int(missing)].price, each: AffinityIndex.maximumShelfCount)
      for item in neighbours where isOpen(item) {
        var likeness = 0.4 + AffinityIndex.resemblance(records[Int(missing)], records[Int(item)])
        if let entry = behaviour[item] { likeness += 0.2 * entry.alternation }
        if isComplement(missing, item) { likeness -= 0.2 }
        offer(item, likeness)
      }
    } else {
      let buyerCount = sequence.entries.isEmpty ? 0 : repeats.buyerCount
      for entry in sequence.entries where isOpen(entry.item) {
        guard items.marks[Int(entry.item)].category < 0, !isComplement(missing, entry.item) else {
          continue
        }
        let shared = Contingency(
          hits: Int(entry.apart + entry.together), of: Int(sequence.customerCount),
          against: repeats.customerCount(of: entry.item), of: buyerCount)
        if shared.signedLogLikelihoodRatio > SequenceRow.certainty {
          offer(entry.item, 0.3 + 0.3 * entry.alternation)
        }
      }
    }
    return RankedQueue.sorted(alike, items.names)
  }

  /// Whether two items share more baskets than chance explains.
  private mutating func isComplement(_ item: Int32, _ other: Int32) -> Bool {
    if baskets.count(of: item) == 0 || baskets.count(of: other) == 0 { return false }
    let shared = count(of: item, with: other)
    if shared < EvidenceRows.minimumSharedBaskets { return false }
    let table = Contingency(
      both: shared, first: baskets.count(of: item), second: baskets.count(of: other),
      total: baskets.basketCount)
    return table.signedLogLikelihoodRatio > Significance.single
  }

  /// What price, brand and tags say, 0 to 0.4; half of the price's share where one is unknown.
  private static func resemblance(_ one: borrowing Item, _ two: borrowing Item) -> Double {
    var sum = 0.1
    if let price = one.price, let other = two.price, price > 0, other > 0 {
      let ratio = Double(min(price, other)) / Double(max(price, other))
      sum = 0.2 * max(0, 3 * ratio - 2)
    }
    if let brand = one.brand, brand == two.brand { sum += 0.1 }
    if let tags = one.tags, let others = two.tags, !tags.isEmpty, !others.isEmpty {
      let (left, right) = (Set(tags), Set(others))
      sum += 0.1 * Double(left.intersection(right).count) / Double(left.union(right).count)
    }
    return sum
  }
}

extension SequenceRow.Entry {
  /// How far the two are bought by the same customers apart and not together, 0 to 1, shrunken with
  /// five customers.
  var alternation: Double { Double(apart) / (Double(apart) + Double(together) + 5) }
}
