import Shop
import Statistics

/// What is asked of `bundles`.
package struct BundleQuery: Sendable {
  /// How many items a bundle has: 2, 3, or both.
  package var sizes: ClosedRange<Int>
  package var count: Int
  package var viewpoint: Viewpoint
  /// No item has this index: that of a name that nobody knows.
  package static let unknownItem: Int32 = -1

  /// The item that every bundle holds, or nil.
  package var item: Int32?
  /// Of all baskets; at least two in any case. Nil: one in a thousand and at most a hundred, and
  /// with `item` none.
  package var minimumSupport: Fraction?
  /// At least one rule of a bundle reaches it, and only those that do are listed.
  package var minimumConfidence = Fraction.zero
  /// Every rule of a bundle reaches it.
  package var minimumLift = Fraction.zero
  /// Nil: all that is bought together more than by chance, whether or not that is certain.
  package var relation: BundleRelation?
  /// By customer, whether bundles are ranked by what they bought; nil for nobody.
  package var audience: [Bool]?
  package var work = ItemsetMiner.standardWork

  package init(
    sizes: ClosedRange<Int> = 2...3, count: Int = 20, viewpoint: Viewpoint, item: Int32? = nil
  ) {
    precondition((2...3).contains(sizes.lowerBound) && sizes.upperBound <= 3, "two items or three")
    self.sizes = sizes
    self.count = count
    self.viewpoint = viewpoint
    self.item = item
  }

  static let standardSupport = Fraction(1, of: 1_000)
  /// Past so many, what is evidence does not grow with the shop.
  static let standardCount = 100
}

/// How the items of a bundle stand to each other, as far as that is certain.
package enum BundleRelation: String, CaseIterable, Sendable {
  /// Bought together more than by chance.
  case complement
  /// Looked at together more than by chance, and bought together less.
  case substitute
  case unclear
}

/// Items that are bought together, or instead of each other.
package struct Bundle: Equatable, Sendable {
  /// In the order of their ids.
  package var items: [Int32]
  /// Baskets that hold all of them.
  package var baskets: Int
  /// Of all baskets.
  package var support: Double
  // Of three items there are three ways to take one from the others: the least of each.
  package var lift: Double
  package var leverage: Double
  package var logLikelihoodRatio: Double
  /// Baskets that would hold all of them by chance, in baskets of the sizes that they have: were
  /// the last item chosen by what sells, and not by what is there.
  package var expected: Double
  package var relation: BundleRelation
  package var rules: [Rule]
  /// With a substitute: visits in which both were looked at.
  package var viewedTogether: Int?
  /// 0 to 1: how much of what the customers bought is of these items and their categories; nil
  /// where nobody was named.
  package var preference: Double?
  package var price: BundlePrice?

  /// Who buys the first also buys the last.
  package struct Rule: Equatable, Sendable {
    package var antecedent: [Int32]
    package var consequent: Int32
    package var confidence: Double
    /// How much more often it would fail if both were unrelated; nil where it never fails.
    package var conviction: Double?
  }
}

/// An answer to `bundles`.
package struct BundleReport: Sendable {
  package var bundles: [Bundle] = []
  /// Sets of items that met the support.
  package var considered = 0
  /// Baskets that were seen.
  package var baskets = 0
  /// The log-likelihood ratio from which something is certain: how many sets there could be counts.
  package var floor = Significance.single
  /// Whether only the most frequent items were looked at, since all would have been too much work.
  package var isTruncated = false
  /// Items that a rule took out, by rule.
  package var removed: [(rule: String, count: Int)] = []
}
