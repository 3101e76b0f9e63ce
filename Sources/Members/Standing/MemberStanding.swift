import Shop

// Where a member stands: points and level
// ---------------------------------------
// Nothing of it is booked. It is worked out, when it is asked for, by one pass over the customer's
// orders and movements of points in order of time, from the rules as they are configured and the
// facts as they stand. So late orders, returns, cancellations and orders that move to another
// customer leave it right, and it is the same however the facts arrived, as of any moment.
//
// Points come in lots: what one order earned (for what stands of it), or one grant. A use takes
// from the lots that expire first, of those the oldest. What expires by a moment is gone at that
// moment. Where an order came back of which points had been spent already, the balance does not go
// below zero: the rest is owed, and the next lots pay it first. Points spent on an order that is
// cancelled count as not spent. At every moment
//
//   earned + granted + owed = live + spent + expired
//
// A coupon that multiplies points (`PointBook.setFactor`) does so from when it is used for an order
// until that use is taken back, as if it had always been so.
//
// A level is reached by what the window holds: reached(t). Without terms of validity the level at t
// is reached(t). With them it is a state that moves with time:
//
//   an order at t, reached(t) at least the level   level = reached(t), kept to the validity's end
//   the end and the days of grace are over at u    level = reached(u), or one less where that is
//                                                  more and the terms say one step; kept from u on
//
// O(orders + movements), with a step more for each level lost. A level that multiplies points is
// that of the moment just before the order.

