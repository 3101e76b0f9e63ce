import Affinity
import Members
import Shop
import Wire

/// A fit of the ranker, from the questions to the report.
package struct RankerFitting: Sendable {
  /// What came of it.
  package struct Result: Sendable {
    let ranker: Ranker
    let fits: [Ranker.Kind: RankerFit]

    /// Whether any kind of question has got something better.
    package var isBetter: Bool { fits.values.contains { $0.outcome == .better } }

    /// The ranker as a model file has it.
    package var modelFile: [UInt8] { ranker.json }
  }

  private var training: RankerTraining

  /// - Parameters:
  ///   - questionCount: questions of a kind to learn from, at most, of each shop.
  package init(seed: UInt64, questionCount: Int? = nil) {
    var options = RankerTraining.Options()
    options.seed = seed
    options.maximumQuestionCount = questionCount ?? options.maximumQuestionCount
    training = RankerTraining(options)
  }

  /// How many questions of a kind there is room for: as many as are wanted, or fewer.
  ///
  /// - Throws: `RPCError` where there is room for hardly any.
  package static func questionCount(
    _ wanted: Int?, on past: ShopPast, _ memory: (residentBytes: Int, limitBytes: Int)?
  ) throws -> Int {
    let wanted = wanted ?? RankerTraining.Options().maximumQuestionCount
    guard let memory else { return wanted }
    let room =
      memory.limitBytes - memory.residentBytes - RankerTraining.replayBytes(past.facts.orders)
    let most = room / RankerTraining.bytesPerQuestion
    guard most >= min(wanted, RankerTraining.Options().minimumQuestionCount * 2) else {
      throw RPCError.memoryLimit(
        residentBytes: memory.residentBytes, limitBytes: memory.limitBytes)
    }
    return min(wanted, most)
  }

  /// Asks about the orders of a shop; what its ranker has learned from is not held out.
  ///
  /// - Parameter goesOn: told how much is done, 0 to 1; false stops the work with
  /// `LearningStopped`.
  package mutating func add(_ past: ShopPast, goesOn: (Double) -> Bool) throws {
    try training.add(
      past.facts, baskets: past.baskets, seen: past.ranker.learnedThrough, goesOn: goesOn)
  }

  /// - Parameter past: of the shop whose ranker is to be beaten, or nil to start from none.
  package mutating func fit(over past: ShopPast?, goesOn: (Double) -> Bool) throws -> Result {
    let (ranker, fits) = try training.fit(over: past?.ranker ?? Ranker(), goesOn: goesOn)
    return Result(ranker: ranker, fits: fits)
  }
}

/// What long work looks at: the shop as it was when it was taken, which nothing changes any more.
package struct ShopPast: Sendable {
  let facts: ShopFacts
  let baskets: BasketIndex
  let ranker: Ranker
  let fitted: FittedMembers
}

extension Engine {
  /// A view of the shop for long work. O(1): columns are copied by the first write after it.
  package var past: ShopPast {
    ShopPast(
      facts: facts, baskets: affinity.baskets, ranker: ranker, fitted: members.fitted)
  }

  /// Takes what was fitted for this shop into use.
  package mutating func use(_ result: RankerFitting.Result, now: Instant) {
    commit(.ranker(result.ranker.value), now: now)
    endRecord()
  }
}

extension RankerFitting.Result {
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    for kind in Ranker.Kind.allCases {
      guard let fit = fits[kind] else { continue }
      writer.key(dynamic: kind.rawValue)
      writer.beginObject()
      writer.key("outcome")
      writer.string(fit.outcome.rawValue)
      writer.key("learned_questions")
      writer.integer(fit.learned)
      writer.key("held_out_questions")
      writer.integer(fit.heldOut)
      if fit.outcome != .tooFewQuestions {
        for (name, number) in [
          ("ndcg_before", fit.before), ("ndcg_after", fit.after),
          ("standard_error", fit.standardError),
        ] {
          writer.key(dynamic: name)
          writer.number(number, decimals: 4)
        }
        writer.key("trees")
        writer.integer(fit.treeCount)
      }
      writer.endObject()
    }
    writer.endObject()
  }

  /// One line a kind of question.
  ///
  /// - Parameter decimals: writes a number with four of them.
  package func lines(_ decimals: (Double) -> String) -> [String] {
    Ranker.Kind.allCases.compactMap { kind in
      guard let fit = fits[kind] else { return nil }
      let questions = "\(fit.learned) questions to learn from, \(fit.heldOut) held out"
      let change =
        "NDCG@10 \(decimals(fit.before)) -> \(decimals(fit.after)), standard error of the "
        + "difference \(decimals(fit.standardError)), \(fit.treeCount) trees; \(questions)"
      switch fit.outcome {
      case .better: return "\(kind.rawValue): better, \(change)"
      case .notBetter: return "\(kind.rawValue): no better, it stays as it is; \(change)"
      case .tooFewQuestions: return "\(kind.rawValue): too few, it stays as it is; \(questions)"
      }
    }
  }
}
