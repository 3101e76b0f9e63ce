import Shop
import Statistics

// How a ranker is fitted
// ----------------------
//   orders by time   |  the first half  |  learn  | stop |  hold out  |
//
// The first half only fills the index. Questions about the orders that follow give rows to learn
// from; those about the next few say when to stop adding trees, and then as many trees are fitted
// to both. Questions about the newest orders are looked at once, to compare these with what is in
// use, on the same candidates by NDCG at 10. The fitted trees take the place of the others only if
// they are better in the mean; then as many are fitted to all of the questions, the newest
// included. Newer questions count more. A kind of question of which there are too few keeps what it
// has.
//
// What is held out must be new to both: where the trees in use were fitted to this shop, only
// orders count that are newer than what they learned from. Right after a fit there are too few.
//
// Several shops can be learned from together: each weighs the same, whatever its size.

/// What a fit found out about one kind of question.
package struct RankerFit: Equatable, Sendable {
  package enum Outcome: String, CaseIterable, Sendable {
    case better
    case notBetter = "not_better"
    case tooFewQuestions = "too_few_questions"
  }
  package var outcome = Outcome.tooFewQuestions
  /// Questions that were learned from, those that said when to stop included, and held out.
  package var learned = 0
  package var heldOut = 0
  /// NDCG at 10 on what was held out: of the ranker in use, and of the fitted one.
  package var before = 0.0
  package var after = 0.0
  /// Standard error of the difference.
  package var standardError = 0.0
  package var treeCount = 0
}

/// Fits a ranker on orders of the past.
package struct RankerTraining: Sendable {
  package struct Options: Sendable {
    package var seed: UInt64 = 1
    /// Orders to ask about, at most, of each shop; about as many questions of each kind.
    package var maximumQuestionCount = 40_000
    /// Of those, the ones by which what was fitted is compared with what is in use.
    package var maximumHeldOutCount = 3_000
    /// Fewer questions of a kind than this are too few to learn from.
    package var minimumQuestionCount = 300
    package var maximumTreeCount = 200
    /// Levels of a tree.
    package var depth = 5
    package var rate = 0.1

    package init() {}
  }

  /// Where the parts of the log begin, as shares of the orders.
  static let learnFrom = 0.5
  static let stopFrom = 0.75
  static let holdOutFrom = 0.85
  /// What people want changes: a question counts half for each such share of the log that lies
  /// between it and the end.
  static let halfLife = 0.15

  /// Memory that one question of each kind takes until all is fitted, in bytes, at most: measured
  /// 32,000 up to 10,000 questions, and less for more.
  package static let bytesPerQuestion = 32_000

  /// Memory of the index that orders are replayed into, in bytes.
  package static func replayBytes(_ orders: OrderTable) -> Int { 100 * orders.lineCount }

  private var learn: [Ranker.Kind: [PastCandidates]] = [:]
  private var stop: [Ranker.Kind: [PastCandidates]] = [:]
  private var heldOut: [Ranker.Kind: [PastCandidates]] = [:]
  /// Of the time that is held out, thinned: what only the last fit learns from.
  private var newest: [Ranker.Kind: [PastCandidates]] = [:]
  private var shopCount = 0
  /// The newest order of all.
  private var latest = Instant.earliest
  private var chance: SplitMix
  private let options: Options

  package init(_ options: Options = Options()) {
    self.options = options
    chance = SplitMix(seed: options.seed)
  }
}

// MARK: - Questions

extension RankerTraining {
  /// Asks about the orders of a shop. O(orders + questions x an answer).
  ///
  /// - Parameters:
  ///   - baskets: the index over the same facts.
  ///   - seen: what is in use has learned from the orders up to there, if any.
  ///   - goesOn: told how much is done, 0 to 1; false stops the work.
  /// - Throws: `LearningStopped` then.
  package mutating func add(
    _ facts: ShopFacts, baskets: BasketIndex, seen: Instant? = nil, goesOn: (Double) -> Bool
  ) throws(LearningStopped) {
    latest = max(latest, facts.orders.latest)
    let shop = shopCount
    shopCount += 1
    var replay = OrderReplay(facts, baskets: baskets)
    let count = Double(replay.count)
    let learnFrom = Int32(count * RankerTraining.learnFrom)
    let stopFrom = Int32(count * RankerTraining.stopFrom)
    let holdOutFrom = max(
      Int32(count * RankerTraining.holdOutFrom), seen.map { replay.count(through: $0) } ?? 0)
    let stride = max(1, (count - Double(learnFrom)) / Double(options.maximumQuestionCount))
    let heldOutCount = (count - Double(holdOutFrom)) / stride
    let judgeStride = max(1, heldOutCount / Double(options.maximumHeldOutCount))
    var due = Double(learnFrom)
    var judgeDue = 0.0
    var newestCount = 0.0
    while replay.position < replay.count {
      let position = replay.position
      if position % 64 == 0, !goesOn(Double(position) / count) { throw LearningStopped() }
      if Double(position) >= due {
        due += stride
        var isJudged = false
        if position >= holdOutFrom {
          isJudged = newestCount >= judgeDue
          newestCount += 1
          if isJudged { judgeDue += judgeStride }
        }
        let items = replay.items
        let weight = RankerTraining.weight(age: 1 - Double(position) / count)
        replay.withIndex { index, facts in
          for question in PastQuestion.about(position, items, facts, count: 10, chance: &chance) {
            guard var past = index.candidates(of: question, facts) else { continue }
            past.shop = shop
            past.weight = weight
            if isJudged { heldOut[question.kind, default: []].append(past) }
            guard let thinned = past.thinned(&chance) else { continue }
            if position >= holdOutFrom {
              newest[question.kind, default: []].append(thinned)
            } else if position >= stopFrom {
              stop[question.kind, default: []].append(thinned)
            } else {
              learn[question.kind, default: []].append(thinned)
            }
          }
        }
      }
      replay.advance()
    }
  }
}

