extension BoostedTrees {
  typealias Lanes = SIMD16<Float>
  typealias Bits = SIMD16<Int32>

  /// Scores many rows; each is what `score` gives for it.
  ///
  /// Sixteen rows at a time: their features are laid out by column, and each question is one
  /// comparison for all of them. - Parameters:
  ///   - rows: row-major, `featureCount` numbers each; NaN is above no cut.
  ///   - scores: at least `count`.
  package func score(
    rows: UnsafeBufferPointer<Float>, count: Int, into scores: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(count >= 0 && scores.count >= count && rows.count / featureCount >= count)
    guard count > 0 else { return }
    withUnsafeTemporaryAllocation(of: Lanes.self, capacity: featureCount) { columns in
      withUnsafeTemporaryAllocation(of: Bits.self, capacity: 1) { places in
        trees.withUnsafeBufferPointer { trees in
          splits.withUnsafeBufferPointer { splits in
            leaves.withUnsafeBufferPointer { leaves in
              for start in stride(from: 0, to: count, by: 16) {
                let lanes = min(16, count - start)
                transpose(rows, from: start, lanes, into: columns)
                for lane in 0..<lanes { scores[start + lane] = base }
                for tree in trees {
                  places[0] = BoostedTrees.places(tree, splits, columns)
                  BoostedTrees.add(
                    tree, leaves, UnsafeRawPointer(places.baseAddress), lanes, scores, start)
                }
              }
            }
          }
        }
      }
    }
  }

  /// The leaf of each lane.
  @inline(__always)
  private static func places(
    _ tree: Tree, _ splits: UnsafeBufferPointer<Split>,
    _ columns: UnsafeMutableBufferPointer<Lanes>
  ) -> Bits {
    let zero = Bits(repeating: 0)
    var leaf = zero
    var bit = Int32(1)
    for level in tree.firstSplit..<tree.firstSplit + tree.depth {
      let split = splits[level]
      let isAbove: SIMDMask<Bits> = columns[Int(split.feature)] .> Lanes(repeating: split.cut)
      leaf |= zero.replacing(with: Bits(repeating: bit), where: isAbove)
      bit <<= 1
    }
    return leaf
  }

  /// Adds each lane's leaf, by plain memory: taking lanes out of vectors one by one was slower.
  @inline(__always)
  private static func add(
    _ tree: Tree, _ leaves: UnsafeBufferPointer<Double>, _ places: UnsafeRawPointer?, _ lanes: Int,
    _ scores: UnsafeMutableBufferPointer<Double>, _ start: Int
  ) {
    guard let places = places?.assumingMemoryBound(to: Int32.self) else { return }
    for lane in 0..<lanes {
      scores[start + lane] += leaves[tree.firstLeaf &+ Int(places[lane])]
    }
  }

  /// Lanes behind the last row are zero.
  @inline(__always)
  private func transpose(
    _ rows: UnsafeBufferPointer<Float>, from start: Int, _ lanes: Int,
    into columns: UnsafeMutableBufferPointer<Lanes>
  ) {
    for feature in 0..<featureCount {
      var column = Lanes(repeating: 0)
      for lane in 0..<lanes { column[lane] = rows[(start + lane) * featureCount + feature] }
      columns.initializeElement(at: feature, to: column)
    }
  }
}
