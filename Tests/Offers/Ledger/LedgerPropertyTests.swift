import Offers
import Shop
import Testing

/// Long random interleavings against the oracle, in and out of the order of time.
struct LedgerPropertyTests {
  static let facts = PricingFacts(items: ItemTable(), settings: ShopSettings())
  static let hour: Int64 = 3_600_000
  static let start = Instant(milliseconds: 1_767_225_600_000)

  static func policies(_ random: inout OfferRandom, version: Int) throws -> [Policy] {
    let until = start.advanced(byMilliseconds: 400 * hour).rfc3339()
    // Later versions only widen limits: a limit that is lowered below what is out holds from then
    // on for new coupons.
    return try [
      """
      {"id":"amount","gives":{"kind":"amount_off","amount":500},"budget":\(2_500 + 500 * version),
       "when":{"valid_days":2},"limits":{"per_customer":3}}
      """,
      """
      {"id":"percent","gives":{"kind":"percent_off","percent":\(9 + version),"cap":400},
       "budget":\(1_900 + 100 * version),"limits":{"total":\(8 + version)}}
      """,
      """
      {"id":"period","gives":{"kind":"percent_off","percent":20},
       "limits":{"per_customer":4,"per_period":{"days":3,"uses":1}},"when":{"valid_days":5}}
      """,
      """
      {"id":"until","gives":{"kind":"free_shipping","cap":80},"when":{"until":"\(until)"},
       "limits":{"total":6,"per_period":{"days":1,"uses":2}},"version":\(version)}
      """,
      """
      {"id":"gift","gives":{"kind":"gift","item":"cup","cap":150},"budget":600,
       "when":{"valid_days":1},"stacking":{"group":"g"}}
      """,
    ].map { try OfferFixture.policy($0) }
  }

  /// One run: the ledger, the oracle, and all facts so far.
  struct Run {
    var ledger = CouponLedger()
    var oracle = LedgerOracle()
    var facts: [LedgerFact] = []
    var random: OfferRandom
    let seed: UInt64
    var serial = 0

    mutating func apply(_ fact: LedgerFact) {
      facts.append(fact)
      ledger.apply(fact)
    }

    mutating func put(version: Int) throws {
      for policy in try LedgerPropertyTests.policies(&random, version: version) {
        guard case .accepted(let fact) = try ledger.preparePolicy(policy) else { continue }
        apply(fact)
        guard case .policy(let accepted) = fact else { continue }
        oracle.policies[policy.id, default: []].append(accepted)
      }
    }

    /// Mostly one that is live then, and often one that is over for later moments.
    mutating func anyCode(at time: Instant) -> String {
      let live = oracle.coupons.filter { oracle.state($0, time) == .live }
      let lapsed = live.filter { oracle.state($0, oracle.latest) == .expired }
      if !lapsed.isEmpty, random.chance(0.5) { return random.pick(lapsed).code }
      if !live.isEmpty, random.chance(0.8) { return random.pick(live).code }
      return oracle.coupons.isEmpty || random.chance(0.1)
        ? "none" : random.pick(oracle.coupons).code
    }
  }

  @Test(arguments: 1...12)
  func everyLimitHoldsAndEveryAnswerIsTheOracles(seed: UInt64) throws {
    var run = Run(random: OfferRandom(seed: seed), seed: seed)
    try run.put(version: 1)
    var now = Self.start
    for step in 0..<140 {
      now = now.advanced(byMilliseconds: Int64.random(in: 0...5, using: &run.random) * Self.hour)
      // Most operations are of now, some as of an earlier moment; in a third of the runs all are of
      // now.
      var time = now
      if seed % 3 != 0, run.random.chance(0.25) {
        time = now.advanced(
          byMilliseconds: -Int64.random(in: 0...120, using: &run.random) * Self.hour)
      }
      if step == 70 { try run.put(version: 2) }
      try Self.step(&run, at: time)
      Self.check(run, at: [time, run.ledger.latest, now, now.advanced(byDays: 3)])
    }
    try Self.replay(run)
  }

  static func step(_ run: inout Run, at time: Instant) throws {
    switch Int.random(in: 0...13, using: &run.random) {
    case 0...3: issue(&run, at: time)
    case 4...6: take(&run, at: time, isReservation: true)
    case 7...8: take(&run, at: time, isReservation: false)
    case 9...10: redeemReservation(&run, at: time)
    case 11: release(&run, at: time)
    case 12: takeBack(&run, at: time)
    default: void(&run, at: time)
    }
  }

