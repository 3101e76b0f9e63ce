import Shop

// How the best stack is found
// ---------------------------
// The coupons stand in the declared order of application; a stack is a subset of them. The search
// walks the tree of "with" and "without" in that order, "with" first, carrying what is left of the
// lines, so that every node costs one coupon's effect. Two cuts keep it small, and neither loses
// the optimum:
//
//   - a stack that conflicts, or falls below a margin floor, has no admissible extension;
//   - no coupon takes more off in a stack than alone, so what is taken off so far plus what the
//     rest would take off alone bounds what the branch can reach, and so does what there is to take
//     off. Of the rest, only those count that do not conflict with what is chosen. Only a branch
//     that is strictly below the best is cut: ties matter.
//
// Among stacks that take the same off, the one with more gifts beside the cart wins, then the one
// of fewer coupons that take something off, then the one whose coupons expire first, then the first
// by policy ids, then by codes.
//
// Twelve coupons have 8,191 nodes, which is below the limit: up to there the result is exact.
// Beyond, the walk stops at the limit and the best of what it saw and of a greedy stack (each
// coupon in turn, the dearest first, where it adds something) is taken. What the branches that were
// left can reach at most, by the second cut, bounds what any stack takes off.
//
// Speed. A stack is a set of bits, and what is left of the lines stands in rows, one for each
// number of coupons chosen: "without" goes on with the row that it was given, "with" writes the
// next. Nothing is allocated during the walk; the chosen stack is put into words at its end, and
// why another coupon is not among them follows from the same numbers.

