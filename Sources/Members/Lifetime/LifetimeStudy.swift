import Shop
import Statistics

// How a shop's lifetime model is chosen
// -------------------------------------
// Both families are fitted on all customers, BG/NBD by maximum likelihood and the modified one with
// the penalty. Both are also fitted on the log as it stood some weeks ago and asked whom they
// expect orders of: the area under the curve of "came back since", beside those of counting past
// visits, of the time since the last one, and of the prior that is used without a fit.
//
//   too few customers, or neither fit sound            the prior stays
//   BG/NBD sound and not beaten in the holdout         BG/NBD
//   else the modified one, where it is sound           MBG/NBD
//   the prior ranks the holdout better by .01          the prior stays
//
// Days are local days, so that the same day never counts as a gap and equal histories are many.

/// A fit of the lifetime models on a shop's log, and what it was worth.
package struct LifetimeStudy: Sendable {
  package struct Options: Sendable {
    /// Days at the end that the fit to be judged does not see; nil: a quarter of the log's, at
    /// most 91.
    package var holdoutDays: Int?
    package var penalty = LifetimeFit.usualPenalty

    package init() {}
  }

  /// Why the model was chosen.
  package enum Choice: String, Sendable {
    case tooFewCustomers = "too_few_customers"
    case noSoundFit = "no_sound_fit"
    case plainRanksNoWorse = "bg_nbd_ranks_no_worse"
    /// There was nothing to judge it by.
    case plainSound = "bg_nbd_sound"
    case plainDegenerate = "bg_nbd_degenerate"
    case modifiedRanksBetter = "mbg_nbd_ranks_better"
    case priorRanksBetter = "prior_ranks_better"
  }

  /// How well scores as of the start of the holdout told who would order in it.
  package struct Holdout: Sendable {
    package let days: Int
    package let customers: Int
    package let buyers: Int
    package let frequency: Double
    package let recency: Double
    package let prior: Double
    /// Nil where the fit on the earlier part was not sound.
    package let plain: Double?
    package let modified: Double?
  }

  /// Fewer of either, and nothing is taken into use.
  package static let minimumCustomers = 100
  package static let minimumRepeatCustomers = 30
  /// By how much the prior must rank better to stay.
  static let priorMargin = 0.01

  package let plain: LifetimeFit
  package let modified: LifetimeFit
  package let spend: SpendFit
  /// Nil where the log is too short, or all or hardly any came back.
  package let holdout: Holdout?
  package let reason: Choice
  /// What is to be used; nil where that is the prior.
  package let chosen: ShopLifetime?

  /// - Parameters:
  ///   - moment: the end of the log for the fit.
  ///   - goesOn: told how much is done, 0 to 1; false stops the work.
  /// - Returns: nil where it was stopped.
  /// - Complexity: O(order lines + customers log customers + evaluations x different histories).
  package init?(
    _ facts: ShopFacts, at moment: Instant, _ options: Options = Options(),
    goesOn: (Double) -> Bool = { _ in true }
  ) {
    guard goesOn(0) else { return nil }
    let whole = MemberColumns(facts: facts, horizon: moment)
    guard goesOn(0.2) else { return nil }
    let histories = LifetimeHistories(whole.histories(at: moment).map(\.history))
    plain = LifetimeFit(.plain, to: histories)
    guard goesOn(0.35) else { return nil }
    modified = LifetimeFit(.modified, to: histories, penalty: options.penalty)
    guard goesOn(0.5) else { return nil }
    spend = SpendFit(whole.visitValues)
    guard goesOn(0.6) else { return nil }
    let length = moment.days(since: min(facts.orders.earliest, moment))
    let days = options.holdoutDays ?? min(91, Int(min(length, 1e6) / 4))
    holdout =
      days >= 7 && Double(days) < length
      ? Holdout(facts, whole: whole, days: days, at: moment, penalty: options.penalty) : nil
    guard goesOn(1) else { return nil }
    (reason, chosen) = LifetimeStudy.choose(plain, modified, spend, holdout)
  }

  private static func choose(
    _ plain: LifetimeFit, _ modified: LifetimeFit, _ spend: SpendFit, _ holdout: Holdout?
  ) -> (Choice, ShopLifetime?) {
    if plain.customers < minimumCustomers || plain.repeatCustomers < minimumRepeatCustomers {
      return (.tooFewCustomers, nil)
    }
    let worse = { (area: Double?) in (area ?? 1) < (holdout?.prior ?? 0) - priorMargin }
    let value = spend.problem == nil ? spend.model : nil
    let ranksNoWorse = (holdout?.plain ?? 0) >= (holdout?.modified ?? 0)
    if plain.isSound, let model = plain.model, ranksNoWorse || !modified.isSound {
      if worse(holdout?.plain) { return (.priorRanksBetter, nil) }
      return (
        holdout == nil ? .plainSound : .plainRanksNoWorse,
        ShopLifetime(purchases: model, spend: value)
      )
    }
    guard modified.isSound, let model = modified.model else { return (.noSoundFit, nil) }
    if worse(holdout?.modified) { return (.priorRanksBetter, nil) }
    return (
      plain.isSound ? .modifiedRanksBetter : .plainDegenerate,
      ShopLifetime(purchases: model, spend: value)
    )
  }
}