  private static func issue(_ run: inout Run, at time: Instant) {
    let grants = (0..<Int.random(in: 1...3, using: &run.random)).map { _ in
      CouponLedger.Grant(
        customer: run.random.pick(["ann", "bob", "cyd"]),
        policy: run.random.pick(["amount", "percent", "period", "until", "gift"]))
    }
    var serial = run.serial
    let result = run.ledger.prepareIssue(
      grants, at: time, zone: .utc, profile: { _ in Value.object([]) },
      makeCode: {
        serial += 1
        return "code\(serial)"
      })
    run.serial = serial
    let codes = Dictionary(
      uniqueKeysWithValues: zip(result.issued.map(\.code), result.issued.map(\.grant)))
    #expect(codes.count == result.issued.count && result.facts.count == codes.count)
    var refused: [OfferReason] = []
    var expected: [OfferReason] = []
    refused = result.refused.map(\.reason)
    var issued = 0
    for grant in grants {
      let code = issued < result.issued.count ? result.issued[issued].code : "surplus"
      let reason = run.oracle.issue(grant.policy, to: grant.customer, code: code, at: time)
      if let reason {
        expected.append(reason)
      } else {
        #expect(codes[code] == grant, "seed \(run.seed)")
        issued += 1
      }
    }
    #expect(refused == expected, "seed \(run.seed)")
    #expect(issued == result.issued.count, "seed \(run.seed)")
    for fact in result.facts { run.apply(fact) }
  }

  private static func take(_ run: inout Run, at time: Instant, isReservation: Bool) {
    run.serial += 1
    let lines = (0..<Int.random(in: 1...3, using: &run.random)).map { _ in
      Cart.Line(
        item: run.random.pick(["a", "b"]), quantity: Int64.random(in: 1...3, using: &run.random),
        unitPrice: Int64.random(in: 1...900, using: &run.random))
    }
    let known = Array(Set(run.oracle.orders.keys).union(["o1", "o2"])).sorted()
    let codes = (0..<Int.random(in: 1...3, using: &run.random)).map { _ in run.anyCode(at: time) }
    let holder = run.oracle.coupons.first { $0.code == codes[0] }?.customer ?? "ann"
    // Mostly what the holder of the first code has, so that several coupons often go together.
    let own = codes.filter { code in
      run.oracle.coupons.contains { $0.code == code && $0.customer == holder }
    }
    let use = CouponLedger.Use(
      customer: holder, order: run.random.chance(0.1) ? run.random.pick(known) : "o\(run.serial)",
      cart: Cart(lines: lines, shipping: run.random.chance(0.5) ? 60 : 0),
      codes: run.random.chance(0.9) && !own.isEmpty ? own : codes)
    let hours = Int64.random(in: 1...30, using: &run.random)
    let until = time.advanced(byMilliseconds: hours * hour)
    var outcome: (path: String, reason: String)?
    var fact: LedgerFact?
    let name = "r\(run.serial)"
    do throws(CouponLedger.Refusal) {
      if isReservation {
        let prepared = try run.ledger.prepareReserve(
          use, at: time, timeToLiveSeconds: hours * 3600, facts: facts, makeReservation: { name })
        #expect(prepared.expires == until)
        fact = prepared.fact
      } else {
        fact = try run.ledger.prepareRedeem(use, at: time, facts: facts).fact
      }
    } catch { outcome = (error.path, error.reason) }
    let expected = run.oracle.take(
      use, at: time, reservation: isReservation ? name : nil, until: isReservation ? until : nil,
      facts: facts)
    #expect(
      outcome?.path == expected?.path && outcome?.reason == expected?.reason, "seed \(run.seed)")
    if let fact { run.apply(fact) }
  }

  private static func redeemReservation(_ run: inout Run, at time: Instant) {
    let names = run.oracle.reservations.keys.sorted() + ["none"]
    let open = names.filter { name in
      run.oracle.reservations[name].map { run.oracle.holds($0, time) } ?? false
    }
    let name = run.random.pick(open.isEmpty || run.random.chance(0.3) ? names : open)
    var outcome: String?
    var fact: LedgerFact?
    do throws(CouponLedger.Refusal) {
      let prepared = try run.ledger.prepareRedeem(reservation: name, at: time)
      #expect(prepared.quote.applied == run.oracle.reservations[name]?.quote.applied)
      fact = prepared.fact
    } catch { outcome = error.reason }
    #expect(outcome == run.oracle.redeem(reservation: name, at: time), "seed \(run.seed)")
    if let fact { run.apply(fact) }
  }

  private static func release(_ run: inout Run, at time: Instant) {
    let name = run.random.pick(run.oracle.reservations.keys.sorted() + ["none"])
    let prepared = try? run.ledger.prepareRelease(reservation: name, at: time)
    let expected = run.oracle.release(reservation: name, at: time)
    #expect(prepared?.released == expected, "seed \(run.seed)")
    if let fact = prepared?.fact { run.apply(fact) }
  }

  private static func takeBack(_ run: inout Run, at time: Instant) {
    let name = run.random.pick(run.oracle.orders.keys.sorted() + ["none"])
    var lines: [LedgerFact.Units]?
    if let booking = run.oracle.orders[name], run.random.chance(0.6) {
      lines = [
        LedgerFact.Units(
          index: Int.random(in: booking.quantities.indices, using: &run.random),
          quantity: Int64.random(in: 0...2, using: &run.random))
      ]
    }
    let prepared = try? run.ledger.prepareReturn(order: name, lines: lines, at: time)
    let expected = run.oracle.takeBack(order: name, lines, at: time)
    #expect(prepared?.returned.discount == expected, "seed \(run.seed)")
    if let fact = prepared?.fact { run.apply(fact) }
  }

  private static func void(_ run: inout Run, at time: Instant) {
    let code = run.anyCode(at: time)
    let result = run.ledger.prepareVoid([code], at: time)
    let place = run.oracle.coupons.firstIndex { $0.code == code }
    let isLive = place.map { run.oracle.state(run.oracle.coupons[$0], time) == .live } ?? false
    #expect((result.voided == [code]) == isLive, "seed \(run.seed)")
    if let place, isLive {
      run.oracle.coupons[place].mark = .void
      run.oracle.latest = max(run.oracle.latest, time)
    }
    for fact in result.facts { run.apply(fact) }
  }
}

