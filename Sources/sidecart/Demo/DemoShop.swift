import Shop

// How the demo's shop comes about
// -------------------------------
// Two years of a tea house, drawn from a seed. Each customer has a day of joining, a rhythm (mean
// days between visits), two to four favourites that are bought again when they run out, a taste for
// trying new things, a sensitivity to price, a channel, and perhaps a day after which they never
// come again. A visit takes the favourites that are due, what goes with them, now and then
// something new or of the season; who is sensitive to price buys more of it at a discount, and more
// so in the sale week of each quarter. A third are regulars, a third come now and then, the rest
// came once or twice, often for a gift; some joined and never bought. Nothing is tuned to what the
// recommender looks for: habits, seasons, companions and lapses are what shops have.

/// A shop made from a seed: the same seed gives the same shop on every machine.
struct DemoShop {
  /// The moment that the demo plays at: the morning after the last day of the made-up trade.
  static let now = Instant(milliseconds: 1_782_864_000_000)  // 2026-07-01T00:00:00Z
  static let days = 730

  private(set) var items: [ItemPatch] = []
  private(set) var customers: [CustomerPatch] = []
  private(set) var orders: [OrderDraft] = []
  private(set) var events: [EventDraft] = []

  private var random: SplitMix
  private let zone: Zone
  private let firstDay: Int32

  /// - Parameter customerCount: how many customers the shop wins over its two years.
  init(seed: UInt64, customerCount: Int, zone: Zone) {
    random = SplitMix(seed: seed)
    self.zone = zone
    let today = zone.day(of: DemoShop.now)
    firstDay = today.number - Int32(DemoShop.days)
    items = DemoCatalogue.products.enumerated().map { index, product in
      var item = ItemPatch(id: product.id)
      item.title = .set(product.title)
      item.category = .set(product.category)
      item.price = .set(product.price)
      item.cost = .set(product.cost)
      item.introduced = .set(Day(number: firstDay + Int32(index % 7) * 30))
      if !product.isSold(inMonth: today.date.month) { item.stock = .set(0) }
      return item
    }
    for number in 1...max(1, customerCount) { live(number) }
    orders.sort { ($0.time, $0.id) < ($1.time, $1.id) }
    events.sort { ($0.time, $0.id ?? "") < ($1.time, $1.id ?? "") }
  }

  private struct Habits {
    var rhythmDays: Double
    var favourites: [Int]
    var exploring: Double
    var sensitivity: Double
    var channel: String
    /// Who comes for a gift, and hardly for anything else.
    var seeksGift: Bool
    var lastDay: Double
  }

  private mutating func habits(from day: Double) -> Habits {
    let kind = random.fraction()
    let rhythm = kind < 0.3 ? 9 + 12 * random.fraction() : 25 + 55 * random.fraction()
    let stays = kind < 0.3 ? 900.0 : kind < 0.65 ? 420.0 : 40.0
    let consumables = DemoCatalogue.consumables
    var favourites: [Int] = []
    for _ in 0..<2 + random.below(3) {
      // The smaller of two draws: what stands first in the catalogue is liked by most.
      let first = random.below(consumables.count)
      let choice = consumables[min(first, random.below(consumables.count))]
      if !favourites.contains(choice) { favourites.append(choice) }
    }
    return Habits(
      rhythmDays: rhythm, favourites: favourites, exploring: 0.05 + 0.3 * random.fraction(),
      sensitivity: random.fraction() * random.fraction(),
      channel: ["store", "wechat", "app"][random.below(3)],
      seeksGift: kind >= 0.65 && random.fraction() < 0.4,
      lastDay: day - stays * random.logarithm())
  }

  /// One customer's two years, from the day of joining on.
  private mutating func live(_ number: Int) {
    let id = "member-" + String(number)
    var day = Double(DemoShop.days) * random.fraction()
    let habits = habits(from: day)
    describe(id, joined: day, habits)
    if random.fraction() < 0.06 { return }
    var boughtOn: [Int: Double] = [:]
    var visit = 0
    while day < Double(DemoShop.days) - 1, day <= habits.lastDay || visit == 0 {
      let basket = basket(of: habits, on: day, boughtOn: boughtOn)
      for index in basket { boughtOn[index] = day }
      visit += 1
      record(basket, of: id, visit: visit, on: day, habits)
      let gap = -habits.rhythmDays * random.logarithm() * 0.6 + habits.rhythmDays * 0.4
      day += max(1, gap)
    }
  }

