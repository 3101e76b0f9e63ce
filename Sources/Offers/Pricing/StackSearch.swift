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
// coupon in turn, the dearest first, where it adds something) is taken; the result says whether the
// proof is complete.
//
// Speed. A stack is a set of bits, and what is left of the lines stands in rows, one for each
// number of coupons chosen: "without" goes on with the row that it was given, "with" writes the
// next. Nothing is allocated during the walk; the chosen stack is put into words at its end.

/// Finds the stack that takes the most off a cart.
struct StackSearch {
  /// Nodes after which the search gives up its proof.
  static let nodeLimit = 16_384
  /// Coupons that enter the search; of more, those that take the most off alone.
  static let widthLimit = 64

  private let cart: CanonicalCart
  private let coupons: [PricedCoupon]
  private let terms: [Terms]
  private let alone: [Int64]
  /// Per coupon, those that cannot be on one order with it.
  private let conflicts: [UInt64]
  /// How many of the coupons from each place on are gifts.
  private let restGifts: [Int]
  private var chosen = Chosen()
  private(set) var nodeCount = 0

  /// A stack, in numbers.
  private struct Chosen {
    var coupons: UInt64 = 0
    var count = 0
    var discount: Int64 = 0
    var shippingLeft: Int64 = 0
    var giftCost: Int64 = 0
    var giftCount = 0
    var marginFloorPercent: Int64?
    /// Those that conflict with one of the stack.
    var shut: UInt64 = 0
  }

  /// What the walk writes over and over.
  private struct Workspace {
    /// What is left of each line, a row for each number of coupons chosen.
    let rows: UnsafeMutablePointer<Int64>
    let weights: UnsafeMutableBufferPointer<Int64>
    let remainders: UnsafeMutableBufferPointer<Int64>
    /// The covered lines of all coupons, one after the other, and where each coupon's begin.
    let covered: UnsafePointer<Terms.Covered>
    let lineCount: Int

    func row(_ count: Int) -> UnsafeMutablePointer<Int64> { rows + count * lineCount }
  }

  /// The coupons must be in the order of application.
  init(_ coupons: [PricedCoupon], on cart: CanonicalCart) {
    self.cart = cart
    self.coupons = coupons
    terms = coupons.map(\.terms)
    alone = coupons.map(\.alone)
    var conflicts = [UInt64](repeating: 0, count: coupons.count)
    for place in coupons.indices {
      for other in 0..<place
      where Stack.conflict(coupons[other].coupon.shared.policy, coupons[place].coupon.shared.policy)
      {
        conflicts[place] |= 1 << UInt64(other)
        conflicts[other] |= 1 << UInt64(place)
      }
    }
    self.conflicts = conflicts
    var restGifts = [0]
    for terms in terms.reversed() {
      restGifts.append(restGifts[restGifts.count - 1] + (terms.isDiscount ? 0 : 1))
    }
    self.restGifts = restGifts.reversed()
  }

  /// Whether the best stack is proven to be.
  var isExact: Bool { nodeCount <= StackSearch.nodeLimit }