/// Points and level of one customer from one viewpoint.
package struct MemberStanding: Sendable {
  /// Points that came together.
  package struct Lot: Equatable, Sendable {
    package var time: Instant
    package var expires: Instant?
    package var left: Int64
  }

  /// A line of the account.
  package struct Line: Equatable, Sendable {
    package enum Kind: String, Sendable {
      case earned
      case granted
      case spent
      case expired
    }

    package var kind: Kind
    package var time: Instant
    package var points: Int64
    /// What can be spent after it.
    package var balance: Int64
    /// What earned them, or what they were spent on.
    package var order: String?
    package var note: String?
    package var expires: Instant?
    /// Of what was earned, in hundredths.
    package var factor: Int64?
  }

  package private(set) var earned: Int64 = 0
  package private(set) var granted: Int64 = 0
  package private(set) var spent: Int64 = 0
  package private(set) var expired: Int64 = 0
  /// What was spent and has no points behind it any more.
  package private(set) var owed: Int64 = 0
  /// By expiry, then by time; those before `head` are used up or gone.
  private var lots: [Lot] = []
  private var head = 0
  package private(set) var lines: [Line] = []
  private let recordsLines: Bool

  private let rules: MemberRules
  private let zone: Zone
  /// Orders so far, by time, with running sums; the first element is nothing.
  private var times: [Instant] = []
  private var sums = [LevelSums()]
  /// The first order inside of the window, which only moves on.
  private var windowStart = 0
  /// Below zero: none.
  private var level = -1
  private var until: Instant?
  private let now: Instant

  /// - Parameter recordsLines: whether the account is wanted too.
  init(of profile: MemberProfile, recordsLines: Bool = false) {
    let view = profile.view
    let (facts, viewpoint) = (view.facts, view.viewpoint)
    self.recordsLines = recordsLines
    rules = view.rules
    zone = facts.settings.zone
    now = viewpoint.now
    let orders = facts.orders
    var standing: [Int32] = []
    orders.forEachOrder(of: profile.customer) { order in
      if viewpoint.sees(orders.time[Int(order)]), orders.stands(order) { standing.append(order) }
      return true
    }
    // By time; of one moment grants come before uses, which come after orders.
    var entries = view.points.entries(of: profile.customer).enumerated().filter {
      viewpoint.sees($0.element.time)
    }
    entries.sort { left, right in
      if left.element.time != right.element.time { return left.element.time < right.element.time }
      if left.element.isGrant != right.element.isGrant { return left.element.isGrant }
      return left.offset < right.offset
    }
    let birthday = profile.record.birthday
    var place = 0
    for order in standing.reversed() {
      let time = orders.time[Int(order)]
      while place < entries.count, entries[place].element.time < time {
        book(entries[place].element, facts)
        place += 1
      }
      take(order, at: time, birthday: birthday, facts, view.points)
    }
    while place < entries.count {
      book(entries[place].element, facts)
      place += 1
    }
    advance(to: now)
  }

  // MARK: Points

  /// What can be spent now.
  package private(set) var balance: Int64 = 0

  /// What can be spent now, by expiry.
  package var liveLots: [Lot] { lots[head...].filter { $0.left > 0 } }

  private mutating func add(_ points: Int64, at time: Instant, expires: Instant?) {
    let paid = min(owed, points)
    owed -= paid
    var lot = Lot(time: time, expires: expires, left: points - paid)
    if let expires, expires <= time {
      // Came too late to be of use.
      expired = Money.sum(expired, lot.left)
      lot.left = 0
    }
    if lot.left == 0 { return }
    balance = Money.sum(balance, lot.left)
    var place = lots.count
    let end = expires ?? .latest
    while place > head {
      let other = lots[place - 1]
      let otherEnd = other.expires ?? .latest
      if otherEnd < end || otherEnd == end && other.time <= time { break }
      place -= 1
    }
    lots.insert(lot, at: place)
  }

  private mutating func use(_ points: Int64) {
    var left = points
    while left > 0, head < lots.count {
      let part = min(left, lots[head].left)
      lots[head].left -= part
      balance -= part
      left -= part
      if lots[head].left == 0 { head += 1 }
    }
    owed = Money.sum(owed, left)
  }

  private mutating func expire(by moment: Instant) {
    while head < lots.count, let end = lots[head].expires, end <= moment {
      let left = lots[head].left
      lots[head].left = 0
      head += 1
      balance -= left
      expired = Money.sum(expired, left)
      note(.expired, at: end, left)
    }
  }

  private mutating func note(
    _ kind: Line.Kind, at time: Instant, _ points: Int64, order: String? = nil,
    note: String? = nil, expires: Instant? = nil, factor: Int64? = nil
  ) {
    guard recordsLines, points > 0 else { return }
    lines.append(
      Line(
        kind: kind, time: time, points: points, balance: balance, order: order, note: note,
        expires: expires, factor: factor))
  }

  private mutating func book(_ entry: PointBook.Entry, _ facts: ShopFacts) {
    expire(by: entry.time)
    if entry.isGrant {
      granted = Money.sum(granted, entry.points)
      add(entry.points, at: entry.time, expires: entry.expires)
      note(.granted, at: entry.time, entry.points, note: entry.note, expires: entry.expires)
    } else {
      if let id = entry.order, let order = facts.orders.index(of: id),
        facts.orders.isCancelled[Int(order)]
      {
        return
      }
      spent = Money.sum(spent, entry.points)
      use(entry.points)
      note(.spent, at: entry.time, entry.points, order: entry.order, note: entry.note)
    }
  }

  // MARK: Orders

  private mutating func take(
    _ order: Int32, at time: Instant, birthday: Day?, _ facts: ShopFacts, _ book: PointBook
  ) {
    expire(by: time)
    advanceLevel(to: time)
    let net = facts.orders.net(order: order)
    var points: Int64 = 0
    if let rule = rules.points.last(where: { $0.from <= time }) {
      let factor = rule.factor(
        on: PointRules.Occasion(
          level: levelID, channel: facts.channelName(facts.orders.channel[Int(order)]),
          day: zone.day(of: time), birthday: birthday),
        coupons: book.factor(ofOrder: facts.orders.names[order]))
      points = rule.points(for: net, factor: factor)
      let expires = rule.validity?.end(from: time, zone)
      earned = Money.sum(earned, points)
      add(points, at: time, expires: expires)
      note(
        .earned, at: time, points, order: facts.orders.names[order], expires: expires,
        factor: factor)
    }
    guard let last = sums.last else { return }
    times.append(time)
    sums.append(
      LevelSums(
        spend: Money.sum(last.spend, max(0, net)), points: Money.sum(last.points, points),
        orders: last.orders + 1))
    // The order itself may raise the level.
    slide(to: time)
    let reached = reachedLevel
    if rules.levelTerms.validity == nil {
      level = reached
    } else if reached >= level, reached >= 0 {
      level = reached
      until = rules.levelTerms.validity?.end(from: time, zone)
    }
  }

  // MARK: Levels

  private mutating func advance(to moment: Instant) {
    expire(by: moment)
    advanceLevel(to: moment)
  }

  /// What the window holds.
  private var windowSums: LevelSums { sums(from: windowStart) }

  private func sums(from start: Int) -> LevelSums {
    guard let last = sums.last else { return LevelSums() }
    let before = sums[start]
    return LevelSums(
      spend: last.spend - before.spend, points: last.points - before.points,
      orders: last.orders - before.orders)
  }

  private var reachedLevel: Int { level(of: windowSums) }

  private func level(of sums: LevelSums) -> Int {
    rules.levels.lastIndex { $0.isReached(sums) } ?? -1
  }

  /// When what happened at some moment leaves the window.
  private func leaving(_ time: Instant) -> Instant {
    switch rules.levelTerms.window {
    case .days(let count): time.advanced(byDays: Double(count))
    case .year: Validity.yearEnd(later: 0).end(from: time, zone)
    }
  }

  private mutating func slide(to moment: Instant) {
    while windowStart < times.count, leaving(times[windowStart]) <= moment { windowStart += 1 }
  }

  private mutating func advanceLevel(to moment: Instant) {
    if rules.levels.isEmpty { return }
    guard rules.levelTerms.validity != nil else {
      slide(to: moment)
      level = reachedLevel
      return
    }
    while level >= 0, let until {
      let end = until.advanced(byDays: Double(rules.levelTerms.graceDays))
      if end > moment { break }
      slide(to: end)
      let reached = reachedLevel
      level = rules.levelTerms.downgrade == .oneStep ? max(level - 1, reached) : reached
      self.until = level >= 0 ? rules.levelTerms.validity?.end(from: end, zone) : nil
    }
    slide(to: moment)
  }

  /// The level's id; nil for none.
  package var levelID: String? { level < 0 ? nil : rules.levels[level].id }

  /// The first moment at which the level is another if nothing more is bought, without the days of
  /// grace; nil for none, and for one that is never lost.
  package var levelUntil: Instant? {
    if level < 0 { return nil }
    if rules.levelTerms.validity != nil { return until }
    for start in windowStart..<max(windowStart, times.count) {
      if self.level(of: sums(from: start + 1)) < level { return leaving(times[start]) }
    }
    return nil
  }

  /// What a customer lacks for the next level.
  package struct NextLevel: Equatable, Sendable {
    package var id: String
    /// Of each figure that would be enough alone.
    package var spend: Int64?
    package var points: Int64?
    package var orders: Int64?
    /// When the first of what counts now counts no more; nil where nothing does.
    package var by: Instant?
  }

  /// Nil at the highest level, and in a shop without levels.
  package var nextLevel: NextLevel? {
    guard level + 1 < rules.levels.count else { return nil }
    let (next, held) = (rules.levels[level + 1], windowSums)
    return NextLevel(
      id: next.id, spend: next.spend.map { max(0, $0 - held.spend) },
      points: next.points.map { max(0, $0 - held.points) },
      orders: next.orders.map { max(0, $0 - held.orders) },
      by: windowStart < times.count ? leaving(times[windowStart]) : nil)
  }
}
