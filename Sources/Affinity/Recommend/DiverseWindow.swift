import Shop

// How a list is spread out
// ------------------------
// Maximal marginal relevance (Carbonell and Goldstein 1998): the next slot is, of the next 64
// candidates that may be shown, the one of the greatest
//
//   (1 - diversity) x score  -  diversity x spread x similarity
//
// with the greatest similarity to a slot taken so far, and the spread of the scores among the 64.
// This is the usual form, scores scaled to 0...1 over the window, times the spread; where the
// spread is zero the similarity decides alone. Of equals the one that is ranked higher wins.
//
// Two items resemble each other by 0.7 if they share the narrowest category, 0.3 more if they share
// the brand, or by the root of what one says of the other (`Evidence`), whichever is more: shops
// without categories are spread by what is bought together.
//
// All of it looks at what is taken and at what comes next, and never at how many are wanted: the
// first n of a list are the list of n.

/// The candidates that a diverse list chooses among, in the order of their scores.
struct DiverseWindow {
  static let size = 64
  static let categoryWeight = 0.7
  static let brandWeight = 0.3

  /// A slot that was taken.
  private struct Pick {
    var mark: ItemMarks
    var row: EvidenceRow
  }

  private struct Entry {
    var ranked: Ranked
    /// The greatest to a slot taken so far, 0 to 1.
    var similarity: Double
  }

  private var entries: [Entry] = []
  private var picks: [Pick] = []
  private let diversity: Double
  private let marks: [ItemMarks]

  /// - Parameter diversity: above 0, at most 1.
  init(diversity: Double, marks: [ItemMarks]) {
    self.diversity = diversity
    self.marks = marks
  }

  var isFull: Bool { entries.count >= DiverseWindow.size }

  mutating func append(_ ranked: Ranked) {
    let similarity = picks.reduce(0) { max($0, self.similarity(ranked.item, $1)) }
    entries.append(Entry(ranked: ranked, similarity: similarity))
  }

  /// A slot was taken: what resembles it falls back. O(window x log neighbours).
  mutating func note(_ item: Int32, _ row: EvidenceRow) {
    let pick = Pick(mark: marks[Int(item)], row: row)
    picks.append(pick)
    for index in entries.indices {
      let other = similarity(entries[index].ranked.item, pick)
      entries[index].similarity = max(entries[index].similarity, other)
    }
  }

  /// Takes out the best entry, with what resembling an earlier slot costs it. O(window).
  mutating func takeBest() -> (ranked: Ranked, penalty: Double)? {
    guard let first = entries.first, let last = entries.last else { return nil }
    let spread = first.ranked.score - last.ranked.score
    var (best, bestValue) = (0, -Double.infinity)
    for (index, entry) in entries.enumerated() {
      let scaled = spread > 0 ? (entry.ranked.score - last.ranked.score) / spread : 1
      let value = (1 - diversity) * scaled - diversity * entry.similarity
      if value > bestValue { (best, bestValue) = (index, value) }
    }
    let entry = entries.remove(at: best)
    return (entry.ranked, spread > 0 ? diversity * spread * entry.similarity : 0)
  }

  private func similarity(_ item: Int32, _ pick: Pick) -> Double {
    let mark = marks[Int(item)]
    var shared = 0.0
    if mark.category >= 0, mark.category == pick.mark.category {
      shared += DiverseWindow.categoryWeight
    }
    if mark.brand >= 0, mark.brand == pick.mark.brand { shared += DiverseWindow.brandWeight }
    return max(shared, min(1, pick.row.strength(of: item).squareRoot()))
  }
}
