import Shop
import TestSupport

/// An order as a plain record: what `OrderTable` is held to.
struct OrderOracle {
  struct Line {
    let item: String
    let quantity: Int64
    let unitPrice: Int64
    let discount: Int64
    var returned: Int64 = 0
  }

  let draft: OrderDraft
  var lines: [Line]
  var isCancelled = false

  init(_ draft: OrderDraft) {
    self.draft = draft
    lines = draft.lines.map {
      Line(item: $0.item, quantity: $0.quantity, unitPrice: $0.unitPrice, discount: $0.discount)
    }
  }

  /// The amounts of these tests are small: plain arithmetic is exact.
  var net: Int64 {
    if isCancelled { return 0 }
    return lines.reduce(0) { sum, line in
      let left = line.quantity - line.returned
      return sum + left * line.unitPrice - line.discount * left / line.quantity
    }
  }

  var stands: Bool { !isCancelled && lines.contains { $0.returned < $0.quantity } }

  /// Takes single units back, one after the other, each from the first line that has one; false,
  /// and nothing done, where there are not enough.
  mutating func giveBack(_ parts: [(item: String, quantity: Int64)]) -> Bool {
    if isCancelled { return false }
    var changed = lines
    for part in parts {
      if part.quantity <= 0 { return false }
      for _ in 0..<part.quantity {
        guard
          let index = changed.firstIndex(where: {
            $0.item == part.item && $0.returned < $0.quantity
          })
        else { return false }
        changed[index].returned += 1
      }
    }
    lines = changed
    return true
  }
}

/// Random orders over few customers, items and moments, so that everything collides.
enum OrderMaker {
  static func drafts(_ count: Int, _ generator: inout SeededGenerator) -> [OrderDraft] {
    let ids = (0..<count).map { "o-\($0)" }.shuffled(using: &generator)
    return ids.map { id in
      let lines = (0...generator.integer(in: 0...3)).map { _ in
        let quantity = Int64(generator.integer(in: 1...4))
        let price = Int64(generator.integer(in: 0...1000))
        return OrderDraft.Line(
          item: "i-\(generator.integer(in: 0...5))", quantity: quantity, unitPrice: price,
          discount: Int64(generator.integer(in: 0...Int(quantity * price))))
      }
      return OrderDraft(
        id: id, customer: generator.oneIn(5) ? nil : "c-\(generator.integer(in: 0...4))",
        time: Instant(milliseconds: Int64(generator.integer(in: 0...20))),
        channel: generator.oneIn(2) ? nil : "h-\(generator.integer(in: 0...2))", lines: lines,
        coupons: generator.oneIn(4) ? ["CODE"] : [])
    }
  }
}

extension ShopFacts {
  /// A customer's orders by id, from the newest to the oldest.
  func orderIds(of customer: String) -> [String] {
    guard let index = customers.index(of: customer) else { return [] }
    var ids: [String] = []
    orders.forEachOrder(of: index) { order in
      ids.append(orders.names[order])
      return true
    }
    return ids
  }

  /// Returns lines as `orders.return` does; false where that is refused.
  mutating func giveBack(_ id: String, _ parts: [(item: String, quantity: Int64)]) -> Bool {
    guard let checked = try? checkReturn(id, parts) else { return false }
    applyReturn(checked.parts)
    return true
  }
}