// MARK: - Fit

extension RankerTraining {
  /// Fits every kind, and says what was found. The same questions and seed give the same trees.
  ///
  /// - Parameter current: what is in use; kinds that get nothing better keep theirs.
  /// - Throws: `LearningStopped` where `goesOn` says false.
  package mutating func fit(
    over current: Ranker, goesOn: (Double) -> Bool
  ) throws(LearningStopped) -> (ranker: Ranker, fits: [Ranker.Kind: RankerFit]) {
    var ranker = current
    var fits: [Ranker.Kind: RankerFit] = [:]
    let kinds = Ranker.Kind.allCases
    for (place, kind) in kinds.enumerated() {
      let done = { (share: Double) in goesOn((Double(place) + share) / Double(kinds.count)) }
      let (fit, model) = try fit(kind, over: current.models[kind], goesOn: done)
      fits[kind] = fit
      if let model {
        ranker.models[kind] = model
        ranker.learnedThrough = shopCount == 1 ? latest : nil
      }
    }
    return (ranker, fits)
  }

  /// What a question counts, by the share of the orders that came after it.
  static func weight(age: Double) -> Double {
    Elementary.powerOfTwo(-age / RankerTraining.halfLife)
  }

  private mutating func fit(
    _ kind: Ranker.Kind, over current: Ranker.Model?, goesOn: (Double) -> Bool
  ) throws(LearningStopped) -> (RankerFit, Ranker.Model?) {
    // Taken out: what a kind learned from is not needed by the next.
    let learning = learn.removeValue(forKey: kind) ?? []
    let stopping = stop.removeValue(forKey: kind) ?? []
    let judging = heldOut.removeValue(forKey: kind) ?? []
    let newer = newest.removeValue(forKey: kind) ?? []
    var fit = RankerFit()
    fit.learned = learning.count + stopping.count
    fit.heldOut = judging.count
    guard learning.count >= options.minimumQuestionCount,
      stopping.count >= options.minimumQuestionCount / 10,
      judging.count >= options.minimumQuestionCount / 5
    else { return (fit, nil) }
    guard let (trees, loss) = try choose(learning, stopping, goesOn), trees.treeCount > 0 else {
      fit.outcome = .notBetter
      return (fit, nil)
    }
    fit.treeCount = trees.treeCount
    let fitted = Ranker.Model(
      try grow(BoostingRows(learning + stopping), nil, loss, count: trees.treeCount) {
        goesOn((2 + $0) / 4)
      })
    var difference = Spread()
    for past in judging {
      let before = past.gain(current)
      let after = past.gain(fitted)
      fit.before += before / Double(judging.count)
      fit.after += after / Double(judging.count)
      difference.take(after - before)
    }
    fit.standardError = difference.standardError
    guard difference.mean > 0 else {
      fit.outcome = .notBetter
      return (fit, nil)
    }
    fit.outcome = .better
    let all = BoostingRows(learning + stopping + newer)
    let last = try grow(all, nil, loss, count: trees.treeCount) { goesOn((3 + $0) / 4) }
    return (fit, Ranker.Model(last, floor: Ranker.least(last, all)))
  }

  /// The trees of the loss that orders the later questions better: which one does differs from shop
  /// to shop. By itself, so that its rows are gone before others are made.
  private func choose(
    _ learning: [PastCandidates], _ stopping: [PastCandidates], _ goesOn: (Double) -> Bool
  ) throws(LearningStopped) -> (trees: BoostedTrees, loss: BoostingObjective)? {
    let validation = BoostingValidation(
      rows: BoostingRows(stopping), metric: .ndcg, patience: 50)
    let rows = BoostingRows(learning)
    var chosen: (trees: BoostedTrees, loss: BoostingObjective)?
    var best = -1.0
    for (place, loss) in [BoostingObjective.rank, .logistic].enumerated() {
      let grown = try grow(rows, validation, loss, count: options.maximumTreeCount) {
        goesOn((Double(place) + $0) / 4)
      }
      let value = validation.metric.value(validation.rows, Ranker.scores(grown, validation.rows))
      if value > best { (best, chosen) = (value, (grown, loss)) }
    }
    return chosen
  }

  private func grow(
    _ rows: BoostingRows, _ validation: BoostingValidation?, _ objective: BoostingObjective,
    count: Int, goesOn: (Double) -> Bool
  ) throws(LearningStopped) -> BoostedTrees {
    let boosting = Boosting(
      objective: objective, roundCount: count, depth: options.depth, rate: options.rate,
      regularisation: 5, minimumHessian: 5, groupShare: 0.8, seed: options.seed)
    do throws(Boosting.Stop) {
      let trees = try boosting.fit(rows, validation: validation) { round, count in
        goesOn(Double(round) / Double(count))
      }
      return trees.rounded(to: Ranker.leafUnit)
    } catch {
      throw LearningStopped()
    }
  }
}

/// Mean and spread of numbers.
private struct Spread {
  private var count = 0.0
  private var sum = 0.0
  private var squares = 0.0

  mutating func take(_ value: Double) {
    count += 1
    sum += value
    squares += value * value
  }

  var mean: Double { count == 0 ? 0 : sum / count }

  var standardError: Double {
    guard count > 1 else { return 0 }
    return (max(0, squares / count - mean * mean) / (count - 1)).squareRoot()
  }
}
