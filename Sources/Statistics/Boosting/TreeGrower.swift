// How a tree grows
// ----------------
// Level by level, one question for all nodes: the pair (feature, cut) of the greatest gain
//
//   sum over nodes of  G_l^2 / (H_l + lambda) + G_r^2 / (H_r + lambda) - G^2 / (H + lambda)
//
// G and H being the sums of the loss's first and second derivative on the left, on the right and
// together. A node counts where both sides reach the minimum of H. The first of equals wins.
//
// The sums come from a histogram for each feature and node: (G, H) by bin. On each level only the
// smaller child of a node is counted; the other is the parent less it, which is exact in whole
// numbers. So a tree costs about 1 + depth / 3 passes over rows x features.
//
// Leaves are -rate x G / (H + lambda); a leaf below the minimum of H takes its parent's.

/// Grows one tree after the other over the same bins.
struct TreeGrower {
  /// Of a feature's histogram: (G, H) by bin.
  private static let nodeWidth = 2 * BoostingBins.maximumBinCount

  /// A sampled row in a node that is counted.
  private struct Entry {
    var row: Int32
    /// Where its node starts in a feature's histograms.
    var node: Int32
    var first: Int32
    var second: Int32
  }

  private let bins: BoostingBins
  private let settings: Boosting
  /// By feature, node and bin; a node's number is its answers as bits.
  private var histograms: [Int64]
  private let featureWidth: Int
  private var entries: [Entry]
  private var nodes: [UInt8] = []

  init(_ bins: BoostingBins, settings: Boosting) {
    self.bins = bins
    self.settings = settings
    featureWidth = TreeGrower.nodeWidth << (settings.depth - 1)
    histograms = Array(repeating: 0, count: bins.cuts.count * featureWidth)
    entries = Array(repeating: Entry(row: 0, node: 0, first: 0, second: 0), count: bins.rowCount)
  }

  /// A tree on some of the rows, ascending; nil where no question gains anything.
  mutating func grow(on rows: [Int32], _ gradients: [BoostingGradient]) -> GrownTree? {
    var (greatestFirst, greatestSecond) = (0.0, 0.0)
    for row in rows {
      greatestFirst = max(greatestFirst, abs(gradients[Int(row)].first))
      greatestSecond = max(greatestSecond, gradients[Int(row)].second)
    }
    let first = FixedPoint(maximum: greatestFirst, bits: 31)
    let second = FixedPoint(maximum: greatestSecond, bits: 31)
    guard !first.isZero, !second.isZero else { return nil }
    let whole = rows.map { row in
      let gradient = gradients[Int(row)]
      return SIMD2<Int32>(
        Int32(truncatingIfNeeded: first.whole(gradient.first)),
        Int32(truncatingIfNeeded: second.whole(gradient.second)))
    }
    nodes = Array(repeating: 0, count: rows.count)
    var values = [LeafSums(whole, nodes, count: 1, first, second).value(0, settings) ?? 0]
    var questions: [(feature: Int, cutIndex: Int)] = []
    count(level: 0, isCounted: [true], rows, whole)
    for level in 0..<settings.depth {
      guard let best = bestQuestion(level: level, first, second) else { break }
      questions.append(best)
      let sizes = split(rows, by: best, level: level)
      let sums = LeafSums(whole, nodes, count: 2 << level, first, second)
      values = (0..<2 << level).map { sums.value($0, settings) ?? values[$0 & ((1 << level) - 1)] }
      guard level + 1 < settings.depth else { break }
      let half = 1 << level
      var isCounted = [Bool](repeating: false, count: 2 * half)
      for node in 0..<half {
        isCounted[sizes[node] <= sizes[node + half] ? node : node + half] = true
      }
      count(level: level + 1, isCounted: isCounted, rows, whole)
    }
    guard !questions.isEmpty else { return nil }
    return GrownTree(questions: questions, leaves: values.map(Boosting.rounded))
  }

  /// Moves the rows to their new nodes; returns the nodes' numbers of rows.
  private mutating func split(
    _ rows: [Int32], by question: (feature: Int, cutIndex: Int), level: Int
  ) -> [Int] {
    var sizes = [Int](repeating: 0, count: 2 << level)
    let cut = UInt8(question.cutIndex)
    let start = question.feature * bins.rowCount
    bins.columns.withUnsafeBufferPointer { columns in
      nodes.withUnsafeMutableBufferPointer { nodes in
        rows.withUnsafeBufferPointer { rows in
          sizes.withUnsafeMutableBufferPointer { sizes in
            for position in 0..<rows.count {
              let isAbove: UInt8 = columns[start + Int(rows[position])] > cut ? 1 : 0
              nodes[position] |= isAbove << UInt8(level)
              sizes[Int(nodes[position])] += 1
            }
          }
        }
      }
    }
    return sizes
  }

