import Shop
import Statistics

// How the shop's shares are kept
// ------------------------------
// A customer's style is shrunken to the shop's, so that the shop's shares of hours, weekdays,
// channels, categories, brands and price bands are counted over all orders that were ever placed,
// cancelled and returned ones and those of nobody included: what was ordered says how people of
// this shop order. So counts only ever grow with added orders, and following them is O(lines
// added). They are whole numbers, so that this equals counting anew. A forgotten customer or
// another time zone has all counted anew; items that changed, their categories, brands and bands.
//
//   price of an item   its catalogue price, else the highest unit price at which it was ordered
//   price band         the share of the items of its widest category (of the shop where that has
//                      fewer than nine with a price) that are cheaper, equal ones counting half:
//                      below 1/3 low, above 2/3 high, else middle
//
// What customers do besides buying is summed by day, in points (`Interaction`), so that the decay
// of any moment is worked out over days, not events.
//
// How often customers take what is new to them, and who did anything besides buying, depends on
// whose orders and events are whose: kept by customer, counted anew for those with added orders and
// for the two of a move.

/// What the shop's orders and events say of hours, channels, brands and so on, up to a horizon.
struct StyleCounts: Equatable, Sendable {
  let horizon: Instant
  let zone: Zone
  private(set) var orderCount = 0
  private(set) var eventCount = 0
  private let forgottenOrders: Int
  private let forgottenEvents: Int
  private var moveCount: UInt64

  private(set) var hours = [Int](repeating: 0, count: 24)
  /// Monday first.
  private(set) var weekdays = [Int](repeating: 0, count: 7)
  /// By index of the channel.
  private(set) var channels: [Int32: Int] = [:]
  private(set) var channelTotal = 0
  /// By item: lines that name it, and the highest unit price of them.
  private var itemLines: [Int] = []
  private var itemPrices: [Int64] = []

  /// Points by UTC day.
  private(set) var pointsByDay: [Int64: Int64] = [:]
  private var interacting: [Bool] = []
  /// Customers with an event that counts.
  private(set) var interactingCount = 0

  /// By customer.
  private var novelties: [Novelty] = []
  /// Of all customers together.
  private(set) var novelty = Novelty()

  /// Survey answers in 0 ... 10, and their sum in thousandths: whole, so that the order in which
  /// they came does not matter.
  private(set) var surveyCount = 0
  private var surveySum: Int64 = 0

  // What follows from the items.
  private var itemRevision: UInt64?
  private(set) var categories: [String: Int] = [:]
  private(set) var categoryTotal = 0
  /// By index of the brand.
  private(set) var brands: [Int32: Int] = [:]
  private(set) var brandTotal = 0
  private var bandOfItem: [PriceBand?] = []
  private(set) var bands = [Int](repeating: 0, count: 3)

  init(horizon: Instant, facts: ShopFacts) {
    self.horizon = horizon
    zone = facts.settings.zone
    forgottenOrders = facts.orders.count - facts.orders.liveCount
    forgottenEvents = facts.events.count - facts.events.liveCount
    moveCount = facts.moveCount
    follow(facts)
  }

  /// Whether what was counted is still there, so that what was added is all that is to be counted.
  func isBehind(_ facts: ShopFacts) -> Bool {
    zone == facts.settings.zone && orderCount <= facts.orders.count
      && eventCount <= facts.events.count
      && forgottenOrders == facts.orders.count - facts.orders.liveCount
      && forgottenEvents == facts.events.count - facts.events.liveCount
      && moveCount == facts.moveCount
  }

  /// Counts what was added. O(lines and events added, and all lines of the customers with added
  /// orders, log of these); O(items log items) where items changed.
  mutating func follow(_ facts: ShopFacts) {
    let orders = facts.orders
    itemLines += Array(repeating: 0, count: max(0, facts.items.count - itemLines.count))
    itemPrices += Array(repeating: 0, count: max(0, facts.items.count - itemPrices.count))
    if itemRevision != facts.items.revision { itemRevision = nil }
    var added: Set<Int32> = []
    for order in orderCount..<orders.count where orders.customer[order] >= -1 {
      if orders.time[order] > horizon { continue }
      count(Int32(order), facts)
      if orders.customer[order] >= 0 { added.insert(orders.customer[order]) }
    }
    orderCount = orders.count
    for customer in added { countNovelty(of: customer, facts) }
    for event in eventCount..<facts.events.count where facts.events.customer[event] >= 0 {
      if facts.events.time[event] <= horizon { count(event: event, facts) }
    }
    eventCount = facts.events.count
    if itemRevision == nil { sortItems(facts.items) }
  }

  private mutating func count(_ order: Int32, _ facts: ShopFacts) {
    let orders = facts.orders
    let local = LocalTime(orders.time[Int(order)], zone)
    hours[local.hour] += 1
    weekdays[local.weekday - 1] += 1
    let channel = orders.channel[Int(order)]
    if channel >= 0 {
      channels[channel, default: 0] += 1
      channelTotal += 1
    }
    for line in orders.lines(of: order) {
      let item = Int(orders.lineItem[line])
      itemLines[item] += 1
      let price = orders.lineUnitPrice[line]
      if price > itemPrices[item] {
        itemPrices[item] = price
        if facts.items.items[item].price == nil { itemRevision = nil }
      }
      if itemRevision != nil { take(item, lines: 1, facts.items) }
    }
  }

