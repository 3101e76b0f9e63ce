import Shop

/// Whether someone's repeat orders look for new things or for the known ones.
package enum BuyerStyle: String, CaseIterable, Sendable {
  case explorer, decisive
}

/// What a customer likes: counts over the orders that stand, worked out when asked for.
extension MemberProfile {
  /// Share of orders that needed a discount, shrunken to the shop's, 0 to 1; nil without an order.
  package var priceSensitivity: Double? {
    if digest.orderCount == 0 { return nil }
    return shrunken(
      sum: Double(digest.discountedCount), count: Double(digest.orderCount),
      to: view.norms.discountShare, weight: ShrinkageWeight.discount)
  }

  /// How often a chance to repeat was used to try something new, shrunken to the shop's; nil before there was a
  /// chance. O(order lines x log).
  package var novelty: Double? {
    if digest.orderCount < 2 { return nil }
    let counts = NoveltyCounts(
      customer: customer, orders: view.facts.orders, horizon: view.viewpoint.horizon)
    if counts.chanceCount == 0 { return nil }
    return shrunken(
      sum: Double(counts.newCount), count: Double(counts.chanceCount), to: view.noveltyShare,
      weight: ShrinkageWeight.novelty)
  }

  package var buyerStyle: BuyerStyle? {
    novelty.map { $0 >= view.rules.explorerFrom ? .explorer : .decisive }
  }

  /// The channel of most orders, of equals the first by name; nil where no order says one.
  package var preferredChannel: String? {
    var counts: [Int32: Int] = [:]
    let orders = view.facts.orders
    forEachStandingOrder { order in
      let channel = orders.channel[Int(order)]
      if channel >= 0 { counts[channel, default: 0] += 1 }
    }
    let channels = view.facts.channels
    let best = counts.max { left, right in
      left.value == right.value
        ? channels.precedes(right.key, left.key) : left.value < right.value
    }
    return best.map { channels[$0.key] }
  }

  /// The widest category of most order lines, of equals the first by name; nil where no item bought has one.
  package var preferredCategory: String? {
    var counts: [String: Int] = [:]
    let (orders, items) = (view.facts.orders, view.facts.items)
    forEachStandingOrder { order in
      for line in orders.lines(of: order) where orders.remainingQuantity(line: line) > 0 {
        guard let category = items[orders.lineItem[line]].category?.first else { continue }
        counts[category, default: 0] += 1
      }
    }
    let best = counts.max { left, right in
      left.value == right.value
        ? right.key.utf8.lexicographicallyPrecedes(left.key.utf8) : left.value < right.value
    }
    return best?.key
  }
}
