/// Recency, frequency and monetary score, 1 (worst) to 5 each.
package struct RFMScores: Equatable, Sendable {
  package let recency: Int
  package let frequency: Int
  package let monetary: Int

  package init(recency: Int, frequency: Int, monetary: Int) {
    precondition(
      (1...5).contains(recency) && (1...5).contains(frequency) && (1...5).contains(monetary),
      "scores are 1 to 5")
    self.recency = recency
    self.frequency = frequency
    self.monetary = monetary
  }
}

/// Names for groups of RFM scores: every score has exactly one.
///
/// The default table of R's package `rfm`: the classes are boxes of scores, looked through in the
/// order of the cases, the first that holds wins; what no box holds is `others`. (With that table
/// `new_customers`, `promising` and `cant_lose_them` lie inside earlier boxes and stay empty.)
package enum RFMClass: String, CaseIterable, Sendable {
  case champions
  case loyalCustomers = "loyal_customers"
  case potentialLoyalist = "potential_loyalist"
  case newCustomers = "new_customers"
  case promising
  case needAttention = "need_attention"
  case aboutToSleep = "about_to_sleep"
  case atRisk = "at_risk"
  case cantLoseThem = "cant_lose_them"
  case lost
  case others

  package init(_ scores: RFMScores) {
    self = RFMClass.allCases.first { $0.holds(scores) } ?? .others
  }

  /// Whether the class's own box holds the scores, whatever comes before it.
  package func holds(_ scores: RFMScores) -> Bool {
    let (recency, frequency, monetary) = box
    return recency.contains(scores.recency) && frequency.contains(scores.frequency)
      && monetary.contains(scores.monetary)
  }

  private var box: (ClosedRange<Int>, ClosedRange<Int>, ClosedRange<Int>) {
    switch self {
    case .champions: (4...5, 4...5, 4...5)
    case .loyalCustomers: (2...5, 3...5, 3...5)
    case .potentialLoyalist: (3...5, 1...3, 1...3)
    case .newCustomers: (4...5, 1...1, 1...1)
    case .promising: (3...4, 1...1, 1...1)
    case .needAttention: (2...3, 2...3, 2...3)
    case .aboutToSleep: (2...3, 1...2, 1...2)
    case .atRisk: (1...2, 2...5, 2...5)
    case .cantLoseThem: (1...1, 4...5, 4...5)
    case .lost: (1...2, 1...2, 1...2)
    case .others: (1...5, 1...5, 1...5)
    }
  }
}
