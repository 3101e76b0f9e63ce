// How all neighbour lists are made
// --------------------------------
// The row of an item is counted into dense scratch, one addition per line of its transactions. Then
// the best fifty are picked out of what was touched:
//
//   - Items are numbered by how often they occur (`RankedIncidence`), so that most additions fall
//     into a few kilobytes of the scratch.
//   - The runs of sixteen transactions are looked up before any is counted, so that their cache
//     misses overlap: a random run is most often the slowest thing of all.
//   - A row of many lines goes through the whole scratch, eight counts at a time; one of few keeps
//     a list of what it touched.
//   - Pairs are estimated in floats, eight at a time, and a floor is found that fifty of the row
//     reach and few more (`NeighbourSelector`). Only those are scored, in doubles, and ordered.
//
// Ties: higher score, then the smaller item index; at the cut too. Scores that are equal as
// fractions are equal as doubles, since what is compared is rounded once: for cosine the square.
//
// Workers share the matrix and take every so-manieth rank, which evens the work out: ranks next to
// each other have rows of about one length. Each writes its own lists, so there is no lock.

/// Runs its argument once for each number below a count, at the same time or one after the other,
/// and returns when all are done.
package typealias Concurrently = (Int, @escaping @Sendable (Int) -> Void) -> Void

/// For every item the nearest others, best first; ties by the smaller item index.
package struct NeighbourLists: Sendable {
  /// The measures that follow from counts alone.
  package static let measures: Set<SimilarityMeasure> = [
    .cosine, .jaccard, .lift, .logLikelihoodRatio,
  ]

  package let itemCount: Int
  /// The most that a list has.
  package let kept: Int
  private let storage: ListStorage

  /// Makes all lists. O(sum over transactions of their size squared).
  ///
  /// - Parameters:
  ///   - measure: one of `measures`. Only scores above zero are listed.
  ///   - kept: how long a list is at most.
  ///   - minimumShared: transactions that hold both, at least.
  ///   - workerCount: how many threads to ask `concurrently` for.
  ///
  /// Memory beyond the matrix: 8 bytes a line, 8 a neighbour, 32 an item and worker.
  package init(
    _ matrix: consuming IncidenceMatrix, measure: SimilarityMeasure, kept: Int = 50,
    minimumShared: Int = 2, workerCount: Int = 1, concurrently: Concurrently
  ) {
    precondition(NeighbourLists.measures.contains(measure), "a measure of counts alone")
    precondition(kept > 0 && minimumShared > 0 && workerCount > 0, "counts above zero")
    itemCount = matrix.itemCount
    self.kept = kept
    storage = ListStorage(itemCount: matrix.itemCount, kept: kept)
    let shared = Int32(clamping: minimumShared)
    if matrix.itemCount <= Int(UInt16.max) + 1 {
      let ranked = RankedIncidence<UInt16>(consume matrix)
      NeighbourLists.fill(storage, ranked, measure, shared, workerCount, concurrently)
    } else {
      let ranked = RankedIncidence<UInt32>(consume matrix)
      NeighbourLists.fill(storage, ranked, measure, shared, workerCount, concurrently)
    }
  }

  private static func fill<Rank>(
    _ storage: ListStorage, _ matrix: RankedIncidence<Rank>, _ measure: SimilarityMeasure,
    _ minimumShared: Int32, _ workerCount: Int, _ concurrently: Concurrently
  ) {
    func fill<Measure: NeighbourMeasure>(by measure: Measure.Type) {
      concurrently(workerCount) { worker in
        let rows = NeighbourRows<Rank, Measure>(
          matrix, kept: storage.kept, minimumShared: minimumShared)
        for rank in stride(from: worker, to: matrix.itemAt.count, by: workerCount) {
          rows.list(of: rank, into: storage)
        }
      }
    }
    switch measure {
    case .cosine: fill(by: CosineMeasure.self)
    case .jaccard: fill(by: JaccardMeasure.self)
    case .lift: fill(by: LiftMeasure.self)
    default: fill(by: LogLikelihoodMeasure.self)
    }
  }

  /// How many neighbours an item has in its list.
  package func count(of item: Int) -> Int { Int(storage.counts[item]) }

  /// A neighbour of an item, the nearest at 0.
  package subscript(item: Int, place: Int) -> (item: Int32, score: Float) {
    precondition(place >= 0 && place < count(of: item), "the place is of the list")
    return (
      item: storage.items[item * kept + place], score: storage.scores[item * kept + place]
    )
  }
}

/// Where workers put their lists, each those of its own items.
final class ListStorage: @unchecked Sendable {
  let kept: Int
  let counts: UnsafeMutablePointer<Int32>
  let items: UnsafeMutablePointer<Int32>
  let scores: UnsafeMutablePointer<Float>

  init(itemCount: Int, kept: Int) {
    self.kept = kept
    counts = .allocate(capacity: itemCount)
    counts.initialize(repeating: 0, count: itemCount)
    // Written as far as lists go; pages that no list reaches are never touched.
    items = .allocate(capacity: itemCount * kept)
    scores = .allocate(capacity: itemCount * kept)
  }

  deinit {
    counts.deallocate()
    items.deallocate()
    scores.deallocate()
  }
}
