/// Picks the best of a row by estimates first, and orders what is left exactly.
///
/// Which estimates can matter is found without going through them one by one: the row is cut into
/// some 256 groups, of which only the largest estimate each is looked at. The fiftieth of those is
/// a floor under the row's fiftieth, since fifty groups have one that reaches it; and few more than
/// fifty of the row do.
struct NeighbourSelector<Measure: NeighbourMeasure>: ~Copyable {
  typealias Eight = SIMD8<Float>

  private static var lanes: Int { 8 }
  /// Vectors of group maxima, at most about twice as many.
  private static var groupVectorCount: Int { 32 }
  /// Above what an estimate and an exact score can differ by.
  private static var margin: Float { 1 - 1e-5 }

  struct Candidate {
    var order: Double
    var item: Int32

    @inline(__always) static func precedes(_ left: Candidate, _ right: Candidate) -> Bool {
      left.order != right.order ? left.order > right.order : left.item < right.item
    }
  }

  private let kept: Int
  private let maxima: UnsafeMutablePointer<Eight>
  /// Room for a whole row: all of it may tie.
  private let candidates: UnsafeMutablePointer<Candidate>

  init(kept: Int, itemCount: Int) {
    self.kept = kept
    maxima = .allocate(capacity: Self.groupVectorCount * 2 + 1)
    candidates = .allocate(capacity: itemCount + 1)
  }

  deinit {
    maxima.deallocate()
    candidates.deallocate()
  }

  /// An estimate that the row's best `kept` reach; below the least positive one where there are
  /// not so many.
  ///
  /// - Parameter estimates: of the row, a multiple of eight of them.
  func floor(_ estimates: UnsafePointer<Eight>, vectorCount: Int) -> Float {
    let least = Float.leastNonzeroMagnitude
    if vectorCount * Self.lanes <= kept { return least }
    let groupSize = max(1, vectorCount / Self.groupVectorCount)
    var groupCount = 0
    var index = 0
    var largest = Eight.zero
    while index < vectorCount {
      var maximum = estimates[index]
      let end = min(vectorCount, index &+ groupSize)
      index &+= 1
      while index < end {
        let next = estimates[index]
        maximum.replace(with: next, where: next .> maximum)
        index &+= 1
      }
      maxima[groupCount] = maximum
      largest.replace(with: maximum, where: maximum .> largest)
      groupCount &+= 1
    }
    if groupCount * Self.lanes < kept { return least }
    // By halves, over the bits of the floats, which order like the floats: a floor that `kept`
    // maxima reach, and not many more.
    var low: UInt32 = 1
    var high = largest.max().bitPattern &+ 1
    if reaching(least, groupCount) < kept { return least }
    while high &- low > 1 {
      let middle = low &+ (high &- low) / 2
      let count = reaching(Float(bitPattern: middle), groupCount)
      if count < kept {
        high = middle
      } else {
        low = middle
        if count <= kept &+ 4 { break }
      }
    }
    return max(least, Float(bitPattern: low) * Self.margin)
  }

  /// How many maxima are at least that large.
  private func reaching(_ floor: Float, _ groupCount: Int) -> Int {
    var counts = SIMD8<Int32>.zero
    let floors = Eight(repeating: floor)
    for group in 0..<groupCount {
      counts.replace(with: counts &+ 1, where: maxima[group] .>= floors)
    }
    return Int(counts.wrappedSum())
  }

  @inline(__always) func put(_ candidate: Candidate, at place: Int) {
    candidates[place] = candidate
  }

  /// Writes the best of so many candidates as an item's list, best first.
  func finish(_ candidateCount: Int, item: Int, into storage: ListStorage) {
    if candidateCount > kept { select(of: candidateCount) }
    let count = min(kept, candidateCount)
    sort(count)
    storage.counts[item] = Int32(count)
    let start = item * kept
    for place in 0..<count {
      storage.items[start + place] = candidates[place].item
      storage.scores[start + place] = Float(Measure.score(order: candidates[place].order))
    }
  }

  /// Insertion by binary search would move as much; fifty are few.
  private func sort(_ count: Int) {
    guard count > 1 else { return }
    for place in 1..<count {
      let candidate = candidates[place]
      var hole = place
      while hole > 0, Candidate.precedes(candidate, candidates[hole &- 1]) {
        candidates[hole] = candidates[hole &- 1]
        hole &-= 1
      }
      candidates[hole] = candidate
    }
  }

  /// Brings the best `kept` to the front, in any order (quickselect).
  private func select(of count: Int) {
    var low = 0
    var high = count
    while high - low > 1, kept < high, kept > low {
      let pivot = median(candidates[low], candidates[(low + high) / 2], candidates[high - 1])
      var left = low
      var right = high - 1
      while left <= right {
        while Candidate.precedes(candidates[left], pivot) { left += 1 }
        while Candidate.precedes(pivot, candidates[right]) { right -= 1 }
        if left <= right {
          let moved = candidates[left]
          candidates[left] = candidates[right]
          candidates[right] = moved
          left += 1
          right -= 1
        }
      }
      if kept <= right + 1 {
        high = right + 1
      } else if kept >= left {
        low = left
      } else {
        return
      }
    }
  }

  private func median(_ one: Candidate, _ two: Candidate, _ three: Candidate) -> Candidate {
    if Candidate.precedes(one, two) {
      if Candidate.precedes(two, three) { return two }
      return Candidate.precedes(one, three) ? three : one
    }
    if Candidate.precedes(one, three) { return one }
    return Candidate.precedes(two, three) ? three : two
  }
}