  private mutating func count(event: Int, _ facts: ShopFacts) {
    let type = facts.events.types[facts.events.type[event]]
    if let answer = PromoterScore.answer(of: Int32(event), type: type, facts.events) {
      surveyCount += 1
      surveySum += Int64((answer * 1000).rounded())
    }
    let points = Interaction.points(type)
    if points == 0 { return }
    let day = Interaction.day(of: facts.events.time[event])
    pointsByDay[day, default: 0] += points
    setInteracting(facts.events.customer[event], true)
  }

  private mutating func setInteracting(_ customer: Int32, _ interacts: Bool) {
    let customer = Int(customer)
    if customer >= interacting.count {
      interacting += Array(repeating: false, count: customer + 1 - interacting.count)
    }
    if interacting[customer] != interacts { interactingCount += interacts ? 1 : -1 }
    interacting[customer] = interacts
  }

  private mutating func countNovelty(of customer: Int32, _ facts: ShopFacts) {
    let place = Int(customer)
    if place >= novelties.count {
      novelties += Array(repeating: Novelty(), count: place + 1 - novelties.count)
    }
    novelty.subtract(novelties[place])
    novelties[place] = Novelty(of: customer, until: horizon, facts.orders)
    novelty.add(novelties[place])
  }

  /// Counts two customers anew between whom orders or events went. O(orders and events of both).
  mutating func takeMove(_ source: Int32, _ target: Int32, _ facts: ShopFacts) {
    // Where another move was missed, all is counted anew when it is asked for.
    guard moveCount &+ 1 == facts.moveCount else { return }
    moveCount = facts.moveCount
    for customer in [source, target] {
      countNovelty(of: customer, facts)
      var interacts = false
      facts.events.forEachEvent(of: customer) { event in
        let type = facts.events.types[facts.events.type[Int(event)]]
        if Interaction.points(type) > 0, facts.events.time[Int(event)] <= horizon {
          interacts = true
        }
        return !interacts
      }
      setInteracting(customer, interacts)
    }
  }

  /// The mean answer to a survey, 0 to 10; nil where nobody answered.
  var meanAnswer: Double? {
    surveyCount == 0 ? nil : Double(surveySum) / 1000 / Double(surveyCount)
  }

  // MARK: Items

  private mutating func take(_ item: Int, lines: Int, _ items: ItemTable) {
    if let category = items.items[item].category?.first {
      categories[category, default: 0] += lines
      categoryTotal += lines
    }
    let brand = items.marks[item].brand
    if brand >= 0 {
      brands[brand, default: 0] += lines
      brandTotal += lines
    }
    if let band = bandOfItem[item] { bands[band.rawValue] += lines }
  }

  private mutating func sortItems(_ items: ItemTable) {
    itemRevision = items.revision
    bandOfItem = PriceBand.bands(
      prices: (0..<items.count).map { item in
        if let price = items.items[item].price { return price }
        return itemLines[item] > 0 ? itemPrices[item] : nil
      }, groups: items.items.map { $0.category?.first })
    (categories, brands) = ([:], [:])
    (categoryTotal, brandTotal) = (0, 0)
    bands = [0, 0, 0]
    for item in 0..<items.count where itemLines[item] > 0 {
      take(item, lines: itemLines[item], items)
    }
  }

  /// The brand of most lines, of equal ones the first by name; nil without any. O(brands).
  func leadingBrand(_ names: NameTable) -> Int32? {
    brands.filter { $0.value > 0 }.max { left, right in
      left.value != right.value
        ? left.value < right.value : names.precedes(right.key, left.key)
    }?.key
  }

  func band(of item: Int32) -> PriceBand? {
    Int(item) < bandOfItem.count ? bandOfItem[Int(item)] : nil
  }
}

/// The hour, 0 to 23, and the weekday, 1 is Monday, at a moment.
struct LocalTime {
  let hour: Int
  let weekday: Int

  init(_ moment: Instant, _ zone: Zone) {
    hour = Int(zone.clock(at: moment) / 3_600_000)
    // 1970-01-01 was a Thursday.
    let number = Int64(zone.day(of: moment).number) + 3
    weekday = Int(number.flooredDivision(by: 7).remainder) + 1
  }
}

/// Where an item's price lies among those of its category.
package enum PriceBand: Int, Sendable {
  case low
  case middle
  case high

  var name: String {
    switch self {
    case .low: "low"
    case .middle: "middle"
    case .high: "high"
    }
  }

  /// Priced items of a category from which its own prices are compared.
  static let leastGroup = 9

  /// The band of each item that has a price. O(items log items).
  package static func bands(prices: [Int64?], groups: [String?]) -> [PriceBand?] {
    var shop: [Int64] = []
    var byGroup: [String: [Int64]] = [:]
    for (price, group) in zip(prices, groups) {
      guard let price else { continue }
      shop.append(price)
      if let group { byGroup[group, default: []].append(price) }
    }
    shop.sort()
    byGroup = byGroup.filter { $0.value.count >= leastGroup }.mapValues { $0.sorted() }
    return zip(prices, groups).map { price, group in
      price.map { band(of: $0, among: group.flatMap { byGroup[$0] } ?? shop) }
    }
  }

  private static func band(of price: Int64, among sorted: [Int64]) -> PriceBand {
    func place(_ isBefore: (Int64) -> Bool) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if isBefore(sorted[middle]) { low = middle + 1 } else { high = middle }
      }
      return low
    }
    // Twice the rank, so that half of the equal ones is a whole number.
    let rank = place { $0 < price } + place { $0 <= price }
    if 3 * rank < 2 * sorted.count { return .low }
    return 3 * rank > 4 * sorted.count ? .high : .middle
  }
}
