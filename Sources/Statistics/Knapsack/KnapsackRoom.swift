/// What is left at one moment for a customer who gives up an option for another.
///
/// Of the bounds that hold for the new option, some hold for the old one as well and get back what
/// it used. So whether a pair fits is two comparisons, for all customers at once, instead of a walk
/// over its bounds for each.
struct KnapsackRoom: Sendable {
  /// By old option (the last row is for none) and new option: the most that the new one may cost
  /// under the bounds of the new one alone; below zero where it may not be given.
  private(set) var alone: [Int64]
  /// The same under the bounds of both: the most that it may cost more than the old one does.
  private(set) var shared: [Int64]
  /// By old option, whether anything could take its place.
  private(set) var isOpen: [Bool]

  /// O(options^2 x bounds of an option).
  ///
  /// - Parameter cheapest: the least that a pair of each option costs.
  init(_ knapsack: Knapsack, used: [Int64], cheapest: [Int64]) {
    let (cover, count) = (knapsack.cover, knapsack.optionCount)
    alone = Array(repeating: .max, count: (count + 1) * count)
    shared = alone
    isOpen = Array(repeating: false, count: count + 1)
    for old in 0...count {
      var isOfOld = [Bool](repeating: false, count: knapsack.bounds.count)
      if old < count { for bound in cover.bounds(of: old) { isOfOld[bound] = true } }
      for new in 0..<count {
        let place = old * count + new
        for bound in cover.bounds(of: new) {
          let left = knapsack.bounds[bound].limit - used[bound]
          switch (cover.isCost(bound), isOfOld[bound]) {
          case (true, true): shared[place] = min(shared[place], left)
          case (true, false): alone[place] = min(alone[place], left)
          // A head for a head.
          case (false, true): break
          case (false, false): if left < 1 { alone[place] = -1 }
          }
        }
        if cheapest[new] <= alone[place] { isOpen[old] = true }
      }
    }
  }
}

/// Sorting by the upper half of each number, where the lower halves ascend already.
enum RadixSort {
  /// Stable, least significant digit first, eleven bits at a time. O(n).
  static func sortByHighWord(_ keys: inout [UInt64]) {
    if keys.count < 4_096 {
      keys.sort()
      return
    }
    var others = [UInt64](repeating: 0, count: keys.count)
    for shift in [UInt64(32), 43, 54] {
      var places = [Int](repeating: 0, count: 2_049)
      for key in keys { places[Int(key >> shift & 0x7FF) + 1] += 1 }
      for digit in 1..<places.count { places[digit] += places[digit - 1] }
      for key in keys {
        let digit = Int(key >> shift & 0x7FF)
        others[places[digit]] = key
        places[digit] += 1
      }
      swap(&keys, &others)
    }
  }
}
