import Shop

// How policies are checked
// ------------------------
// Every finding is shown and not only said: a customer, a cart and a moment, and what
// `coupons.quote` answers to them. So the check works by asking: it looks for a customer whom the
// policy is for, for a moment at which it is open, and for carts on which it ought to apply, and
// prices them. What never applies is dead; what applies is then tried beside each other policy on
// the carts of both, where the best stack shows what a customer could make of it.
//
//   alone     PolicyCheck+Dead: window, `for`, `on`, needs and floors;  PolicyCheck+Limits
//   together  PolicyCheck+Pairs: overlaps;  PolicyCheck+Stacks: free carts, below cost, floors
//             PolicyCheck+Ranks: who of a lower tier is offered more than one of a higher
//
// A dead rule is proven where it can be (a condition that contradicts itself, a window without a
// moment, a price that no item exceeds); for the others the finding says what was tried. That
// nothing was found on these carts is no proof that nothing is wrong on any.

/// Finds what is wrong with policies before they are launched.
package struct PolicyCheck {
  /// Carts that are priced, at most; beyond, the check says that it is not complete.
  package static let cartLimit = 60_000

  let shop: CheckShop
  /// By id, each once.
  let policies: [Policy]
  /// What can be bought, the order of the shop.
  let items: [PricedItem]
  /// Policies that apply to some cart, with where and to whom they do.
  var subjects: [Subject] = []

  package internal(set) var findings: [PolicyFinding] = []
  package internal(set) var cartCount = 0
  package var isComplete: Bool { cartCount <= PolicyCheck.cartLimit }
  package var exposures: [PolicyExposure] { policies.map { PolicyExposure($0) } }

  /// A policy that applies.
  struct Subject {
    var policy: Policy
    var carts: [Cart]
    /// The first cart of each item that stands for the others.
    var firstCarts: [Cart]
    var shown: PolicyFinding.Shown
    /// The carts on which it applies alone, with what it takes off: for comparisons.
    var shopper: Shopper { shown.shopper }
  }

  /// Checks the policies, each as if it were given and used from `shop.now` on; of several of one
  /// id the last counts.
  ///
  /// O(policies x (customers + items) + policies^2 x carts of a pair), bounded by `cartLimit`.
  package init(_ policies: [Policy], in shop: CheckShop) {
    self.shop = shop
    var byId: [String: Policy] = [:]
    for policy in policies { byId[policy.id] = policy }
    self.policies = byId.values.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    let table = shop.facts.items
    items = (0..<Int32(table.count)).compactMap { index in
      let item = table[index]
      guard table.isDeclared[Int(index)], let price = item.price, price > 0,
        item.isAvailable(at: shop.now)
      else { return nil }
      return PricedItem(id: table.names[index], price: price, cost: item.cost, stock: item.stock)
    }
    for policy in self.policies { checkAlone(policy) }
    for subject in subjects { checkLimits(of: subject) }
    checkTogether()
    checkRanks()
    sort()
  }

  private mutating func sort() {
    let order = PolicyFinding.Kind.allCases
    func place(_ finding: PolicyFinding) -> (Int, Int) {
      (
        finding.kind.severity == .error ? 0 : 1,
        order.firstIndex(of: finding.kind) ?? order.count
      )
    }
    findings.sort { left, right in
      place(left) == place(right)
        ? left.policies.lexicographicallyPrecedes(right.policies) : place(left) < place(right)
    }
  }

  // MARK: Asking

  /// Prices a cart, or answers nil for one that no order could have and beyond the limit of carts.
  mutating func show(
    _ shopper: Shopper, _ policies: [Policy], _ cart: Cart, at moment: Instant
  ) -> PolicyFinding.Shown? {
    cartCount += 1
    guard isComplete, (try? cart.check()) != nil else { return nil }
    return shop.quote(shopper, policies, cart, at: moment)
  }

  mutating func report(
    _ kind: PolicyFinding.Kind, _ policies: [Policy], _ message: String,
    _ shown: PolicyFinding.Shown?...
  ) {
    let ids = policies.map(\.id)
    if findings.contains(where: { $0.kind == kind && $0.policies == ids }) { return }
    findings.append(
      PolicyFinding(
        kind: kind, policies: ids, message: message, shown: shown.compactMap { $0 }))
  }

  /// Any customer: the first of the sample, or somebody of whom nothing is known.
  var anybody: Shopper { shop.sample.first.map { .customer($0) } ?? .madeUp(.object([])) }

  /// Any cart: of the first item, or of one that was made up.
  var anyCart: Cart { cart(of: items.first ?? CartFamily.madeUpItem, 1) }

  func cart(of item: PricedItem, _ units: Int64) -> Cart {
    Cart(
      lines: [Cart.Line(item: item.id, quantity: units, unitPrice: item.price)], shipping: 800)
  }

  /// What the goods cost the shop; nil where it is not known of one of them.
  func cost(of cart: Cart) -> Int128? {
    var sum: Int128 = 0
    for line in cart.lines {
      let table = shop.facts.items
      guard let cost = table.index(of: line.item).flatMap({ table[$0].cost }) else { return nil }
      sum += Int128(cost) * Int128(line.quantity)
    }
    return sum
  }

  /// A cart in words: "2 x tea and 1 x cup".
  static func words(_ cart: Cart) -> String {
    cart.lines.prefix(3).map { "\($0.quantity) x \($0.item)" }.joined(separator: " and ")
      + (cart.lines.count > 3 ? " and \(cart.lines.count - 3) more" : "")
  }
}
