import Shop

/// What is asked of `recommend`.
package struct RecommendQuery {
  /// Whether what the customer bought before may be shown.
  package enum Repeats: String, CaseIterable, Sendable {
    case mix
    case only
    case none
  }

  /// What may speak for a candidate.
  package enum Voice: String, CaseIterable, Sendable {
    /// What shared baskets with the basket's items, or with the customer's.
    case coPurchase = "co_purchase"
    case repeatPurchase = "repeat"
    case similarCustomers = "similar_customers"
    case browsing
    case trending
  }

  /// Below zero for nobody, or for a customer without a fact.
  package var customer: Int32
  /// What is in the basket now, distinct items that the shop knows.
  package var basket: [Int32]
  package var count: Int
  /// Below zero where none was said.
  package var channel: Int32
  package var viewpoint: Viewpoint
  package var repeats: Repeats
  /// Whether the rules are expected to leave little of what would be shown.
  package var isNarrowed = false
  /// Shown first, in this order, as far as the rules let them: distinct items.
  package var include: [Int32] = []
  /// Slots that may share the narrowest category, or the brand.
  package var maximumPerCategory: Int?
  package var maximumPerBrand: Int?
  /// What the shop itself would rather show; nil where it says nothing.
  package var preference: ((Int32) -> Preference)?

  /// What suits the customer's kind; nil where the shop states nothing.
  package var mix: CandidateMix?
  /// The only ones that are asked, with the weights that choose candidates: the ranker, which
  /// learned from all of them together, is then left out. Nil for all, and the ranker.
  package var voices: Set<Voice>?
  /// 0 to 1: from the best scores to slots that resemble each other least.
  package var diversity = 0.0

  func hears(_ voice: Voice) -> Bool { voices?.contains(voice) ?? true }

  /// What a candidate's score is multiplied by.
  package struct Preference {
    /// Above zero; 1 changes nothing.
    package var boost: Double
    /// One plus the weight of the margin times the item's margin; 1 changes nothing.
    package var margin: Double

    package init(boost: Double, margin: Double) {
      self.boost = boost
      self.margin = margin
    }
  }

  package init(
    customer: Int32, basket: [Int32], count: Int, channel: Int32 = -1, viewpoint: Viewpoint,
    repeats: Repeats = .mix
  ) {
    self.customer = customer
    self.basket = basket
    self.count = count
    self.channel = channel
    self.viewpoint = viewpoint
    self.repeats = repeats
  }
}

/// Where a recommended item comes from.
package enum RecommendSource: String, CaseIterable, Sendable {
  /// The question asked for it.
  case included
  /// It shared baskets with what is in the basket now, or with what the customer bought.
  case coPurchase = "co_purchase"
  /// The customer's own, bought before.
  case repeatPurchase = "repeat"
  /// Customers who bought the same things bought it.
  case similarCustomers = "similar_customers"
  /// The customer looked at it, or put it into a cart, or it goes with what they look at just now.
  case browsing
  /// It stands in for an item that cannot be had.
  case substitute
  /// Customers buy it after what this one owns, and it is dearer and of the same category.
  case upgrade
  /// Customers buy it after what this one owns.
  case accessory
  /// Introduced of late, in a category or of a brand that the customer buys.
  case newItem = "new_item"
  /// Of the categories that the basket, or else the history, is about; nothing scores it.
  case category
  /// It sells well now, in the channel or everywhere.
  case trending
  /// It has sold, and not of late.
  case popular
  /// The shop has it and it has never sold.
  case catalogue

  /// Whether it says nothing of this customer or basket.
  package var isFallback: Bool {
    switch self {
    case .coPurchase, .repeatPurchase, .similarCustomers, .browsing: false
    case .substitute, .upgrade, .accessory, .newItem: false
    case .included, .category, .trending, .popular, .catalogue: true
    }
  }
}

/// One recommended item and why.
package struct RecommendSlot: Equatable, Sendable {
  package var item: Int32
  /// The sum of its parts; comparable inside one answer.
  package var score: Double
  package var source: RecommendSource
  /// The items that speak for it most, best first.
  package var because: [Int32]
  package var parts: ScoreParts
  /// How many similar customers bought it.
  package var similarCustomerCount = 0
}

/// An answer to `recommend`.
package struct Recommendation: Sendable {
  package var slots: [RecommendSlot]
  /// Candidates that a rule took out before the list was full, by rule.
  package var removed: [(rule: String, count: Int)]
}