extension LifetimeStudy.Holdout {
  /// Customers of each kind without whom an area says little.
  private static let minimumOfEach = 20

  fileprivate init?(
    _ facts: ShopFacts, whole: MemberColumns, days: Int, at moment: Instant, penalty: Double
  ) {
    let start = moment.advanced(byDays: -Double(days))
    let early = MemberColumns(facts: facts, horizon: start)
    let known = early.histories(at: start)
    let came = known.map { (whole.summary(of: $0.customer).last ?? start) > start }
    let buyers = came.reduce(0) { $0 + ($1 ? 1 : 0) }
    guard min(buyers, known.count - buyers) >= Self.minimumOfEach else { return nil }
    let histories = LifetimeHistories(known.map(\.history))
    func area(_ score: (LifetimeHistory) -> Double) -> Double {
      RankArea.area(scores: known.map { score($0.history) }, outcomes: came) ?? 0.5
    }
    let span = Double(days)
    func area(_ fit: LifetimeFit) -> Double? {
      guard fit.isSound, let model = fit.model else { return nil }
      return area {
        model.expectedPurchases(
          repeats: Double($0.repeats), last: $0.last, age: $0.age, within: span)
      }
    }
    let prior = early.norms.lifetime
    self.days = days
    self.customers = known.count
    self.buyers = buyers
    frequency = area { Double($0.repeats) }
    recency = area { $0.last - $0.age }
    self.prior = area { history in
      let repeats = Double(history.repeats)
      return prior.aliveProbability(
        repeats: repeats, lastDays: history.last, ageDays: history.age)
        * prior.expectedIfAlive(repeats: repeats, ageDays: history.age, withinDays: span)
    }
    plain = area(LifetimeFit(.plain, to: histories))
    modified = area(LifetimeFit(.modified, to: histories, penalty: penalty))
  }
}

extension MemberColumns {
  /// The histories of all who ordered, in local days.
  func histories(at moment: Instant) -> [(customer: Int32, history: LifetimeHistory)] {
    let today = zone.day(of: moment).number
    var histories: [(customer: Int32, history: LifetimeHistory)] = []
    for customer in summaries.indices {
      let summary = summaries[customer]
      guard let first = summary.first, let last = summary.last else { continue }
      let start = zone.day(of: first).number
      histories.append(
        (
          Int32(customer),
          LifetimeHistory(
            repeats: summary.repeats, last: Double(zone.day(of: last).number - start),
            age: Double(today - start))
        ))
    }
    return histories
  }

  /// Visits of all who paid anything, with their mean value.
  var visitValues: [(count: Int, mean: Double)] {
    var values: [(count: Int, mean: Double)] = []
    for customer in summaries.indices {
      let summary = summaries[customer]
      if summary.visits > 0, summary.spend > 0 {
        values.append((summary.visits, Double(summary.spend) / Double(summary.visits)))
      }
    }
    return values
  }
}