  private mutating func describe(_ id: String, joined day: Double, _ habits: Habits) {
    var customer = CustomerPatch(id: id)
    customer.name = .set(DemoNames.name(random.below(DemoNames.count)))
    customer.joined = .set(moment(day, hour: 8))
    customer.region = .set(["Hangzhou", "Shanghai", "Suzhou", "Ningbo"][random.below(4)])
    let birthday = Day(number: -8000 + Int32(random.below(14_000)))
    customer.birthday = .set(birthday)
    customer.consent = .set(
      .object([
        .init(name: "sms", value: .bool(random.fraction() < 0.7)),
        .init(name: "wechat", value: .bool(random.fraction() < 0.9)),
      ]))
    customers.append(customer)
  }

  private mutating func basket(
    of habits: Habits, on day: Double, boughtOn: [Int: Double]
  ) -> [Int] {
    let products = DemoCatalogue.products
    let month = Day(number: firstDay + Int32(day)).date.month
    var basket: [Int] = []
    func add(_ index: Int) {
      let isNeeded =
        products[index].lastsDays > 0 || products[index].isGift || boughtOn[index] == nil
      if isNeeded, products[index].isSold(inMonth: month), !basket.contains(index) {
        basket.append(index)
      }
    }
    if habits.seeksGift {
      let gifts = products.indices.filter {
        products[$0].isGift && products[$0].isSold(inMonth: month)
      }
      add(gifts[random.below(gifts.count)])
    } else {
      for index in habits.favourites {
        let since = boughtOn[index].map { day - $0 } ?? .infinity
        if since >= products[index].lastsDays * (0.7 + 0.4 * random.fraction()) { add(index) }
      }
    }
    for index in products.indices where products[index].season.contains(month) {
      if random.fraction() < (products[index].isGift ? 0.03 : 0.05) { add(index) }
    }
    if random.fraction() < habits.exploring { explore(add) }
    // Nothing is due: mostly a favourite a little early, else something new.
    if basket.isEmpty, random.fraction() < 0.7 {
      add(habits.favourites[random.below(habits.favourites.count)])
    }
    while basket.isEmpty { explore(add) }
    for index in basket {
      for companion in products[index].companions where random.fraction() < 0.22 {
        add(DemoCatalogue.index(of: companion))
      }
    }
    return basket
  }

  private mutating func explore(_ add: (Int) -> Void) {
    let count = DemoCatalogue.products.count
    let first = random.below(count)
    add(min(first, random.below(count)))
  }

  private mutating func record(
    _ basket: [Int], of id: String, visit: Int, on day: Double, _ habits: Habits
  ) {
    let products = DemoCatalogue.products
    let isSale = Int(day) % 91 < 7
    let time = moment(day, hour: 9 + random.below(12))
    let lines = basket.map { index in
      let quantity = products[index].lastsDays > 0 && random.fraction() < 0.2 ? 2 : 1
      let gross = products[index].price * Int64(quantity)
      let isDiscounted =
        random.fraction() < (isSale ? 0.3 + habits.sensitivity : habits.sensitivity / 2)
      return OrderDraft.Line(
        item: products[index].id, quantity: Int64(quantity), unitPrice: products[index].price,
        discount: isDiscounted ? gross * 15 / 100 : 0)
    }
    let channel = random.fraction() < 0.85 ? habits.channel : "store"
    orders.append(
      OrderDraft(
        id: "order-" + id.dropFirst("member-".count) + "-" + String(visit), customer: id,
        time: time, channel: channel, lines: lines))
    if random.fraction() < 0.5, let first = basket.first {
      events.append(
        EventDraft(
          id: "view-" + id.dropFirst("member-".count) + "-" + String(visit), type: "view",
          customer: id, item: products[first].id,
          time: time.advanced(byMilliseconds: -1_800_000), channel: channel))
    }
  }

  private mutating func moment(_ day: Double, hour: Int) -> Instant {
    let minutes = Int64(random.below(60))
    return zone.instant(
      day: Day(number: firstDay + Int32(day)), clock: (Int64(hour) * 60 + minutes) * 60_000)
  }
}
