import Shop

/// A cart with its lines in one order, whatever order they were sent in, and with what each costs
/// the shop.
///
/// Every tie between lines goes to the first in this order: by item, unit price and quantity. Lines
/// that are equal in all three are interchangeable, so that a quote is the same for every order of
/// the lines.
final class CanonicalCart {
  /// What everything about this cart is written into.
  let arena = PricingArena()
  let lineCount: Int
  /// The index of each line in the cart as it was sent.
  let sentIndex: UnsafePointer<Int>
  /// The reverse: the place here of each line as it was sent.
  let placeOfSent: UnsafePointer<Int>
  /// Minor units per line.
  let gross: UnsafePointer<Int64>
  /// Units and unit prices per line, beside the lines: numbers that are read without their texts.
  let quantities: UnsafePointer<Int64>
  let unitPrices: UnsafePointer<Int64>
  /// All lines, for coupons that are on everything.
  let all: UnsafeBufferPointer<Int>
  let goods: Int64
  let shipping: Int64
  /// What the goods cost the shop, minor units; rounded up where it is estimated.
  let cost: Int128
  /// What the walks over stacks split discounts in.
  let splitting: Splitting
  private let sent: [Cart.Line]
  private let facts: PricingFacts
  /// Per line, which item it is, below zero for one that the shop does not know.
  private let itemIndex: UnsafePointer<Int32>
  /// Per line, the fields of its item that the policies' conditions ask for.
  private let excerpt: ItemExcerpt

  /// What a discount is split by, line for line, and what the split leaves over.
  struct Splitting: BitwiseCopyable {
    let weights: UnsafeMutablePointer<Int64>
    let remainders: UnsafeMutableBufferPointer<Int64>
  }

  /// The cart must have been checked.
  ///
  /// - Parameter usable: the coupons that will be priced.
  /// - Complexity: O(lines log lines + lines x fields that conditions ask for).
  init(_ cart: Cart, facts: PricingFacts, usable: [UsableCoupon]) {
    self.facts = facts
    let lines = cart.lines
    sent = lines
    lineCount = lines.count
    shipping = cart.shipping
    let order = CanonicalCart.order(of: lines, in: arena)
    let places = arena.take(lineCount, of: Int.self)
    let all = arena.take(lineCount, of: Int.self)
    let gross = arena.take(lineCount, of: Int64.self)
    let quantities = arena.take(lineCount, of: Int64.self)
    let unitPrices = arena.take(lineCount, of: Int64.self)
    let itemIndex = arena.take(lineCount, of: Int32.self)
    let items = facts.items.items
    var goods: Int64 = 0
    var cost: Int128 = 0
    for place in order.indices {
      let line = lines[order[place]]
      places[order[place]] = place
      all[place] = place
      gross[place] = line.gross
      quantities[place] = line.quantity
      unitPrices[place] = line.unitPrice
      goods += line.gross
      let index = facts.items.index(of: line.item) ?? -1
      itemIndex[place] = index
      if index >= 0, let unitCost = items[Int(index)].cost {
        cost += Int128(unitCost) * Int128(line.quantity)
      } else {
        let percent = max(0, 100 - facts.settings.marginPercent)
        cost += (Int128(line.gross) * Int128(percent) + 99) / 100
      }
    }
    sentIndex = order.start
    placeOfSent = places.start
    self.all = UnsafeBufferPointer(all)
    self.gross = gross.start
    self.quantities = quantities.start
    self.unitPrices = unitPrices.start
    self.itemIndex = itemIndex.start
    self.goods = goods
    self.cost = cost
    splitting = Splitting(
      weights: arena.take(lineCount, of: Int64.self).mutableStart,
      remainders: arena.take(lineCount, of: Int64.self))
    excerpt = ItemExcerpt(
      of: usable, lines: order.lazy.map { lines[$0].item },
      indices: UnsafeBufferPointer(itemIndex), facts: facts)
  }

  /// The lines as they were sent, by item, unit price and quantity.
  private static func order(
    of lines: [Cart.Line], in arena: PricingArena
  ) -> UnsafeMutableBufferPointer<Int> {
    let order = arena.take(lines.count, of: Int.self)
    // The first eight bytes of the ids as numbers, which tell most of them apart.
    let heads = arena.take(lines.count, of: UInt64.self)
    for index in lines.indices {
      order[index] = index
      var item = lines[index].item
      heads[index] = item.withUTF8 { bytes in
        var head: UInt64 = 0
        for byte in bytes.prefix(8) { head = head << 8 | UInt64(byte) }
        return bytes.count < 8 ? head << UInt64(8 * (8 - bytes.count)) : head
      }
    }
    sortShort(order) { left, right in
      if heads[left] != heads[right] { return heads[left] < heads[right] }
      if lines[left].item != lines[right].item {
        return bytesPrecede(lines[left].item, lines[right].item)
      }
      let (a, b) = (lines[left], lines[right])
      return (a.unitPrice, a.quantity, left) < (b.unitPrice, b.quantity, right)
    }
    return order
  }

  /// The id of a line's item.
  func item(_ place: Int) -> String { sent[sentIndex[place]].item }

  /// The lines that a policy is about.
  func lines(coveredBy policy: SharedPolicy) -> UnsafeBufferPointer<Int> {
    var wanted: Set<String>?
    if case .bundlePrice(let items, _) = policy.policy.gives { wanted = Set(items) }
    if wanted == nil, policy.isOnEverything { return all }
    let covered = arena.take(lineCount, of: Int.self)
    var count = 0
    for place in 0..<lineCount {
      if let wanted, !wanted.contains(item(place)) { continue }
      if !covers(policy, place) { continue }
      covered[count] = place
      count += 1
    }
    return UnsafeBufferPointer(rebasing: covered[..<count])
  }

  private func covers(_ policy: SharedPolicy, _ place: Int) -> Bool {
    switch policy.policy.scope {
    case .everything: return true
    case .preferred:
      let index = itemIndex[place]
      return facts.preferred.covers(
        id: item(place), item: index < 0 ? nil : facts.items[index])
    case .items(let condition):
      excerpt.line = place
      return condition.matches(excerpt)
    }
  }

  /// Whether a policy would cover an item that is not in the cart.
  func wouldCover(_ scope: Policy.Scope, _ id: String) -> Bool {
    let item = facts.items.index(of: id).map { facts.items[$0] }
    switch scope {
    case .everything: return true
    case .preferred: return facts.preferred.covers(id: id, item: item)
    case .items(let condition):
      return condition.matches(
        ItemFields(id: id, item: item ?? Item(), zone: facts.settings.zone))
    }
  }

  /// What an item costs the shop where that is known, minor units.
  func unitCost(of id: String) -> Int64? {
    facts.items.index(of: id).flatMap { facts.items[$0].cost }
  }

  /// Whether the goods keep a margin of so many percent of what is paid for them, after discounts
  /// on goods and on shipping and the cost of gifts.
  func keepsMargin(
    percent: Int64, goodsLeft: Int64, shippingDiscount: Int64, giftCost: Int64
  ) -> Bool {
    let spent = cost + Int128(shippingDiscount) + Int128(giftCost)
    return Int128(goodsLeft) * Int128(100 - percent) >= 100 * spent
  }
}

extension UnsafeMutableBufferPointer {
  /// Where it begins; a place that nothing is read from where it is empty.
  fileprivate var start: UnsafePointer<Element> { UnsafePointer(mutableStart) }

  fileprivate var mutableStart: UnsafeMutablePointer<Element> {
    guard let baseAddress else { preconditionFailure("an arena hands out what there is") }
    return baseAddress
  }
}
