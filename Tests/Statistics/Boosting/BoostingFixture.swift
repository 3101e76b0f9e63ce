import Statistics
import TestSupport

extension SeededGenerator {
  mutating func uniform(_ range: Range<Float> = 0..<1) -> Float {
    Float.random(in: range, using: &self)
  }
}

/// Rows of a test, before they are shuffled and packed.
struct BoostingFixture {
  struct Row {
    var features: [Float]
    var label: Bool
    var weight = 1.0
  }

  var featureCount: Int
  var groups: [[Row]]

  var rows: BoostingRows {
    var rows = BoostingRows(featureCount: featureCount)
    for group in groups {
      for row in group { rows.append(row.features, label: row.label, weight: row.weight) }
      rows.closeGroup()
    }
    return rows
  }

  /// Features of several kinds (continuous, few values, mostly zero, constant), a label that
  /// depends on the first two together.
  static func random(
    groups: Int, size: ClosedRange<Int>, featureCount: Int, isWeighted: Bool = false,
    _ generator: inout SeededGenerator
  ) -> BoostingFixture {
    var fixture = BoostingFixture(featureCount: featureCount, groups: [])
    for _ in 0..<groups {
      fixture.groups.append(
        (0..<generator.integer(in: size)).map { _ in
          let features = (0..<featureCount).map { feature -> Float in
            switch feature % 4 {
            case 0: generator.uniform(-1..<1)
            case 1: Float(generator.integer(in: 0...4))
            case 2: generator.oneIn(5) ? generator.uniform(0..<100) : 0
            default: 7
            }
          }
          let isLikely = features[0] > 0 && features[1 % featureCount] >= 2
          return Row(
            features: features, label: generator.oneIn(isLikely ? 2 : 12),
            weight: isWeighted ? Double(generator.uniform(0.1..<3)) : 1)
        })
    }
    return fixture
  }
}

extension BoostedTrees {
  func batch(_ rows: BoostingRows) -> [Double] {
    var scores = [Double](repeating: .nan, count: rows.count)
    rows.values.withUnsafeBufferPointer { values in
      scores.withUnsafeMutableBufferPointer { score(rows: values, count: rows.count, into: $0) }
    }
    return scores
  }

  /// Straight from the plain form, without its code.
  static func bruteForce(_ plain: Plain, _ row: [Float]) -> Double {
    var score = plain.base
    for tree in plain.trees {
      var leaf = 0
      for level in tree.features.indices.reversed() {
        let cut = plain.cuts[tree.features[level]][tree.cutIndices[level]]
        leaf = 2 * leaf + (Double(row[tree.features[level]]) > cut ? 1 : 0)
      }
      score += tree.leaves[leaf]
    }
    return score
  }

  /// Trees out of nothing, with numbers that 32 bits hold.
  static func randomPlain(_ generator: inout SeededGenerator) -> Plain {
    let cuts = (0..<generator.integer(in: 1...12)).map { _ in
      Set((0..<generator.integer(in: 1...9)).map { _ in Double(generator.uniform(-2..<2)) })
        .sorted()
    }
    let trees = (0..<generator.integer(in: 0...20)).map { _ in
      let features = (0..<generator.integer(in: 1...6)).map { _ in
        generator.integer(in: 0...cuts.count - 1)
      }
      return Plain.Tree(
        features: features,
        cutIndices: features.map { generator.integer(in: 0...cuts[$0].count - 1) },
        leaves: (0..<1 << features.count).map { _ in Double(generator.uniform(-3..<3)) })
    }
    return Plain(base: Double(generator.uniform(-1..<1)), cuts: cuts, trees: trees)
  }
}
