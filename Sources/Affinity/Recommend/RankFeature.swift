/// What the learned ranker knows of a candidate; the same numbers in training and in answers.
///
/// Names are those of model files, and never change their meaning: a model that names a feature
/// that is not here is refused.
package enum RankFeature: Int, CaseIterable, Sendable {
  // The question
  /// Known distinct items of the basket.
  case basketSize
  /// Baskets of the customer.
  case customerBaskets
  /// Distinct items per basket of the customer.
  case customerBasketSize
  /// Share of the customer's lines that were bought before.
  case customerRepeatShare

  // The customer's own purchases of it
  case ownCount
  /// Share of the customer's baskets that hold it.
  case ownShare
  /// Sum over those baskets of 1 / sqrt(1 + r).
  case ownWeight
  /// Baskets since the last one with it; 1000 where there is none.
  case ownRank
  /// Baskets since the last one with it over the usual number between two; 0 where there is none.
  case ownDueBaskets
  /// Days since the last purchase over the usual gap, shrunken to the item's; 0 without one.
  case ownDueDays
  /// How often the item is bought again by anyone.
  case repeatShare

  // How it sells
  /// Share of the recent baskets, in the channel if one was said.
  case recentShare
  /// Share of all baskets.
  case overallShare
  /// The one over the other, shrunken to 1.
  case trend
  /// Share of the baskets of the last days, in all channels.
  case freshShare
  /// That over `recentShare`, shrunken to 1.
  case surge

  // What the basket says
  case basketEvidence
  case basketBest
  /// `basketEvidence` over the greatest of the candidates; so for the others below.
  case basketRelative

  // What the history says
  case historyEvidence
  case historyBest
  case historyRelative
  /// Evidence of the newest basket's items alone.
  case newestEvidence

  // What similar customers buy
  case similarEvidence
  case similarRelative
  /// Share of the similar customers who bought it.
  case similarShare

  // What it is
  /// Share of the customer's purchases, by weight, in its category.
  case categoryShare
  case browsed

  // The score by which candidates were chosen
  case recallScore
  case recallRelative

  package static let count = allCases.count

  /// As model files have it.
  package var name: String {
    var text = ""
    for letter in "\(self)" {
      if letter.isUppercase { text.append("_") }
      text.append(contentsOf: letter.lowercased())
    }
    return text
  }

  /// Which part of a score the feature's share goes to.
  package var part: ScorePart {
    switch self {
    case .basketSize, .customerBaskets, .customerBasketSize, .customerRepeatShare: .base
    case .ownCount, .ownShare, .ownWeight, .ownRank, .ownDueBaskets, .ownDueDays, .repeatShare:
      .ownRepeat
    case .recentShare, .overallShare, .trend, .freshShare, .surge: .popularity
    case .basketEvidence, .basketBest, .basketRelative: .basket
    case .historyEvidence, .historyBest, .historyRelative, .newestEvidence: .history
    case .similarEvidence, .similarRelative, .similarShare: .similar
    case .categoryShare: .category
    case .browsed: .browsing
    case .recallScore, .recallRelative: .recall
    }
  }
}

/// What a score is made of.
package enum ScorePart: Int, CaseIterable, Sendable {
  /// What all candidates of a question share.
  case base
  case basket
  case history
  case ownRepeat = 3
  case similar
  case popularity
  case category
  case browsing
  /// All sources together, as they were weighed to choose the candidates.
  case recall
  /// Boosts of the question, the weight of margins, the mix of the customer's tier, and what
  /// resembling an earlier slot took off.
  case boost
  case margin
  case mix
  case diversity
  /// What a source that the trees know nothing of lets an item in with, whole.
  case substitute
  case newItem

  /// As replies have it.
  package var name: StaticString {
    switch self {
    case .base: "base"
    case .basket: "basket"
    case .history: "history"
    case .ownRepeat: "repeat"
    case .similar: "similar"
    case .popularity: "popularity"
    case .category: "category"
    case .browsing: "browsing"
    case .recall: "recall"
    case .boost: "boost"
    case .margin: "margin"
    case .mix: "mix"
    case .diversity: "diversity"
    case .substitute: "substitute"
    case .newItem: "new_item"
    }
  }
}

/// The parts of one score; they add up to it.
package struct ScoreParts: Equatable, Sendable {
  private var values = SIMD16<Double>()

  package init() {}

  package subscript(part: ScorePart) -> Double {
    get { values[part.rawValue] }
    set { values[part.rawValue] = newValue }
  }

  package var sum: Double { ScorePart.allCases.reduce(0) { $0 + self[$1] } }
}
