/// Counts rows and lists their best; one of its kind per worker.
struct NeighbourRows<
  Rank: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable, Measure: NeighbourMeasure
>: ~Copyable {
  typealias Eight = SIMD8<Float>

  /// Transactions whose places are looked up ahead.
  private static var batchCount: Int { 16 }
  private static var lanes: Int { 8 }

  private let matrix: RankedIncidence<Rank>
  private let minimumShared: Int32
  private let selector: NeighbourSelector<Measure>
  /// Eights that hold all ranks.
  private let vectorCount: Int
  /// A count per rank, all zero in between.
  private let counts: UnsafeMutablePointer<Int32>
  /// The ranks that a short row touched.
  private let touched: UnsafeMutablePointer<Int32>
  /// `Measure.figure` by rank.
  private let figures: UnsafeMutablePointer<Float>
  private let estimates: UnsafeMutablePointer<Eight>
  /// Keeps the looks ahead from being left out as useless.
  private let glance: UnsafeMutablePointer<UInt64>

  init(_ matrix: RankedIncidence<Rank>, kept: Int, minimumShared: Int32) {
    self.matrix = matrix
    self.minimumShared = minimumShared
    let itemCount = matrix.itemAt.count
    selector = NeighbourSelector(kept: kept, itemCount: itemCount)
    vectorCount = (itemCount + Self.lanes - 1) / Self.lanes
    let padded = vectorCount * Self.lanes
    counts = .allocate(capacity: padded)
    counts.initialize(repeating: 0, count: padded)
    touched = .allocate(capacity: padded + 1)
    figures = .allocate(capacity: padded)
    figures.initialize(repeating: 1, count: padded)
    for rank in 0..<itemCount { figures[rank] = Measure.figure(target: matrix.counts[rank]) }
    estimates = .allocate(capacity: vectorCount)
    glance = .allocate(capacity: 1)
    glance.initialize(to: 0)
  }

  deinit {
    counts.deallocate()
    touched.deallocate()
    figures.deallocate()
    estimates.deallocate()
    glance.deallocate()
  }

  func list(of rank: Int, into storage: ListStorage) {
    let measure = Measure(source: matrix.counts[rank], total: matrix.transactionCount)
    // To go through a place of the scratch costs about an eighth of what a touched one does.
    let candidateCount =
      matrix.lineCounts[rank] > vectorCount ? longRow(rank, measure) : shortRow(rank, measure)
    selector.finish(candidateCount, item: Int(matrix.itemAt[rank]), into: storage)
  }

  // MARK: Counting

  /// Hands the run of each of the item's transactions to `body`, sixteen looked up at a time.
  @inline(__always)
  private func forEachRun(of rank: Int, _ body: (UnsafePointer<Rank>, Int) -> Void) {
    let counted = Int(matrix.transactionStarts[rank])..<Int(matrix.transactionStarts[rank + 1])
    matrix.transactions.withUnsafeBufferPointer { transactions in
      matrix.starts.withUnsafeBufferPointer { starts in
        matrix.ranks.withUnsafeBufferPointer { ranks in
          guard let base = ranks.baseAddress else { return }
          withUnsafeTemporaryAllocation(of: (Int32, Int32).self, capacity: Self.batchCount) {
            runs in
            var place = counted.lowerBound
            var sum: UInt64 = 0
            while place < counted.upperBound {
              let count = min(Self.batchCount, counted.upperBound - place)
              for index in 0..<count {
                let transaction = Int(transactions[place + index])
                runs[index] = (starts[transaction], starts[transaction + 1])
                sum &+= UInt64(truncatingIfNeeded: base[Int(runs[index].0)])
              }
              for index in 0..<count {
                let (start, end) = runs[index]
                body(base + Int(start), Int(end - start))
              }
              place += count
            }
            glance.pointee &+= sum
          }
        }
      }
    }
  }

  private func countAll(_ rank: Int) {
    let counts = self.counts
    forEachRun(of: rank) { run, length in
      for index in 0..<length { counts[Int(run[index])] &+= 1 }
    }
  }

  private func countTouched(_ rank: Int) -> Int {
    let (counts, touched) = (self.counts, self.touched)
    var touchedCount = 0
    forEachRun(of: rank) { run, length in
      for index in 0..<length {
        let other = Int(run[index])
        let before = counts[other]
        counts[other] = before &+ 1
        // Written always, counted where there was nothing before (only 0 - 1 has the sign bit), so
        // that there is no branch to mispredict.
        touched[touchedCount] = Int32(truncatingIfNeeded: other)
        touchedCount &+= Int(truncatingIfNeeded: UInt32(bitPattern: before &- 1) &>> 31)
      }
    }
    return touchedCount
  }

  // MARK: Picking

  /// A row of many lines: all of the scratch is gone through, eight places at a time. Answers how
  /// many candidates were put.
  private func longRow(_ rank: Int, _ measure: Measure) -> Int {
    countAll(rank)
    counts[rank] = 0
    let raw = UnsafeRawPointer(counts)
    let rawFigures = UnsafeRawPointer(figures)
    for vector in 0..<vectorCount {
      let offset = vector &* 32
      estimates[vector] = estimate(
        raw.loadUnaligned(fromByteOffset: offset, as: SIMD8<Int32>.self),
        rawFigures.loadUnaligned(fromByteOffset: offset, as: Eight.self), measure)
    }
    let candidateCount = gather(vectorCount, measure) { $0 }
    counts.update(repeating: 0, count: vectorCount &* Self.lanes)
    return candidateCount
  }

  /// A row of few lines: only what it touched.
  private func shortRow(_ rank: Int, _ measure: Measure) -> Int {
    let touchedCount = countTouched(rank)
    counts[rank] = 0
    let vectors = (touchedCount &+ Self.lanes &- 1) / Self.lanes
    // The row's own rank has no count: it fills up the last eight.
    for index in touchedCount..<vectors &* Self.lanes {
      touched[index] = Int32(truncatingIfNeeded: rank)
    }
    for vector in 0..<vectors {
      var shared = SIMD8<Int32>.zero
      var own = Eight.zero
      for lane in 0..<Self.lanes {
        let other = Int(touched[vector &* Self.lanes &+ lane])
        shared[lane] = counts[other]
        own[lane] = figures[other]
      }
      estimates[vector] = estimate(shared, own, measure)
    }
    let touched = self.touched
    let candidateCount = gather(vectors, measure) { Int(touched[$0]) }
    for index in 0..<touchedCount { counts[Int(touched[index])] = 0 }
    return candidateCount
  }

  @inline(__always)
  private func estimate(
    _ shared: SIMD8<Int32>, _ figures: Eight, _ measure: Measure
  ) -> Eight {
    var amounts = Eight(shared)
    if minimumShared > 1 {
      amounts.replace(with: 0, where: amounts .< Float(minimumShared))
    }
    return measure.estimate(shared: amounts, figures: figures)
  }

  /// Scores exactly what may be among the best.
  @inline(__always)
  private func gather(_ vectorCount: Int, _ measure: Measure, _ rankAt: (Int) -> Int) -> Int {
    let floors = Eight(repeating: selector.floor(estimates, vectorCount: vectorCount))
    var candidateCount = 0
    for vector in 0..<vectorCount {
      let passing = estimates[vector] .>= floors
      if !any(passing) { continue }
      for lane in 0..<Self.lanes where passing[lane] {
        let rank = rankAt(vector &* Self.lanes &+ lane)
        let order = measure.order(shared: counts[rank], target: matrix.counts[rank])
        selector.put(.init(order: order, item: matrix.itemAt[rank]), at: candidateCount)
        candidateCount &+= 1
      }
    }
    return candidateCount
  }
}
