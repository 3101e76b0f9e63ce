import Shop
import Statistics

// How intent is learned, and when it is believed
// ----------------------------------------------
// For each span of H days, with the log ending at E:
//
//   ... | learn | learn | learn | learn | judge |
//                                     E - H     E
//
// A row is a customer at the start of a window: figures as of then, and whether an order came
// within H days. Windows to learn from end where the judged one starts or before, so that nothing
// that is judged was seen. A penalised logistic regression is fitted on them and asked about the
// last window, beside the lifetime model, itself fitted on what lay before that window.
//
// It is believed where its log loss is less, by a paired comparison over the judged customers with
// one-sided 95 %; then it is fitted again with the last window too. Else the lifetime model goes on
// answering: a shop too small to learn from loses nothing.
//
// How well the chances hold (bins of what was said beside what came) is part of the report, for
// both, whichever is believed.

/// A study of who orders within some days, on a shop's log, and what it was worth.
package struct IntentStudy: Sendable {
  package struct Options: Sendable {
    /// Days ahead that are learned, each a span of its own.
    package var spans = [7, 30, 90]
    /// Rows of a window, at most: every so-many-th customer.
    package var maximumRowCount = 20_000
    package var ridge = 10.0

    package init() {}
  }

  /// Why a span is as it is.
  package enum Choice: String, Sendable {
    /// The log holds no window to learn from beside the judged one, or too few came or stayed away.
    case tooShort = "too_short"
    case tooFewCustomers = "too_few_customers"
    case notBetter = "not_better"
    case better
  }

  /// What a way of telling was worth on the judged window.
  package struct Score: Sendable {
    package let reliability: Reliability
    /// Nil where all or none came.
    package let area: Double?
  }

  package struct Span: Sendable {
    package let days: Int
    package var reason = Choice.tooShort
    /// Windows and rows that were learned from.
    package var windows = 0
    package var rows = 0
    package var customers = 0
    package var buyers = 0
    package var learned: Score?
    package var lifetime: Score?
    /// By how many standard errors the log loss is less.
    package var evidence = 0.0
  }

  /// Fewer who came, or who did not, in the judged window or those learned from: nothing is
  /// learned.
  package static let minimumOfEach = 50
  static let maximumWindowCount = 8
  /// One-sided 95 %.
  static let evidenceNeeded = 1.645

  package private(set) var spans: [Span] = []
  /// Nil where no span is better than the lifetime model.
  package let chosen: ShopIntent?

  /// Learns and judges; nil where told to stop.
  ///
  /// O(windows x (order lines + rows x figures^2)), at most 24 windows.
  ///
  /// - Parameter goesOn: told how much is done, 0 to 1.
  package init?(
    _ facts: ShopFacts, at moment: Instant, _ options: Options = Options(),
    goesOn: (Double) -> Bool = { _ in true }
  ) {
    guard goesOn(0) else { return nil }
    let channels = IntentFigures.channels(of: facts, upTo: moment)
    var learned: [ShopIntent.Span] = []
    for (index, days) in options.spans.sorted().enumerated() {
      let share = 1 / Double(options.spans.count)
      let reached = { (done: Double) in goesOn((Double(index) + done) * share) }
      var trial = SpanTrial(
        facts: facts, end: moment, days: days, channels: channels, options: options)
      guard let regression = trial.run(reached) else { return nil }
      spans.append(trial.span)
      if let regression { learned.append(.init(days: days, regression: regression)) }
    }
    guard goesOn(1) else { return nil }
    chosen = ShopIntent(spans: learned, channels: channels)
  }
}

/// The study of one span.
private struct SpanTrial {
  let facts: ShopFacts
  let end: Instant
  let days: Int
  let channels: [String]
  let options: IntentStudy.Options
  var span: IntentStudy.Span

  init(
    facts: ShopFacts, end: Instant, days: Int, channels: [String], options: IntentStudy.Options
  ) {
    self.facts = facts
    self.end = end
    self.days = days
    self.channels = channels
    self.options = options
    span = IntentStudy.Span(days: days)
  }

  private var length: Double { Double(days) }

  /// Starts of the windows to learn from, the latest first. Each has at least its own length of
  /// history before it; they are apart by a twelfth of the log where windows are shorter than that.
  private var starts: [Instant] {
    let earliest = facts.orders.count == 0 ? end : min(facts.orders.earliest, end)
    let step = max(length, end.days(since: earliest) / 12)
    return (0..<IntentStudy.maximumWindowCount).map { index in
      end.advanced(byDays: -2 * length - Double(index) * step)
    }.filter { $0.days(since: earliest) >= length }
  }