  /// The best stack, in words.
  mutating func run() -> Stack {
    if coupons.count > 12 { tryGreedily() }
    let lineCount = cart.lines.count
    let lineLists = coupons.flatMap(\.covered)
    let quantityLists = coupons.flatMap(\.quantities)
    let unitLists = coupons.flatMap { coupon in
      coupon.units.isEmpty
        ? [Int64](repeating: 0, count: coupon.covered.count) : coupon.units
    }
    var starts = [0]
    for coupon in coupons { starts.append(starts[starts.count - 1] + coupon.covered.count) }
    var rows = [Int64](repeating: 0, count: (coupons.count + 1) * lineCount)
    for line in 0..<lineCount { rows[line] = cart.gross[line] }
    var first = Chosen()
    first.shippingLeft = cart.shipping
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: lineCount) { weights in
      withUnsafeTemporaryAllocation(of: Int64.self, capacity: lineCount) { remainders in
        rows.withUnsafeMutableBufferPointer { rows in
          lineLists.withUnsafeBufferPointer { lines in
            quantityLists.withUnsafeBufferPointer { quantities in
              unitLists.withUnsafeBufferPointer { units in
                let covered = coupons.indices.map { place in
                  let range = starts[place]..<starts[place + 1]
                  return Terms.Covered(
                    lines: UnsafeBufferPointer(rebasing: lines[range]),
                    quantities: UnsafeBufferPointer(rebasing: quantities[range]),
                    units: UnsafeBufferPointer(rebasing: units[range]))
                }
                covered.withUnsafeBufferPointer { covered in
                  guard let start = rows.baseAddress, let coveredStart = covered.baseAddress
                  else { return }
                  visit(
                    0, first,
                    Workspace(
                      rows: start, weights: weights, remainders: remainders,
                      covered: coveredStart, lineCount: lineCount))
                }
              }
            }
          }
        }
      }
    }
    return Stack.of(places(chosen), coupons, on: cart).stack
  }

  private mutating func visit(_ place: Int, _ stack: Chosen, _ space: Workspace) {
    nodeCount += 1
    if nodeCount > StackSearch.nodeLimit { return }
    if place == coupons.count {
      if isBetter(stack, than: chosen) { chosen = stack }
      return
    }
    var reach = stack.discount
    for rest in place..<coupons.count where stack.shut >> UInt64(rest) & 1 == 0 {
      reach = Money.sum(reach, alone[rest])
    }
    reach = min(reach, cart.goods + cart.shipping)
    if reach < chosen.discount { return }
    if reach == chosen.discount, stack.giftCount + restGifts[place] < chosen.giftCount { return }
    if stack.shut >> UInt64(place) & 1 == 0, let with = adding(place, to: stack, space) {
      visit(place + 1, with, space)
    }
    visit(place + 1, stack, space)
  }

  /// The stack with one coupon more, whose row of lines is written; nil where it cannot be. See
  /// `Stack.add`.
  private func adding(_ place: Int, to stack: Chosen, _ space: Workspace) -> Chosen? {
    let own = terms[place]
    let covered = space.covered[place]
    let left = space.row(stack.count)
    let next = space.row(stack.count + 1)
    let weights = UnsafeMutableBufferPointer(rebasing: space.weights[0..<covered.lines.count])
    let taken = own.discount(
      of: covered, left: left, shipping: stack.shippingLeft, weights: weights)
    var result = stack
    if own.isDiscount {
      if taken == 0 { return nil }
    } else {
      result.giftCount += 1
    }
    for line in 0..<space.lineCount { next[line] = left[line] }
    if own.isOnShipping {
      result.shippingLeft -= taken
    } else if taken > 0 {
      allocate(taken, over: weights, scratch: space.remainders)
      for index in covered.lines.indices { next[covered.lines[index]] -= weights[index] }
    }
    result.discount += taken
    result.giftCost += own.giftCost
    if let floor = own.marginFloorPercent {
      result.marginFloorPercent = max(floor, result.marginFloorPercent ?? floor)
    }
    if let floor = result.marginFloorPercent {
      let shippingDiscount = cart.shipping - result.shippingLeft
      let keeps = cart.keepsMargin(
        percent: floor, goodsLeft: cart.goods - (result.discount - shippingDiscount),
        shippingDiscount: shippingDiscount, giftCost: result.giftCost)
      if !keeps { return nil }
    }
    result.coupons |= 1 << UInt64(place)
    result.count += 1
    result.shut |= conflicts[place]
    return result
  }

  private mutating func tryGreedily() {
    for place in coupons.indices.sorted(by: { (alone[$1], $0) < (alone[$0], $1) }) {
      let (stack, reason) = Stack.of(
        (places(chosen) + [place]).sorted(), coupons, on: cart)
      if reason != nil { continue }
      var found = Chosen()
      for place in stack.places { found.coupons |= 1 << UInt64(place) }
      found.count = stack.places.count
      found.discount = stack.discount
      found.giftCount = stack.giftCount
      if isBetter(found, than: chosen) { chosen = found }
    }
  }

  private func places(_ stack: Chosen) -> [Int] {
    coupons.indices.filter { stack.coupons >> UInt64($0) & 1 == 1 }
  }

  private func isBetter(_ one: Chosen, than other: Chosen) -> Bool {
    if one.discount != other.discount { return one.discount > other.discount }
    if one.giftCount != other.giftCount { return one.giftCount > other.giftCount }
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
