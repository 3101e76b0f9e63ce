// How ranks are kept
// ------------------
// Quintile cuts need "the k-th smallest of a million" after every order. The values lie sorted in
// chunks of a few hundred. The chunks' last values lie beside each other, so that an insertion
// finds its chunk by bisection without touching any other, and moves part of one; the chunks'
// counts are a Fenwick tree (Fenwick 1994, "A new data structure for cumulative frequency tables"),
// so that a rank is found in as many steps as the number of chunks has bits. A chunk that grows to
// twice the size is split, an empty one is taken out, and then the tree is made anew: O(chunks),
// once in hundreds of changes. With n values a change is O(chunk size + log n), a rank O(log n).

/// A multiset of integers that answers which value has a rank.
package struct RankedValues: Equatable, Sendable {
  private static let chunkSize = 256
  /// Sorted inside and among each other; none is empty.
  private var chunks: [[Int64]] = []
  /// The last value of each chunk.
  private var lasts: [Int64] = []
  /// The counts of the chunks as a Fenwick tree, from 1.
  private var tree: [Int] = [0]
  package private(set) var count = 0

  package init() {}

  /// Takes all values at once. O(n log n).
  package init(_ values: [Int64]) { self.init(sorted: values.sorted()) }

  /// Takes values that ascend. O(n).
  package init(sorted: some RandomAccessCollection<Int64>) {
    count = sorted.count
    let sorted = Array(sorted)
    var start = 0
    while start < sorted.count {
      let end = min(start + Self.chunkSize, sorted.count)
      chunks.append(Array(sorted[start..<end]))
      start = end
    }
    noteChunks()
  }

  /// All values, ascending.
  package var sorted: [Int64] { Array(chunks.joined()) }

  /// The value of that rank, ascending from 0. O(log n).
  package subscript(rank: Int) -> Int64 {
    precondition(rank >= 0 && rank < count, "ranks are below the count")
    var rest = rank
    var place = 0
    var step = 1 << (Int.bitWidth - 1 - chunks.count.leadingZeroBitCount)
    while step > 0 {
      if place + step < tree.count, tree[place + step] <= rest {
        place += step
        rest -= tree[place]
      }
      step >>= 1
    }
    return chunks[place][rest]
  }

  package mutating func insert(_ value: Int64) {
    count += 1
    if chunks.isEmpty {
      chunks.append([value])
      noteChunks()
      return
    }
    let index = min(Self.position(of: value, in: lasts), chunks.count - 1)
    chunks[index].insert(value, at: Self.position(of: value, in: chunks[index]))
    if value > lasts[index] { lasts[index] = value }
    if chunks[index].count < 2 * Self.chunkSize {
      add(1, at: index)
      return
    }
    let upper = Array(chunks[index][Self.chunkSize...])
    chunks[index].removeLast(upper.count)
    chunks.insert(upper, at: index + 1)
    noteChunks()
  }

  /// Takes one occurrence away; the value must be there.
  package mutating func remove(_ value: Int64) {
    let index = Self.position(of: value, in: lasts)
    precondition(index < chunks.count, "only what is there is removed")
    let position = Self.position(of: value, in: chunks[index])
    precondition(chunks[index][position] == value, "only what is there is removed")
    chunks[index].remove(at: position)
    count -= 1
    if let last = chunks[index].last {
      lasts[index] = last
      add(-1, at: index)
    } else {
      chunks.remove(at: index)
      noteChunks()
    }
  }

  /// Makes what is known of the chunks anew. O(chunks).
  private mutating func noteChunks() {
    lasts = chunks.map { $0[$0.count - 1] }
    tree = [0] + chunks.map(\.count)
    for place in tree.indices.dropFirst() {
      let next = place + (place & -place)
      if next < tree.count { tree[next] += tree[place] }
    }
  }

  private mutating func add(_ difference: Int, at index: Int) {
    var place = index + 1
    while place < tree.count {
      tree[place] += difference
      place += place & -place
    }
  }

  /// The first position whose value is not below `value`.
  private static func position(of value: Int64, in values: [Int64]) -> Int {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Equal when they hold the same values, however these lie in chunks.
  package static func == (left: RankedValues, right: RankedValues) -> Bool {
    left.count == right.count && left.chunks.joined().elementsEqual(right.chunks.joined())
  }
}
