import Shop
import Statistics

/// Two values or three, without an allocation.
struct UpToThree<Element: BitwiseCopyable & Sendable>: Sendable {
  private var values: (Element, Element, Element)
  let count: Int

  init(_ first: Element, _ second: Element) {
    values = (first, second, second)
    count = 2
  }

  init(_ first: Element, _ second: Element, _ third: Element) {
    values = (first, second, third)
    count = 3
  }

  subscript(place: Int) -> Element {
    precondition(place >= 0 && place < count, "two places, or three")
    return place == 0 ? values.0 : place == 1 ? values.1 : values.2
  }

  var array: [Element] { (0..<count).map { self[$0] } }

  /// All but one of three.
  func others(_ place: Int) -> (Element, Element) {
    precondition(count == 3, "of three")
    return (self[place == 0 ? 1 : 0], self[place == 2 ? 1 : 2])
  }

  func map<Result>(_ body: (Element) -> Result) -> UpToThree<Result> {
    count == 2
      ? UpToThree<Result>(body(values.0), body(values.1))
      : UpToThree<Result>(body(values.0), body(values.1), body(values.2))
  }
}

/// A set of items with the counts that everything about it follows from.
struct BundleCandidate: Sendable {
  /// In the order of their ids.
  let items: UpToThree<Int32>
  let together: Int
  /// For each item the baskets that hold it.
  let own: UpToThree<Int>
  /// For each item the baskets that hold all others; below zero where that is not counted yet.
  var others: UpToThree<Int>
  let total: Int

  /// Of what is counted so far: never below what it is in the end.
  var logLikelihoodRatio = 0.0
  var preference = 0.0
  var expected = 0.0
  /// With substitutes: how surprising it is that so few were bought together, and in how many
  /// visits both were looked at.
  var surplus = 0.0
  var viewedTogether: Int?

  init(
    items: UpToThree<Int32>, together: Int, own: UpToThree<Int>, others: UpToThree<Int>, total: Int
  ) {
    self.items = items
    self.together = together
    self.own = own
    self.others = others
    self.total = total
  }

  var isCounted: Bool { others[0] >= 0 && others[1] >= 0 && others[others.count - 1] >= 0 }

  /// The others against one item, two by two.
  private func table(_ place: Int) -> Contingency {
    Contingency(both: together, first: others[place], second: own[place], total: total)
  }

  /// Whether it holds for each way to take one item from the others that is counted. Of two items
  /// there is one way.
  private func all(_ holds: (Int) -> Bool) -> Bool {
    for place in 0..<(items.count == 2 ? 1 : 3) where others[place] >= 0 && !holds(place) {
      return false
    }
    return true
  }

  private func least(_ figure: (Int) -> Double) -> Double {
    var least = Double.infinity
    for place in 0..<(items.count == 2 ? 1 : 3) where others[place] >= 0 {
      least = min(least, figure(place))
    }
    return least
  }

  /// The least over the ways to take one item from the others: nothing that rides along with a good
  /// pair makes a good three.
  var leastLogLikelihoodRatio: Double { least { table($0).signedLogLikelihoodRatio } }

  /// Whether each item is with the others more often than by chance; exact.
  var isMoreThanChance: Bool { all { table($0).direction > 0 } }

  func reaches(lift: Fraction) -> Bool {
    all { lift.isReached(byLiftOf: together, others[$0], own[$0], total: total) }
  }

  /// Whether an item may follow from the others with so much confidence.
  func mayReach(confidence: Fraction) -> Bool {
    for place in 0..<items.count
    where others[place] < 0 || confidence.isReached(by: together, of: others[place]) {
      return true
    }
    return false
  }

  /// The places of the items that follow from the others with so much confidence; exact.
  func consequents(confidence: Fraction) -> [Int] {
    (0..<items.count).filter {
      others[$0] > 0 && confidence.isReached(by: together, of: others[$0])
    }
  }

  var support: Double { total > 0 ? Double(together) / Double(total) : 0 }

  var lift: Double {
    least { place in
      let product = Double(others[place]) * Double(own[place])
      return product > 0 ? Double(together) * Double(total) / product : 0
    }
  }

  var leverage: Double {
    if total == 0 { return 0 }
    return least { place in
      support - Double(others[place]) / Double(total) * (Double(own[place]) / Double(total))
    }
  }

  func rule(_ place: Int) -> Bundle.Rule {
    var antecedent = items.array
    let consequent = antecedent.remove(at: place)
    let failures = others[place] - together
    let without = Double(total - own[place]) / Double(max(1, total))
    return Bundle.Rule(
      antecedent: antecedent, consequent: consequent,
      confidence: Double(together) / Double(others[place]),
      conviction: failures > 0 ? without * Double(others[place]) / Double(failures) : nil)
  }

  /// Baskets that would hold all of them by chance, taking one item from the others: each place
  /// beside the others in their baskets is one of the shop's lines of other items, and so many of
  /// these are of this one.
  ///
  /// A two by two table does not count that baskets have sizes: in a shop of single items hardly
  /// anything is bought together, and in a wholesaler's everything is.
  ///
  /// - Parameter rest: the baskets of the others.
  func expected(_ place: Int, rest: SetCounts.Entry, lineCount: Int64) -> Double {
    let places = rest.sizeSum - Int64(items.count - 1) * Int64(rest.count)
    var lines = lineCount
    for other in 0..<items.count where other != place { lines -= Int64(own[other]) }
    return lines > 0 ? Double(places) * Double(own[place]) / Double(lines) : 0
  }
}

/// Candidates, the best first, each found when it is asked for: of many, few are.
struct CandidateHeap {
  private(set) var candidates: [BundleCandidate] = []
  private let precedes: (BundleCandidate, BundleCandidate) -> Bool

  /// O(candidates).
  init(
    _ candidates: [BundleCandidate],
    by precedes: @escaping (BundleCandidate, BundleCandidate) -> Bool
  ) {
    self.candidates = candidates
    self.precedes = precedes
    for place in stride(from: candidates.count / 2 - 1, through: 0, by: -1) { sink(place) }
  }

  /// Takes the best away. O(log candidates).
  mutating func popFirst() -> BundleCandidate? {
    guard let last = candidates.popLast() else { return nil }
    guard let first = candidates.first else { return last }
    candidates[0] = last
    sink(0)
    return first
  }

  mutating func push(_ candidate: BundleCandidate) {
    candidates.append(candidate)
    var place = candidates.count - 1
    while place > 0, precedes(candidates[place], candidates[(place - 1) / 2]) {
      candidates.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func sink(_ start: Int) {
    var place = start
    while true {
      var best = place
      for child in (2 * place + 1)...(2 * place + 2)
      where child < candidates.count && precedes(candidates[child], candidates[best]) {
        best = child
      }
      if best == place { return }
      candidates.swapAt(place, best)
      place = best
    }
  }
}