extension LedgerPropertyTests {
  static func check(_ run: Run, at moments: Set<Instant>) {
    var problems: [String] = []
    for time in moments {
      for id in run.oracle.policies.keys.sorted() { problems += wrong(run, id, at: time) }
    }
    for coupon in run.oracle.coupons {
      if coupon.cost > coupon.worstCase ?? .max { problems.append("\(coupon.code) costs too much") }
    }
    if run.ledger.latest != run.oracle.latest { problems.append("latest") }
    #expect(problems.isEmpty, "seed \(run.seed)")
    checkPeriods(run.oracle, run.seed)
  }

  /// What the ledger says otherwise than the oracle, and limits that do not hold.
  private static func wrong(_ run: Run, _ id: String, at time: Instant) -> [String] {
    let (ledger, oracle) = (run.ledger, run.oracle)
    let standing = ledger.standing(ofPolicy: id, at: time)
    var problems: [String] = []
    func compare(_ name: String, _ own: Int64, _ other: Int64) {
      if own != other { problems.append("\(id) \(name): \(own), and not \(other)") }
    }
    compare("live", standing.live, oracle.count(id, .live, time))
    compare("reserved", standing.reserved, oracle.count(id, .reserved, time))
    compare("redeemed", standing.redeemed, oracle.count(id, .redeemed, time))
    compare("expired", standing.expired, oracle.count(id, .expired, time))
    compare("void", standing.void, oracle.count(id, .void, time))
    compare("issued", standing.issued, Int64(oracle.coupons.count { $0.policy == id }))
    compare("realised", standing.realised, oracle.realised(id, time))
    guard let policy = oracle.policies[id]?.last else { return problems }
    if policy.worstCase != nil {
      compare("exposure", standing.exposure, oracle.exposure(id, time))
    }
    if time < ledger.latest { return problems }
    if standing.counted > policy.limits.total ?? .max { problems.append("\(id) total") }
    if standing.exposure > policy.budget ?? .max { problems.append("\(id) budget") }
    for customer in ["ann", "bob", "cyd"] {
      let counted = ledger.countedCoupons(ofCustomer: customer, policy: id, at: time)
      compare(customer, counted, oracle.counted(id, customer, time))
      if counted > policy.limits.perCustomer ?? .max { problems.append("\(id) \(customer)") }
    }
    return problems
  }

  /// No run of so many days holds more uses than allowed.
  private static func checkPeriods(_ oracle: LedgerOracle, _ seed: UInt64) {
    for (id, versions) in oracle.policies {
      guard let period = versions.last?.limits.perPeriod else { continue }
      let length = period.days * Instant.millisecondsPerDay
      for customer in ["ann", "bob", "cyd"] {
        let uses = oracle.coupons.filter { coupon in
          coupon.policy == id && coupon.customer == customer
            && [.reserved, .redeemed].contains(oracle.state(coupon, oracle.latest))
        }.map(\.began.milliseconds)
        for end in uses {
          let count = uses.count { end - length < $0 && $0 <= end }
          #expect(count <= Int(period.uses), "seed \(seed) \(id)")
        }
      }
    }
  }

  /// The facts, read back from values, make the same ledger.
  static func replay(_ run: Run) throws {
    var again = CouponLedger()
    for fact in run.facts {
      let read = try LedgerFact(fact.value, settings: ShopSettings())
      #expect(read == fact, "seed \(run.seed)")
      again.apply(read)
    }
    #expect(again.latest == run.ledger.latest)
    for time in [start, run.ledger.latest, run.ledger.latest.advanced(byDays: 1)] {
      for customer in ["ann", "bob", "cyd"] {
        #expect(
          again.list(customer: customer, at: time) == run.ledger.list(customer: customer, at: time))
      }
      #expect(again.totals(at: time) == run.ledger.totals(at: time), "seed \(run.seed)")
    }
  }
}
