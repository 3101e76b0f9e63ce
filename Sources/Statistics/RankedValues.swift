// How ranks are kept
// ------------------
// Quintile cuts need "the k-th smallest of a million" after every order. The values lie sorted in
// chunks of a few hundred: an insertion finds its chunk by bisection over the chunks' last values
// and moves part of one chunk; a rank is found by walking the chunks' counts. With n values that is
// O(sqrt n) at worst for each, with tiny constants, where sorting anew would be O(n log n). A chunk
// that grows to twice the size is split; an empty one is taken out.

/// A multiset of integers that answers which value has a rank.
package struct RankedValues: Equatable, Sendable {
  private static let chunkSize = 512
  /// Sorted inside and among each other; none is empty.
  private var chunks: [[Int64]] = []
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
  }

  /// All values, ascending.
  package var sorted: [Int64] { Array(chunks.joined()) }

  /// The value of that rank, ascending from 0.
  package subscript(rank: Int) -> Int64 {
    precondition(rank >= 0 && rank < count, "ranks are below the count")
    var rest = rank
    for chunk in chunks {
      if rest < chunk.count { return chunk[rest] }
      rest -= chunk.count
    }
    preconditionFailure("the chunks hold as many values as counted")
  }

  package mutating func insert(_ value: Int64) {
    count += 1
    if chunks.isEmpty {
      chunks.append([value])
      return
    }
    let index = min(chunk(reaching: value), chunks.count - 1)
    chunks[index].insert(value, at: Self.position(of: value, in: chunks[index]))
    if chunks[index].count < 2 * Self.chunkSize { return }
    let upper = Array(chunks[index][Self.chunkSize...])
    chunks[index].removeLast(upper.count)
    chunks.insert(upper, at: index + 1)
  }

  /// Takes one occurrence away; the value must be there.
  package mutating func remove(_ value: Int64) {
    let index = chunk(reaching: value)
    precondition(index < chunks.count, "only what is there is removed")
    let position = Self.position(of: value, in: chunks[index])
    precondition(chunks[index][position] == value, "only what is there is removed")
    chunks[index].remove(at: position)
    count -= 1
    if chunks[index].isEmpty { chunks.remove(at: index) }
  }

  /// The first chunk whose last value is not below `value`.
  private func chunk(reaching value: Int64) -> Int {
    var low = 0
    var high = chunks.count
    while low < high {
      let middle = (low + high) / 2
      if chunks[middle][chunks[middle].count - 1] < value {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// The first position whose value is not below `value`.
  private static func position(of value: Int64, in chunk: [Int64]) -> Int {
    var low = 0
    var high = chunk.count
    while low < high {
      let middle = (low + high) / 2
      if chunk[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Equal when they hold the same values, however these lie in chunks.
  package static func == (left: RankedValues, right: RankedValues) -> Bool {
    left.count == right.count && left.chunks.joined().elementsEqual(right.chunks.joined())
  }
}
