import Affinity
import Members
import Shop
import Wire

/// How well every source would have answered questions about the newest orders, for programs and
/// for people.
package struct RankReport: Sendable {
  package struct Options: Sendable {
    package var share = 0.15
    package var questionCount = 2_000
    package var seed = 1

    package init() {}
  }

  private let evaluation: RankEvaluation
  private let intent: IntentStudy

  /// Asks. O(orders + questions x an answer); `goesOn` as in `RankerFitting`.
  package init(_ past: ShopPast, _ options: Options, goesOn: (Double) -> Bool) throws {
    var own = RankEvaluation.Options()
    own.share = options.share
    own.maximumQuestionCount = options.questionCount
    own.seed = UInt64(options.seed)
    evaluation = try RankEvaluation(
      facts: past.facts, baskets: past.baskets, ranker: past.ranker, options: own,
      goesOn: { goesOn($0 * 0.8) })
    guard
      let study = IntentStudy(
        past.facts, at: past.facts.orders.latest, goesOn: { goesOn(0.8 + $0 * 0.2) })
    else { throw LearningStopped() }
    intent = study
  }

  private typealias Column = (
    name: StaticString, value: @Sendable (RankMeasures) -> Double
  )

  private static let columns: [Column] = [
    ("recall_10", { $0.recall[0].value }), ("recall_20", { $0.recall[1].value }),
    ("ndcg_10", { $0.gain[0].value }), ("ndcg_20", { $0.gain[1].value }),
    ("hit_10", { $0.hit[0].value }), ("hit_20", { $0.hit[1].value }),
    ("mrr_10", { $0.reciprocal[0].value }), ("mrr_20", { $0.reciprocal[1].value }),
    ("repeat_recall_10", { $0.repeatRecall[0].value }),
    ("repeat_recall_20", { $0.repeatRecall[1].value }),
    ("explore_recall_10", { $0.exploreRecall[0].value }),
    ("explore_recall_20", { $0.exploreRecall[1].value }),
    ("novelty_bits", { $0.novelty.value }), ("fallback_share", { $0.fallback.value }),
  ]

  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("items")
    writer.integer(evaluation.itemCount)
    writer.key("kinds")
    writer.beginObject()
    for kind in Ranker.Kind.allCases {
      guard let sources = evaluation.measures[kind] else { continue }
      writer.key(dynamic: kind.rawValue)
      writer.beginObject()
      for source in RankEvaluation.Source.allCases {
        guard let measures = sources[source] else { continue }
        writer.key(dynamic: source.rawValue)
        writer.beginObject()
        writer.key("questions")
        writer.integer(measures.questionCount)
        for column in RankReport.columns {
          writer.key(column.name)
          writer.number(column.value(measures), decimals: 4)
        }
        writer.key("coverage")
        writer.number(coverage(measures), decimals: 4)
        writer.endObject()
      }
      writer.endObject()
    }
    writer.endObject()
    writer.key("intent")
    writer.value(intent.report)
    writer.endObject()
  }

  /// Share of the shop's items that stood among the first ten of some list.
  private func coverage(_ measures: RankMeasures) -> Double {
    evaluation.itemCount == 0 ? 0 : Double(measures.shownCount) / Double(evaluation.itemCount)
  }

  /// A table a kind of question: title, header, and a row a source; then one for each span of days
  /// of intent: title, header, and a row a bin.
  package var tables: [(title: String, rows: [[String]])] { rankTables + intent.spans.map(table) }

  private func table(_ span: IntentStudy.Span) -> (title: String, rows: [[String]]) {
    let title = "intent, \(span.days) days: \(span.customers) customers, \(span.buyers) ordered; "
    guard let learned = span.learned, let lifetime = span.lifetime else {
      return (title + "nothing learned (\(span.reason.rawValue))", [])
    }
    func row(_ name: String, _ score: IntentStudy.Score) -> [String] {
      let held = score.reliability
      return [name]
        + [score.area ?? .nan, held.logLoss, held.brier, held.calibrationError].map(RankReport.text)
        + held.bins.map { "\(RankReport.text($0.forecast)):\(RankReport.text($0.observed))" }
    }
    let count = max(learned.reliability.bins.count, lifetime.reliability.bins.count)
    let header =
      ["model", "AUC", "log loss", "Brier", "calibration error"]
      + (0..<count).map { $0 == 0 ? "said:came, by bin" : "" }
    let rows = [header, row("learned", learned), row("lifetime", lifetime)].map { row in
      row + Array(repeating: "", count: header.count - row.count)
    }
    return (title + span.reason.rawValue, rows)
  }

  private var rankTables: [(title: String, rows: [[String]])] {
    Ranker.Kind.allCases.compactMap { kind in
      guard let sources = evaluation.measures[kind], let mix = sources[.mix] else { return nil }
      let header = [
        "source", "R@10", "R@20", "NDCG@10", "NDCG@20", "HR@10", "HR@20", "MRR@10", "MRR@20",
        "repeat R@10", "explore R@10", "coverage", "novelty", "fallback",
      ]
      var rows = [header]
      for source in RankEvaluation.Source.allCases {
        guard let one = sources[source] else { continue }
        let values = [
          one.recall[0].value, one.recall[1].value, one.gain[0].value, one.gain[1].value,
          one.hit[0].value, one.hit[1].value, one.reciprocal[0].value, one.reciprocal[1].value,
          one.repeatRecall[0].value, one.exploreRecall[0].value, coverage(one), one.novelty.value,
          one.fallback.value,
        ]
        rows.append([source.rawValue] + values.map(RankReport.text))
      }
      return ("\(kind.rawValue): \(mix.questionCount) questions", rows)
    }
  }

  /// Four decimals.
  private static func text(_ value: Double) -> String {
    var writer = JSONWriter()
    writer.number(value, decimals: 4)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
