import Members
import Shop
import Statistics

// What is timed, and beside what
// ------------------------------
// Each figure is the median of thousands, one by one, with its 99th percentile, beside a reference
// of the same run: a profile beside a bare walk over the same customer's order lines; an order
// folded into its customer's profile beside putting the same order into the facts, which has to be
// done anyhow; the fifths of everybody after one more order beside sorting what they rank anew.
// Timed is what is true: at the end an index that never followed anything gives the same fifths
// and the same fields as the one that took in every order.

/// How long a profile takes, and to keep it fresh.
struct ProfileFigures {
  private let customers: Int
  private var random = SplitMix(seed: 1)
  private var facts = ShopFacts()
  private var count = 0
  private var members = MemberIndex()
  private let now = Viewpoint(now: Self.start.advanced(byDays: 310))
  private static let start = Instant(milliseconds: 1_700_000_000_000)

  /// Five orders of each customer, 60 days apart.
  init(customers: Int) {
    self.customers = customers
    for day in 0..<5 {
      for customer in 0..<customers {
        facts.apply(
          draft(of: customer, day: Double(day * 60) + Double(customer) * 50 / Double(customers)))
      }
    }
  }

  mutating func measure() {
    let first = Samples.once { _ = members.view(from: now, facts: facts).norms.customers }
    let picks = (0..<20_000).map { _ in Int32(random.next() % UInt64(customers)) }
    row("first question, all customers", first)
    profiles(picks)
    following(Array(picks.prefix(10_000)))
    verify(picks.prefix(500))
  }

  /// Profiles of members that nothing changes meanwhile.
  private mutating func profiles(_ picks: [Int32]) {
    let view = members.view(from: now, facts: facts)
    var sink = Int64(0)
    var walk = Samples()
    for pick in picks {
      walk.time {
        facts.orders.forEachOrder(of: pick) { order in
          for line in facts.orders.lines(of: order) { sink &+= facts.orders.net(line: line) }
          return true
        }
      }
    }
    for (name, fields) in [
      ("profile: what a decision asks", ["tier", "lifecycle", "rfm", "silence", "p_alive"]),
      ("profile: all but style", Array(MemberProfile.fieldNames.dropLast(7))),
      ("profile: all", MemberProfile.fieldNames),
    ] {
      _ = view.profile(of: 0).field("style")
      var own = Samples()
      for pick in picks {
        own.time {
          let profile = view.profile(of: pick)
          for field in fields where profile.field(field) != nil { sink &+= 1 }
        }
      }
      row(name, own, "a walk over the customer's lines", walk)
    }
    print("{\"sum\":\(sink)}")
  }

  /// Orders that come in one by one.
  private mutating func following(_ picks: [Int32]) {
    var put = Samples()
    var fold = Samples()
    var fifths = 0
    for (round, pick) in picks.enumerated() {
      let order = draft(of: Int(pick), day: 301 + Double(round) / 1e6)
      put.time { _ = facts.apply(order) }
      fold.time { fifths &+= members.norms(from: now, facts: facts).cuts.orders.count }
    }
    row("an order folded in, everybody's fifths up to date", fold, "put into the facts", put)
    var style = Samples()
    for (round, pick) in picks.prefix(2_000).enumerated() {
      facts.apply(draft(of: Int(pick), day: 302 + Double(round) / 1e6))
      style.time {
        let view = members.view(from: now, facts: facts)
        fifths &+= view.profile(of: pick).field("preferred_hour") == nil ? 0 : 1
      }
    }
    row("the same, with everybody's style", style, "put into the facts", put)
    ranking()
    print("{\"sum\":\(fifths)}")
  }

  /// The fifths alone: one customer's three figures change place, and the cuts are read.
  private mutating func ranking() {
    let view = members.view(from: now, facts: facts)
    let figures = (0..<Int32(customers)).map { view.profile(of: $0).summary.spend }
    var ranks = RankedValues(figures)
    var kept = figures
    var own = Samples()
    var anew = Samples()
    func cuts(_ ranks: RankedValues) -> RFMCuts {
      RFMCuts(lastDays: ranks, orderCounts: ranks, spends: ranks)
    }
    for round in 0..<10_000 {
      let pick = Int(random.next() % UInt64(customers))
      let value = kept[pick] + 1 + Int64(random.next() % 20_000)
      own.time {
        ranks.remove(kept[pick])
        ranks.insert(value)
        kept[pick] = value
        precondition(cuts(ranks).spend.count == 4, "there are four cuts")
      }
      if round % 2_000 > 0 { continue }
      var sorted = ranks
      anew.time { sorted = RankedValues(kept) }
      precondition(cuts(sorted) == cuts(ranks), "the fifths that were kept are those made anew")
    }
    row("one ranked figure changed, cuts read", own, "all sorted anew", anew)
  }

  /// What was followed is what is there.
  private mutating func verify(_ picks: ArraySlice<Int32>) {
    var anew = MemberIndex()
    let (kept, fresh) = (
      members.view(from: now, facts: facts), anew.view(from: now, facts: facts)
    )
    precondition(kept.norms == fresh.norms, "the norms that were kept are those made anew")
    for pick in picks {
      let (left, right) = (kept.profile(of: pick), fresh.profile(of: pick))
      for field in MemberProfile.fieldNames {
        precondition(left.field(field) == right.field(field), "\(field) of \(pick) differs")
      }
    }
    print("{\"verified\":\(picks.count)}")
  }

  private mutating func draft(of customer: Int, day: Double) -> OrderDraft {
    count += 1
    return OrderDraft(
      id: "o-\(count)", customer: "c-\(customer)", time: Self.start.advanced(byDays: day),
      channel: "store",
      lines: (0..<2).map { _ in
        .init(
          item: "i-\(random.next() % 5000)", quantity: 1,
          unitPrice: 100 + Int64(random.next() % 9000), discount: 0)
      }, coupons: [])
  }

  private func row(
    _ name: String, _ own: Samples, _ reference: String? = nil, _ other: Samples? = nil
  ) {
    var text = "{\"figure\":\"\(name)\",\"p50_us\":\(own.at(0.5)),\"p99_us\":\(own.at(0.99))"
    if let reference, let other {
      text += ",\"reference\":\"\(reference)\",\"reference_p50_us\":\(other.at(0.5))"
      text += ",\"ratio\":\(own.at(0.5) / other.at(0.5))"
    }
    print(text + ",\"rounds\":\(own.count)}")
  }
}

/// Durations of one thing done many times, in microseconds.
struct Samples {
  private var microseconds: [Double] = []

  var count: Int { microseconds.count }

  mutating func time(_ body: () -> Void) {
    let clock = ContinuousClock()
    let start = clock.now
    body()
    microseconds.append(milliseconds(clock.now - start) * 1_000)
  }

  static func once(_ body: () -> Void) -> Samples {
    var samples = Samples()
    samples.time(body)
    return samples
  }

  /// The duration that the given share of all is not above.
  func at(_ share: Double) -> Double {
    microseconds.sorted()[min(count - 1, Int(Double(count) * share))]
  }
}
