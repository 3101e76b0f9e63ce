/// Dense scratch over all items for one question: scores and the list of items that have one.
///
/// Everything is zero in between, so that a question costs what it touches and not what the shop
/// holds.
struct Workspace: Sendable {
  private(set) var scores: [Double] = []
  private(set) var touched: [Int32] = []
  /// How much the customer bought of each item; set and cleared with the purchase history.
  var bought: [Double] = []

  mutating func prepare(itemCount: Int) {
    if bought.count < itemCount {
      bought.append(contentsOf: repeatElement(0, count: itemCount - bought.count))
    }
    if scores.count < itemCount {
      scores.append(contentsOf: repeatElement(0, count: itemCount - scores.count))
    }
  }

  /// Adds to an item's score; amounts are above zero.
  mutating func add(_ amount: Double, to item: Int32) {
    if scores[Int(item)] == 0 { touched.append(item) }
    scores[Int(item)] += amount
  }

  /// Adds a share times `factor` to every item that has a score. O(items that have one).
  mutating func addToTouched(_ shares: [Double], times factor: Double) {
    let touched = self.touched
    scores.withUnsafeMutableBufferPointer { scores in
      shares.withUnsafeBufferPointer { shares in
        for item in touched where Int(item) < shares.count {
          scores[Int(item)] += factor * shares[Int(item)]
        }
      }
    }
  }

  /// Adds a row of evidence, each strength times `factor`. O(neighbours): the hot loop of
  /// `recommend`.
  mutating func add(_ row: EvidenceRow, times factor: Double) {
    Workspace.accumulate(row, factor, &scores, &touched)
  }

  private static func accumulate(
    _ row: EvidenceRow, _ factor: Double, _ scores: inout [Double], _ touched: inout [Int32]
  ) {
    let count = row.neighbours.count
    touched.reserveCapacity(touched.count + count)
    row.neighbours.withUnsafeBufferPointer { neighbours in
      row.strengths.withUnsafeBufferPointer { strengths in
        scores.withUnsafeMutableBufferPointer { scores in
          for index in 0..<count {
            let item = Int(neighbours[index])
            let before = scores[item]
            scores[item] = before + strengths[index] * factor
            if before == 0 { touched.append(neighbours[index]) }
          }
        }
      }
    }
  }

  /// Marks an item as out of the question: its score is below zero, and it is no candidate.
  mutating func close(_ item: Int32) {
    if scores[Int(item)] == 0 { touched.append(item) }
    scores[Int(item)] = -1
  }

  /// The items of a score above zero. O(touched).
  func candidates() -> [Ranked] {
    var candidates: [Ranked] = []
    candidates.reserveCapacity(touched.count)
    scores.withUnsafeBufferPointer { scores in
      for item in touched where scores[Int(item)] > 0 {
        candidates.append(Ranked(item: item, score: scores[Int(item)]))
      }
    }
    return candidates
  }

  /// Makes everything zero again. O(touched + history).
  mutating func clear(_ history: PurchaseHistory) {
    let touched = self.touched
    scores.withUnsafeMutableBufferPointer { scores in
      for item in touched { scores[Int(item)] = 0 }
    }
    self.touched.removeAll(keepingCapacity: true)
    for entry in history.items { bought[Int(entry.item)] = 0 }
  }
}
