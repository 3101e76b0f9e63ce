import Affinity
import Foundation
import Shop
import Statistics
import TestSupport
import Testing

@Suite struct SimilarityKnownAnswerTests {
  /// Six baskets over six items: basket b holds the items of its own parity but b.
  ///
  /// Any two items of one parity share one basket of two each, of six: the formulas by hand.
  @Test func checkerboard() {
    var world = SimilarityWorld()
    for basket in 0..<6 {
      let items = (0..<6).filter { $0 % 2 == basket % 2 && $0 != basket }.map { "i\($0)" }
      world.put("b\(basket)", "c\(basket)", items)
    }
    let logarithm = log(2.0)
    let scores: [SimilarityMeasure: Double] = [
      .jaccard: 1.0 / 3, .cosine: 0.5, .lift: 1.5,
      .logLikelihoodRatio: 2 * (log(1.5) + 2 * log(0.75) + 3 * log(1.125)), .tfidf: 0.5,
      .bm25: logarithm * logarithm, .expected: (1 - 1.0 / 3) / (1.0 / 3).squareRoot(),
    ]
    for measure in SimilarityMeasure.allCases {
      for level in SimilarityLevel.allCases {
        for direction in SimilarityDirection.allCases {
          let answer = world.nearest(
            SimilarQuery(
              item: world.item("i2"), count: 10, measure: measure, level: level,
              direction: direction, floor: SimilarityFloor(minimumShared: 1),
              viewpoint: Viewpoint(now: SimilarityWorld.start)))
          #expect(answer.map(\.name) == ["i0", "i4"], "\(measure)")
          for slot in answer { #expect(abs(slot.score - (scores[measure] ?? 0)) < 1e-8) }
        }
      }
    }
    let floored = world.nearest(
      SimilarQuery(
        item: world.item("i2"), count: 10, viewpoint: Viewpoint(now: SimilarityWorld.start)))
    #expect(floored.isEmpty, "one shared basket is no evidence")
  }

  /// a with b ten days ago, a with c today, at a half-life of ten days: b weighs half.
  @Test func decayByHand() {
    var world = SimilarityWorld()
    world.put("o1", day: 0, ["a", "b"])
    world.put("o2", day: 10, ["a", "c"])
    func ask(_ measure: SimilarityMeasure, day: Double) -> [Double] {
      world.nearest(
        SimilarQuery(
          item: world.item("a"), count: 9, measure: measure,
          floor: SimilarityFloor(minimumShared: 1), halfLifeDays: 10,
          viewpoint: Viewpoint(now: SimilarityWorld.start.advanced(byDays: day)))
      ).map(\.score)
    }
    for day in [10.0, 20, 500] {
      let jaccard = ask(.jaccard, day: day)
      #expect(jaccard.count == 2)
      #expect(abs(jaccard[0] - 1 / 1.5) < 1e-9 && abs(jaccard[1] - 0.5 / 1.5) < 1e-9)
    }
  }

  @Test func logLikelihoodRatios() {
    let known: [([Int64], Double)] = [
      ([1, 0, 0, 1], 2.772589), ([10, 0, 0, 10], 27.72589), ([5, 1995, 0, 100_000], 39.33052),
      ([1000, 1995, 1000, 100_000], 4730.737), ([1000, 1000, 1000, 100_000], 5734.343),
      ([1000, 1000, 1000, 99_000], 5714.932),
    ]
    for (cells, ratio) in known {
      let table = Contingency(
        both: cells[0], first: cells[1], second: cells[2], neither: cells[3])
      #expect(abs(table.signedLogLikelihoodRatio - ratio) < 5e-7 * ratio)
    }
    func table(_ a: Int64, _ b: Int64, _ c: Int64, _ d: Int64) -> Contingency {
      Contingency(both: a, first: b, second: c, neither: d)
    }
    #expect(table(904, 21_060, 1_144, 283_012).rootLogLikelihoodRatio > 0)
    #expect(table(36, 21_928, 60_280, 623_876).rootLogLikelihoodRatio < 0)
    #expect(abs(table(0, 1, 1, 0).rootLogLikelihoodRatio + 1.665109) < 1e-6)
    #expect(table(6, 3, 4, 2).signedLogLikelihoodRatio == 0, "exactly independent")
    #expect(table(0, 0, 0, 0).signedLogLikelihoodRatio == 0)
    #expect(table(0, 0, 0, .max / 4).signedLogLikelihoodRatio == 0)
  }

  private static func groceries() throws -> SimilarityWorld {
    var world = SimilarityWorld()
    for (number, line) in try SharedData.lines(of: "groceries/baskets.ndjson.gz").enumerated() {
      guard let list = line.range(of: "\"items\":[\"") else { continue }
      world.put(
        "b\(number)", nil, line[list.upperBound...].dropLast(3).components(separatedBy: "\",\""))
    }
    return world
  }

  @Test(.enabled(if: SharedData.isPresent)) func knownAnswersFile() throws {
    let data = Data(try SharedData.bytes(of: "known_answers.json"))
    let file = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let entries = try #require(file["llr"] as? [[Any]])
    #expect(entries.count == 6)
    for entry in entries {
      let cells = try #require(entry[0] as? [Int]).map(Int64.init)
      let ratio = try #require(entry[1] as? Double)
      let table = Contingency(
        both: cells[0], first: cells[1], second: cells[2], neither: cells[3])
      #expect(abs(table.signedLogLikelihoodRatio - ratio) < 5e-7 * ratio)
    }
  }

  /// All 19,272 ordered pairs.
  @Test(.enabled(if: SharedData.isPresent)) func groceriesGoldenFile() throws {
    var world = try SimilarityKnownAnswerTests.groceries()
    let golden = try SharedData.table(of: "groceries/pair_rules.csv.gz")
    #expect(golden.records.count == 19_272)
    var rows: [Int32: [Int32: PairCounts]] = [:]
    var wrong = 0
    var listed = 0
    for row in golden.records {
      let item = try #require(world.facts.items.index(of: row[0]))
      let other = try #require(world.facts.items.index(of: row[1]))
      if rows[item] == nil {
        // With all rows kept and no floor, an answer by Jaccard is the whole row.
        let query = SimilarQuery(
          item: item, count: 1_000, direction: .perSource,
          floor: SimilarityFloor(minimumShared: 1),
          viewpoint: Viewpoint(now: SimilarityWorld.start))
        let answer = world.index.similar(query, facts: world.facts) { _ in nil }
        listed += answer.items.count
        rows[item] = Dictionary(uniqueKeysWithValues: answer.items.map { ($0.item, $0.counts) })
      }
      guard let counts = rows[item]?[other], let count = Int64(row[2]) else {
        wrong += 1
        continue
      }
      let figures = [
        counts.support, counts.confidence, counts.lift, counts.leverage, counts.conviction,
      ]
      // The file has twelve digits; its ratios were summed as entropies of about 10^5, in doubles.
      var agrees = zip(figures, row[3...]).allSatisfy { figure, text in
        let expected = Double(text) ?? .nan
        return figure == expected || abs(figure - expected) <= 2e-11 * abs(expected) + 1e-15
      }
      let ratio = Double(row[8]) ?? .nan
      agrees = agrees && abs(abs(counts.logLikelihoodRatio) - ratio) <= 1e-11 * ratio + 1e-9
      if counts.shared != count || !agrees { wrong += 1 }
      if (counts.logLikelihoodRatio < 0) != (counts.lift < 1) { wrong += 1 }
    }
    #expect(wrong == 0)
    #expect(listed == 19_272)
  }

  /// implicit 0.7.3 on the same matrix of 9,835 baskets x 169 items.
  @Test(.enabled(if: SharedData.isPresent)) func groceriesAsImplicitScoresThem() throws {
    var world = try SimilarityKnownAnswerTests.groceries()
    let known: [(SimilarityMeasure, [Double])] = [
      (
        .cosine, [0.3365597496024389, 0.23156600085040088, 0.2053411112990612, 0.22991847324382497]
      ),
      (
        .tfidf, [0.2753275990194305, 0.18715885577259517, 0.17839341904605824, 0.19578076245699272]
      ),
      (.bm25, [374.75509016968584, 325.2535937339513, 398.32171981946925, 438.89986498036257]),
    ]
    let pairs = [
      ("other vegetables", "whole milk"), ("butter", "whole milk"), ("flour", "sugar"),
      ("root vegetables", "beef"),
    ]
    for (measure, scores) in known {
      for (pair, score) in zip(pairs, scores) {
        let answer = world.nearest(
          SimilarQuery(
            item: world.item(pair.0), count: 169, measure: measure, direction: .perSource,
            viewpoint: Viewpoint(now: SimilarityWorld.start)))
        let own = try #require(answer.first { $0.name == pair.1 }).score
        #expect(abs(own - score) < 1e-7 * score, "\(measure) \(pair)")
      }
    }
  }
}
