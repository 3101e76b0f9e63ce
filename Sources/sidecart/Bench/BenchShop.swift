import Engine
import Shop
import Storage
import Wire

// What is measured on
// -------------------
// A shop of the size of a small chain: 18,000 orders of 23 lines in the mean over a year, 3,700
// items, 4,000 customers. Items sell by rank (a few much, most little), and an order stays mostly
// within one of 60 themes, so that there is something to recommend. It is written as CSV and goes
// in through `sidecart import`, as any shop does. With `--data` a real export in the Online Retail
// layout takes its place.

/// The CSV that the benchmark loads, and the requests that it asks of the shop.
struct BenchShop {
  static let orderCount = 18_000
  static let itemCount = 3_700
  static let customerCount = 4_000
  static let themeCount = 60

  /// A made-up export: the same bytes for the same seed.
  static func csv(seed: UInt64) -> [UInt8] {
    var random = SplitMix(seed: seed)
    var text: [UInt8] = Array("order,item,quantity,unit_price,time,customer\n".utf8)
    text.reserveCapacity(24 << 20)
    let firstDay = Day(year: 2025, month: 1, day: 1)?.number ?? 0
    for order in 0..<orderCount {
      let day = firstDay + Int32(order * 365 / orderCount)
      let time = Zone.utc.instant(
        day: Day(number: day), clock: Int64(9 + random.below(10)) * 3_600_000)
      let head = Array("o\(order),".utf8)
      let tail = Array(",\(time.rfc3339()),c\(rank(customerCount, &random))\n".utf8)
      let theme = random.below(themeCount)
      // Between 1 and some 90 lines, 23 in the mean.
      let size = 1 + Int(-22 * random.logarithm())
      for _ in 0..<min(size, 400) {
        var item = rank(itemCount, &random)
        if random.fraction() < 0.7 { item = item / themeCount * themeCount + theme }
        text.append(contentsOf: head)
        text.append(contentsOf: Array("sku-\(item),\(1 + random.below(6)),".utf8))
        text.append(contentsOf: Array("\(1 + item % 40).\(10 + item % 90)".utf8))
        text.append(contentsOf: tail)
      }
    }
    return text
  }

  /// A rank below the bound, small ones more often: the square of a uniform draw.
  private static func rank(_ bound: Int, _ random: inout SplitMix) -> Int {
    let draw = random.fraction()
    return min(bound - 1, Int(draw * draw * Double(bound)))
  }

  /// Request lines for a shop: by turns a basket of three items of one order, and a customer.
  ///
  /// - Parameter source: the only one that is asked; nil for all, and the ranker.
  static func requests(
    _ count: Int, facts: ShopFacts, source: String? = nil, seed: UInt64
  ) -> [[UInt8]] {
    var random = SplitMix(seed: seed)
    let orders = facts.orders
    return (0..<count).map { number in
      let order = Int32(random.below(orders.count))
      var writer = JSONWriter()
      writer.beginObject()
      writer.key("jsonrpc")
      writer.string("2.0")
      writer.key("id")
      writer.integer(number)
      writer.key("method")
      writer.string("recommend")
      writer.key("params")
      writer.beginObject()
      let customer = orders.customer[Int(order)]
      if number % 2 == 0 || customer < 0 {
        writer.key("basket")
        writer.beginArray()
        for line in orders.lines(of: order).prefix(3) {
          writer.string(facts.items.names[orders.lineItem[line]])
        }
        writer.endArray()
      } else {
        writer.key("customer")
        writer.string(facts.customers.names[customer])
      }
      writer.key("k")
      writer.integer(10)
      if let source {
        writer.key("sources")
        writer.beginArray()
        writer.string(source)
        writer.endArray()
      }
      writer.endObject()
      writer.endObject()
      return writer.bytes + [0x0A]
    }
  }

  /// A line that puts one new order of four items.
  static func put(_ number: Int, facts: ShopFacts, time: Instant) -> [UInt8] {
    let items = min(facts.items.count, 4)
    let draft = OrderDraft(
      id: "bench-\(number)", customer: "bench-customer", time: time,
      lines: (0..<items).map { index in
        OrderDraft.Line(
          item: facts.items.names[Int32((number + index * 7) % facts.items.count)], quantity: 1,
          unitPrice: 100)
      })
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    writer.key("id")
    writer.integer(number)
    writer.key("method")
    writer.string("orders.put")
    writer.key("params")
    writer.beginObject()
    writer.key("orders")
    writer.beginArray()
    draft.write(to: &writer)
    writer.endArray()
    writer.endObject()
    writer.endObject()
    return writer.bytes + [0x0A]
  }
}
