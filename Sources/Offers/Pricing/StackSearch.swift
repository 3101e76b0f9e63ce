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
//     rest would take off alone bounds what the branch can reach. Only a branch that is strictly
//     below the best is cut: ties matter.
//
// Among stacks that take the same off, the one with more gifts beside the cart wins, then the one
// of fewer coupons that take something off, then the one whose coupons expire first, then the first
// by policy ids, then by codes.
//
// Twelve coupons have 8,191 nodes, which is below the limit: up to there the result is exact.
// Beyond, the walk stops at the limit and the best of what it saw and of a greedy stack (each
// coupon in turn, the dearest first, where it adds something) is taken; the result says whether the
// proof is complete.

/// Finds the stack that takes the most off a cart.
struct StackSearch {
  /// Nodes after which the search gives up its proof.
  static let nodeLimit = 16_384
  /// Coupons that enter the search; of more, those that take the most off alone.
  static let widthLimit = 64

  private let cart: CanonicalCart
  private let coupons: [PricedCoupon]
  /// What the coupons from each place on would take off alone, together; and how many of them are
  /// gifts.
  private let restDiscount: [Int64]
  private let restGifts: [Int]
  private(set) var best: Stack
  private(set) var nodeCount = 0

  /// The coupons must be in the order of application.
  init(_ coupons: [PricedCoupon], on cart: CanonicalCart) {
    self.cart = cart
    self.coupons = coupons
    var restDiscount: [Int64] = [0]
    var restGifts = [0]
    for coupon in coupons.reversed() {
      restDiscount.append(Money.sum(restDiscount[restDiscount.count - 1], coupon.alone))
      restGifts.append(restGifts[restGifts.count - 1] + (coupon.policy.gives.isDiscount ? 0 : 1))
    }
    self.restDiscount = restDiscount.reversed()
    self.restGifts = restGifts.reversed()
    best = Stack(on: cart)
  }

  /// Whether the best stack is proven to be.
  var isExact: Bool { nodeCount <= StackSearch.nodeLimit }

  mutating func run() {
    if coupons.count > 12 { tryGreedily() }
    visit(0, Stack(on: cart))
  }

  private mutating func visit(_ place: Int, _ stack: Stack) {
    nodeCount += 1
    if nodeCount > StackSearch.nodeLimit { return }
    if place == coupons.count {
      if isBetter(stack, than: best) { best = stack }
      return
    }
    let reach = Money.sum(stack.discount, restDiscount[place])
    if reach < best.discount { return }
    if reach == best.discount, stack.giftCount + restGifts[place] < best.giftCount { return }
    var with = stack
    if with.add(coupons[place], place: place, others: coupons, on: cart) == nil {
      visit(place + 1, with)
    }
    visit(place + 1, stack)
  }

  private mutating func tryGreedily() {
    var chosen: [Int] = []
    for place in coupons.indices.sorted(by: { (coupons[$1].alone, $0) < (coupons[$0].alone, $1) }) {
      let (stack, reason) = Stack.of((chosen + [place]).sorted(), coupons, on: cart)
      if reason == nil, isBetter(stack, than: best) {
        best = stack
        chosen = stack.places
      }
    }
  }

  private func isBetter(_ one: Stack, than other: Stack) -> Bool {
    if one.discount != other.discount { return one.discount > other.discount }
    if one.giftCount != other.giftCount { return one.giftCount > other.giftCount }
    if one.places.count != other.places.count { return one.places.count < other.places.count }
    let ends = (expiries(one), expiries(other))
    if ends.0 != ends.1 { return ends.0.lexicographicallyPrecedes(ends.1) }
    let ids = (texts(one, \.policy), texts(other, \.policy))
    if ids.0 != ids.1 { return precedes(ids.0, ids.1) }
    return precedes(texts(one, \.code), texts(other, \.code))
  }

  private func expiries(_ stack: Stack) -> [Instant] {
    stack.places.map { coupons[$0].coupon.expires ?? .latest }.sorted()
  }

  private func texts(_ stack: Stack, _ path: KeyPath<Quote.Applied, String>) -> [[UInt8]] {
    stack.parts.map { Array($0[keyPath: path].utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private func precedes(_ left: [[UInt8]], _ right: [[UInt8]]) -> Bool {
    left.lexicographicallyPrecedes(right) { $0.lexicographicallyPrecedes($1) }
  }
}