  /// Brings the histograms to a level: of each two children one is counted, the other is what is
  /// left of the parent's.
  private mutating func count(
    level: Int, isCounted: [Bool], _ rows: [Int32], _ whole: [SIMD2<Int32>]
  ) {
    let width = TreeGrower.nodeWidth
    let half = level == 0 ? 0 : 1 << (level - 1)
    var entryCount = 0
    entries.withUnsafeMutableBufferPointer { entries in
      // What is counted lies where the upper child goes.
      let places = (0..<1 << level).map { Int32(($0 | half) * width) }
      for position in 0..<rows.count {
        let node = Int(nodes[position])
        entries[entryCount] = Entry(
          row: rows[position], node: places[node], first: whole[position].x,
          second: whole[position].y)
        entryCount += isCounted[node] ? 1 : 0
      }
    }
    let (rowCount, featureWidth) = (bins.rowCount, featureWidth)
    bins.columns.withUnsafeBufferPointer { columns in
      histograms.withUnsafeMutableBufferPointer { histograms in
        entries.withUnsafeBufferPointer { entries in
          let entries = UnsafeBufferPointer(rebasing: entries[..<entryCount])
          for feature in bins.cuts.indices where !bins.cuts[feature].isEmpty {
            let own = histograms.baseAddress! + feature * featureWidth
            (own + half * width).update(repeating: 0, count: max(1, half) * width)
            TreeGrower.count(entries, columns.baseAddress! + feature * rowCount, own)
            for lower in 0..<half {
              let (low, high) = (own + lower * width, own + (lower + half) * width)
              if isCounted[lower] {
                for bin in 0..<width {
                  let counted = high[bin]
                  high[bin] = low[bin] &- counted
                  low[bin] = counted
                }
              } else {
                for bin in 0..<width { low[bin] &-= high[bin] }
              }
            }
          }
        }
      }
    }
  }

  @inline(never)
  private static func count(
    _ entries: UnsafeBufferPointer<Entry>, _ column: UnsafePointer<UInt8>,
    _ histogram: UnsafeMutablePointer<Int64>
  ) {
    for entry in entries {
      let place = Int(entry.node) &+ 2 &* Int(column[Int(entry.row)])
      histogram[place] &+= Int64(entry.first)
      histogram[place &+ 1] &+= Int64(entry.second)
    }
  }

  private func bestQuestion(
    level: Int, _ first: FixedPoint, _ second: FixedPoint
  ) -> (feature: Int, cutIndex: Int)? {
    var best: (feature: Int, cutIndex: Int)?
    // What rounding makes of nothing is no gain.
    let slope = first.greatest
    var bestGain = 1e-9 * slope * slope / (second.greatest + settings.regularisation)
    var gains = [Double](repeating: 0, count: BoostingBins.maximumBinCount)
    let scan = NodeScan(first: first, second: second, settings: settings)
    histograms.withUnsafeBufferPointer { histograms in
      for feature in bins.cuts.indices {
        let cutCount = bins.cuts[feature].count
        for cut in 0..<cutCount { gains[cut] = 0 }
        for node in 0..<1 << level {
          let start = feature * featureWidth + node * TreeGrower.nodeWidth
          scan.add(UnsafeBufferPointer(rebasing: histograms[start...]), cutCount, to: &gains)
        }
        for cut in 0..<cutCount where gains[cut] > bestGain {
          best = (feature, cut)
          bestGain = gains[cut]
        }
      }
    }
    return best
  }
}

/// What each cut gains in one node.
private struct NodeScan {
  let first: FixedPoint
  let second: FixedPoint
  let settings: Boosting

  func add(_ histogram: UnsafeBufferPointer<Int64>, _ cutCount: Int, to gains: inout [Double]) {
    guard cutCount > 0 else { return }
    var (wholeFirst, wholeSecond) = (Int64(0), Int64(0))
    for bin in 0...cutCount {
      wholeFirst &+= histogram[2 * bin]
      wholeSecond &+= histogram[2 * bin + 1]
    }
    guard second.value(wholeSecond) >= 2 * settings.minimumHessian else { return }
    let together = gain(wholeFirst, wholeSecond)
    var (leftFirst, leftSecond) = (Int64(0), Int64(0))
    for cut in 0..<cutCount {
      leftFirst &+= histogram[2 * cut]
      leftSecond &+= histogram[2 * cut + 1]
      guard second.value(leftSecond) >= settings.minimumHessian else { continue }
      let rightSecond = wholeSecond &- leftSecond
      guard second.value(rightSecond) >= settings.minimumHessian else { break }
      gains[cut] +=
        gain(leftFirst, leftSecond) + gain(wholeFirst &- leftFirst, rightSecond) - together
    }
  }

  @inline(__always) private func gain(_ sum: Int64, _ curve: Int64) -> Double {
    let slope = first.value(sum)
    return slope * slope / (second.value(curve) + settings.regularisation)
  }
}

/// The sums of the two derivatives by node.
private struct LeafSums {
  private var sums: [SIMD2<Int64>]
  private let first: FixedPoint
  private let second: FixedPoint

  init(
    _ whole: [SIMD2<Int32>], _ nodes: [UInt8], count: Int, _ first: FixedPoint, _ second: FixedPoint
  ) {
    sums = Array(repeating: .zero, count: count)
    (self.first, self.second) = (first, second)
    for (gradient, node) in zip(whole, nodes) {
      sums[Int(node)] &+= SIMD2<Int64>(Int64(gradient.x), Int64(gradient.y))
    }
  }

  /// The step of a node; nil below the minimum of H.
  func value(_ node: Int, _ settings: Boosting) -> Double? {
    let curve = second.value(sums[node].y)
    guard curve >= settings.minimumHessian else { return nil }
    return -settings.rate * first.value(sums[node].x) / (curve + settings.regularisation)
  }
}