  /// The outer nil: told to stop; the inner: the lifetime model stays.
  mutating func run(_ goesOn: (Double) -> Bool) -> LogisticRegression?? {
    let starts = self.starts
    if starts.isEmpty { return .some(nil) }
    let judged = Window(self, start: end.advanced(byDays: -length), offset: 0)
    (span.customers, span.buyers) = (judged.outcomes.count, judged.buyers)
    span.windows = starts.count
    guard goesOn(0.1) else { return nil }
    var rows = FeatureRows(width: IntentFigures.width(channels: channels))
    var outcomes: [Bool] = []
    for (index, start) in starts.enumerated() {
      let window = Window(self, start: start, offset: index + 1)
      for row in window.rows { rows.append(row) }
      outcomes += window.outcomes
      guard goesOn(0.1 + 0.6 * Double(index + 1) / Double(starts.count)) else { return nil }
    }
    span.rows = outcomes.count
    let buyers = outcomes.count { $0 }
    let fewest = min(
      buyers, outcomes.count - buyers, judged.buyers, judged.outcomes.count - judged.buyers)
    if fewest < IntentStudy.minimumOfEach {
      span.reason = .tooFewCustomers
      return .some(nil)
    }
    let trial = LogisticRegression(rows, outcomes: outcomes, ridge: options.ridge)
    guard goesOn(0.8) else { return nil }
    judge(trial, over: judged, rows: rows, outcomes: outcomes)
    if span.reason != .better { return .some(nil) }
    for row in judged.rows { rows.append(row) }
    return .some(
      LogisticRegression(rows, outcomes: outcomes + judged.outcomes, ridge: options.ridge))
  }

  private mutating func judge(
    _ trial: LogisticRegression, over judged: Window, rows: FeatureRows, outcomes: [Bool]
  ) {
    let learned = judged.rows.map { trial.probability($0) }
    // The lifetime model says nothing of who never ordered: they get the share that was seen.
    let others = outcomes.indices.filter { rows.row($0).first == 0 }
    let othersShare =
      (Double(others.count { outcomes[$0] }) + 0.5) / (Double(others.count) + 1)
    let lifetime = judged.lifetime.map { $0 ?? othersShare }
    span.learned = score(learned, judged.outcomes)
    span.lifetime = score(lifetime, judged.outcomes)
    var (sum, squares) = (0.0, 0.0)
    for (index, outcome) in judged.outcomes.enumerated() {
      let gain =
        Reliability.logLoss(of: lifetime[index], outcome)
        - Reliability.logLoss(of: learned[index], outcome)
      sum += gain
      squares += gain * gain
    }
    let count = Double(judged.outcomes.count)
    let variance = (squares - sum * sum / count) * count / max(1, count - 1)
    span.evidence = variance > 0 ? sum / variance.squareRoot() : 0
    span.reason = span.evidence >= IntentStudy.evidenceNeeded ? .better : .notBetter
  }

  private func score(_ forecasts: [Double], _ outcomes: [Bool]) -> IntentStudy.Score? {
    Reliability(forecasts: forecasts, outcomes: outcomes).map {
      .init(reliability: $0, area: RankArea.area(scores: forecasts, outcomes: outcomes))
    }
  }

  /// Customers at one moment, and who of them ordered in the days after.
  struct Window {
    private(set) var rows: [[Double]] = []
    private(set) var outcomes: [Bool] = []
    /// What the lifetime model says of them; only of the judged window, nil for who never ordered.
    private(set) var lifetime: [Double?] = []

    var buyers: Int { outcomes.count { $0 } }

    /// - Parameter offset: 0 for the judged window; others look at other customers where not all
    ///   are looked at.
    init(_ trial: SpanTrial, start: Instant, offset: Int) {
      let facts = trial.facts
      var members = MemberIndex()
      if offset == 0 {
        members.fitted.lifetime = LifetimeStudy(facts, at: start)?.chosen
      }
      let view = members.view(from: Viewpoint(asOf: start), facts: facts)
      let stop = start.advanced(byDays: trial.length)
      let step = max(1, facts.customers.count / max(1, trial.options.maximumRowCount))
      for index in stride(from: offset % step, to: facts.customers.count, by: step) {
        let profile = view.profile(of: Int32(index))
        guard
          let row = IntentFigures.values(
            of: profile, within: trial.length, channels: trial.channels)
        else { continue }
        rows.append(row)
        outcomes.append(Window.ordered(Int32(index), after: start, until: stop, facts))
        if offset == 0 {
          lifetime.append(
            profile.summary.orders > 0 ? profile.orderProbability(withinDays: trial.length) : nil)
        }
      }
    }

    private static func ordered(
      _ customer: Int32, after start: Instant, until stop: Instant, _ facts: ShopFacts
    ) -> Bool {
      var found = false
      facts.orders.forEachOrder(of: customer) { order in
        let time = facts.orders.time[Int(order)]
        if time <= start { return false }
        found = time <= stop && facts.orders.stands(order)
        return !found
      }
      return found
    }
  }
}
