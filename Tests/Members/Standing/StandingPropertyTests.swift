import Members
import Shop
import TestSupport
import Testing

/// Points and levels against a plain account that is kept midnight by midnight.
@Suite struct StandingPropertyTests {
  private struct Lot {
    var day: Double
    var end: Double
    var left: Int64
  }

  private struct Order {
    var day: Double
    var net: Int64
    /// Of its coupons, hundredths.
    var factor: Int64
  }

  private struct Move {
    var day: Double
    var points: Int64
    var isGrant: Bool
    var end: Double
  }

  /// An account by hand: days as numbers, everything looked at anew at each step.
  private struct Account {
    let per: Int64
    let validDays: Int
    let thresholds: [Int64]
    let windowDays: Double
    let levelDays: Int?
    let graceDays: Int
    let oneStep: Bool
    var lots: [Lot] = []
    var owed: Int64 = 0
    var level = -1
    var until = 0.0
    var seen: [Order] = []

    func reached(_ day: Double) -> Int {
      let spend = seen.filter { $0.day > day - windowDays + 1e-9 && $0.day <= day }.reduce(0) {
        $0 + $1.net
      }
      return thresholds.lastIndex { spend >= $0 } ?? -1
    }

    mutating func midnight(_ day: Double) {
      guard levelDays != nil else { return }
      while level >= 0, until + Double(graceDays) <= day {
        let reached = reached(day)
        level = oneStep ? max(level - 1, reached) : reached
        until = day + Double(levelDays!) + 1
      }
    }

    mutating func gain(_ points: Int64, _ day: Double, _ end: Double) {
      let paid = min(owed, points)
      owed -= paid
      if end > day { lots.append(Lot(day: day, end: end, left: points - paid)) }
    }

    mutating func spend(_ points: Int64, _ day: Double) {
      lots.removeAll { $0.end <= day }
      var left = points
      while left > 0 {
        let best = lots.indices.filter { lots[$0].left > 0 }
          .min { (lots[$0].end, lots[$0].day) < (lots[$1].end, lots[$1].day) }
        guard let best else { break }
        let part = min(left, lots[best].left)
        lots[best].left -= part
        left -= part
      }
      owed += left
    }

    mutating func order(_ order: Order) {
      gain(
        order.net / per * order.factor / 100, order.day,
        order.day.rounded(.down) + Double(validDays) + 1)
      seen.append(order)
      guard let levelDays else { return }
      let reached = reached(order.day)
      if reached >= level, reached >= 0 {
        level = reached
        until = order.day.rounded(.down) + Double(levelDays) + 1
      }
    }
  }

  @Test func equalsAPlainAccount() throws {
    try forEachSeed(60) { seed, generator in
      let levelDays = generator.oneIn(3) ? nil : generator.integer(in: 5...60)
      let graceDays = levelDays == nil ? 0 : generator.integer(in: 0...10)
      let oneStep = generator.oneIn(2) && levelDays != nil
      var account = Account(
        per: 10, validDays: generator.integer(in: 5...50), thresholds: [300, 900, 2_000],
        windowDays: Double(generator.integer(in: 10...60)), levelDays: levelDays,
        graceDays: graceDays, oneStep: oneStep)
      var shop = SampleShop()
      var index = MemberIndex()
      var terms: [(String, Value)] = [("window_days", .integer(Int64(account.windowDays)))]
      if let levelDays {
        terms += [
          ("valid_days", .integer(Int64(levelDays))), ("grace_days", .integer(Int64(graceDays))),
          ("downgrade", .string(oneStep ? "one_step" : "reached")),
        ]
      }
      index.rules = try StandingTests.rules(
        points: StandingTests.object([
          ("per", .integer(10)), ("valid_days", .integer(Int64(account.validDays))),
        ]),
        levels: ["x", "y", "z"].enumerated().map {
          StandingTests.level($1, ("spend", account.thresholds[$0]))
        }, terms: StandingTests.object(terms))
      var orders: [Order] = []
      var moves: [Move] = []
      // No two at one moment, none at midnight.
      let days = (0..<40).map { Double($0) * 4 + Double(generator.integer(in: 1...95)) / 24 }
      for day in days.shuffled(using: &generator) {
        switch generator.integer(in: 0...5) {
        case 0:
          let end = day + Double(generator.integer(in: 1...40))
          let points = Int64(generator.integer(in: 1...60))
          moves.append(Move(day: day, points: points, isGrant: true, end: end))
          StandingTests.book(&index, &shop, .granted, points, day: day, expires: end)
        case 1:
          // As much as it may be: what was refused at the time would be here too.
          let points = Int64(generator.integer(in: 1...80))
          moves.append(Move(day: day, points: points, isGrant: false, end: 0))
          StandingTests.book(&index, &shop, .spent, points, day: day)
        default:
          let quantity = Int64(generator.integer(in: 1...3))
          let order = shop.order(
            "a", day: day, price: Int64(generator.integer(in: 0...300)), quantity: quantity)
          if generator.oneIn(5) {
            let line = shop.facts.orders.lines(of: order).lowerBound
            shop.facts.applyReturn([(line: line, quantity: 1)])
          } else if generator.oneIn(8) {
            shop.facts.applyCancel(order)
          }
          if shop.facts.orders.stands(order) {
            let factors: [Int64] = [50, 150, 300, 700]
            let factor = generator.oneIn(3) ? factors[generator.integer(in: 0...3)] : 100
            if factor != 100 {
              index.points.setFactor(factor, ofOrder: shop.facts.orders.names[order])
            }
            orders.append(
              Order(day: day, net: shop.facts.orders.net(order: order), factor: factor))
          }
        }
      }
      guard shop.facts.customers.index(of: "a") != nil else { return }
      for day in 0...170 {
        account.midnight(Double(day))
        let events =
          orders.filter { Int($0.day) == day }.map { ($0.day, Optional($0), Move?.none) }
          + moves.filter { Int($0.day) == day }.map { ($0.day, Order?.none, Optional($0)) }
        for (moment, order, move) in events.sorted(by: { $0.0 < $1.0 }) {
          if let order { account.order(order) }
          if let move {
            if move.isGrant {
              account.gain(move.points, moment, move.end)
            } else {
              account.spend(move.points, moment)
            }
          }
        }
        let at = Double(day) + 0.999
        let standing = try StandingTests.profile(shop, index, day: at).standing
        let live = account.lots.reduce(0) { $0 + ($1.end > at ? $1.left : 0) }
        #expect(standing.balance == live, "seed \(seed), day \(day)")
        #expect(standing.owed == account.owed, "seed \(seed), day \(day)")
        #expect(
          standing.earned + standing.granted + standing.owed
            == standing.balance + standing.spent + standing.expired, "seed \(seed), day \(day)")
        let level = account.levelDays == nil ? account.reached(at) : account.level
        #expect(
          standing.levelID == (level < 0 ? nil : ["x", "y", "z"][level]), "seed \(seed), \(day)")
        if let end = standing.levelUntil {
          let last =
            Double(end.milliseconds) / 86_400_000 - Double(SampleShop.start.number)
          if levelDays == nil {
            // If nothing more is bought, then it is another, and just before it is this one.
            #expect(account.reached(last + 1e-7) < level, "seed \(seed), day \(day)")
            #expect(account.reached(last - 1e-5) >= level, "seed \(seed), day \(day)")
          } else {
            #expect(abs(last - account.until) < 1e-6, "seed \(seed), day \(day)")
          }
        }
      }
    }
  }
}