/// Finds the stack that takes the most off a cart.
package struct StackSearch {
  /// Nodes after which the search takes the best so far.
  package static let nodeLimit = 16_384
  /// Coupons that enter the search; of more, those that take the most off alone.
  static let widthLimit = 64

  private let cart: CanonicalCart
  private let coupons: [PricedCoupon]
  private let entries: UnsafeMutableBufferPointer<Entry>
  /// What is left of each line, a row for each number of coupons chosen.
  private let rows: UnsafeMutablePointer<Int64>
  private var chosen: Chosen
  private let nodeLimit: Int
  private(set) var nodeCount = 0
  /// What a branch that the walk left aside can reach at most.
  private var leftReach: Int64 = 0

  /// What the walk reads of a coupon.
  private struct Entry: BitwiseCopyable {
    let terms: Terms
    let alone: Int64
    /// Those that cannot be on one order with it.
    var conflicts: UInt64 = 0
    /// How many of the coupons from this place on are gifts.
    var restGifts = 0
  }

  private struct Chosen: BitwiseCopyable {
    var stack: Stack
    var coupons: UInt64 = 0
    var count = 0
    /// Those that conflict with one of the stack.
    var shut: UInt64 = 0
  }

  /// The coupons must be in the order of application, and no more than `widthLimit`.
  init(_ coupons: [PricedCoupon], on cart: CanonicalCart, nodeLimit: Int = StackSearch.nodeLimit) {
    self.cart = cart
    self.coupons = coupons
    self.nodeLimit = nodeLimit
    chosen = Chosen(stack: Stack(on: cart))
    entries = cart.arena.take(coupons.count, of: Entry.self)
    for place in coupons.indices {
      let coupon = coupons[place]
      entries[place] = Entry(terms: coupon.terms, alone: coupon.alone)
      for other in 0..<place where Stack.conflict(coupons[other].policy, coupon.policy) {
        entries[place].conflicts |= 1 << UInt64(other)
        entries[other].conflicts |= 1 << UInt64(place)
      }
    }
    var gifts = 0
    for place in entries.indices.reversed() {
      gifts += entries[place].terms.isDiscount ? 0 : 1
      entries[place].restGifts = gifts
    }
    let rows = cart.arena.take((coupons.count + 1) * cart.lineCount + 1, of: Int64.self)
    guard let start = rows.baseAddress else { preconditionFailure("rows have room") }
    self.rows = start
    for line in 0..<cart.lineCount { rows[line] = cart.gross[line] }
  }

  /// What no admissible stack of these coupons takes more off than, once the walk was made.
  var upperBound: Int64 { max(chosen.stack.discount, leftReach) }

  /// Finds the best stack.
  mutating func run() {
    if coupons.count > 12 { tryGreedily() }
    visit(0, Chosen(stack: Stack(on: cart)))
  }

  /// Whether the best stack has the coupon at that place.
  func isApplied(_ place: Int) -> Bool { chosen.coupons >> UInt64(place) & 1 == 1 }

  /// The coupons of the best stack.
  var applied: [PricedCoupon] { places(chosen).map { coupons[$0] } }

  /// Why the coupon at a place cannot be beside those of the best stack; nil where it can.
  func reasonAgainst(_ place: Int) -> OfferReason? {
    walk(chosen.coupons | 1 << UInt64(place)).reason
  }

  private mutating func visit(_ place: Int, _ found: Chosen) {
    nodeCount += 1
    if nodeCount > nodeLimit {
      leftReach = max(leftReach, reach(from: place, found))
      return
    }
    if place == entries.count {
      if isBetter(found, than: chosen) { chosen = found }
      return
    }
    let reach = reach(from: place, found)
    if reach < chosen.stack.discount { return }
    if reach == chosen.stack.discount,
      found.stack.giftCount + entries[place].restGifts < chosen.stack.giftCount
    {
      return
    }
    if found.shut >> UInt64(place) & 1 == 0 {
      let left = rows + found.count * cart.lineCount
      var with = found
      let reason = with.stack.add(
        entries[place].terms, left: left, next: left + cart.lineCount, on: cart)
      if reason == nil {
        with.coupons |= 1 << UInt64(place)
        with.count += 1
        with.shut |= entries[place].conflicts
        visit(place + 1, with)
      }
    }
    visit(place + 1, found)
  }

  /// What a stack can take off at most that begins so and has any of the coupons from a place on.
  private func reach(from place: Int, _ found: Chosen) -> Int64 {
    var reach = found.stack.discount
    for rest in place..<entries.count where found.shut >> UInt64(rest) & 1 == 0 {
      reach = Money.sum(reach, entries[rest].alone)
    }
    return min(reach, cart.goods + cart.shipping)
  }

  /// The stack of some coupons, or why it cannot be. O(coupons x lines).
  private func walk(_ wanted: UInt64) -> (found: Chosen, reason: OfferReason?) {
    var found = Chosen(stack: Stack(on: cart))
    // The walk is over, or has not begun: its last row is free.
    let row = rows + entries.count * cart.lineCount
    for line in 0..<cart.lineCount { row[line] = cart.gross[line] }
    for place in entries.indices where wanted >> UInt64(place) & 1 == 1 {
      if found.shut >> UInt64(place) & 1 == 1 { return (found, .exclusive) }
      let reason = found.stack.add(entries[place].terms, left: row, next: row, on: cart)
      if let reason { return (found, reason) }
      found.coupons |= 1 << UInt64(place)
      found.count += 1
      found.shut |= entries[place].conflicts
    }
    return (found, nil)
  }

  private mutating func tryGreedily() {
    let order = entries.indices.sorted {
      (entries[$1].alone, $0) < (entries[$0].alone, $1)
    }
    for place in order {
      let (found, reason) = walk(chosen.coupons | 1 << UInt64(place))
      if reason == nil, isBetter(found, than: chosen) { chosen = found }
    }
  }

  private func places(_ stack: Chosen) -> [Int] {
    coupons.indices.filter { stack.coupons >> UInt64($0) & 1 == 1 }
  }

  private func isBetter(_ one: Chosen, than other: Chosen) -> Bool {
    if one.stack.discount != other.stack.discount {
      return one.stack.discount > other.stack.discount
    }
    if one.stack.giftCount != other.stack.giftCount {
      return one.stack.giftCount > other.stack.giftCount
    }
    if one.count != other.count { return one.count < other.count }
    if one.coupons == other.coupons { return false }
    let ends = (expiries(one), expiries(other))
    if ends.0 != ends.1 { return ends.0.lexicographicallyPrecedes(ends.1) }
    let ids = (texts(one, \.policy.id), texts(other, \.policy.id))
    if ids.0 != ids.1 { return precedes(ids.0, ids.1) }
    return precedes(texts(one, \.coupon.code), texts(other, \.coupon.code))
  }

  private func expiries(_ stack: Chosen) -> [Instant] {
    places(stack).map { coupons[$0].coupon.expires ?? .latest }.sorted()
  }

  private func texts(_ stack: Chosen, _ path: KeyPath<PricedCoupon, String>) -> [[UInt8]] {
    places(stack).map { Array(coupons[$0][keyPath: path].utf8) }.sorted {
      $0.lexicographicallyPrecedes($1)
    }
  }

  private func precedes(_ left: [[UInt8]], _ right: [[UInt8]]) -> Bool {
    left.lexicographicallyPrecedes(right) { $0.lexicographicallyPrecedes($1) }
  }
}
