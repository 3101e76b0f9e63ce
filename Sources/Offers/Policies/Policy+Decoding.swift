import Shop

extension Policy {
  /// The most bytes of an id, as of an item or a policy.
  static let maximumIdBytes = 256

  /// Decodes and checks one record of `policies.put`.
  ///
  /// Unknown members are refused, every number is held against its range, and a budget without a
  /// worst case is refused with reason `no_worst_case`. O(size of the value).
  package init(_ value: Value, settings: ShopSettings) throws(RecordProblem) {
    let record = try RecordReader(
      value, path: "",
      allowing: [
        "id", "title", "gives", "on", "min_spend", "for", "when", "limits", "budget", "stacking",
        "guard", "prior", "version", "currency", "state",
      ])
    id = try record.required("id", record.text("id", maximumBytes: Policy.maximumIdBytes))
    title = try record.text("title")
    currency = try record.text("currency")
    try settings.check(currency: currency)
    (gives, cap) = try Benefit.decode(record.required("gives", record.value("gives")))
    if case .string("preferred")? = record.value("on") {
      scope = .preferred
    } else if case .string? = record.value("on") {
      throw record.problem("on", "wrong_type", "this must be an item condition or \"preferred\"")
    } else {
      scope = try record.condition("on").map { .items($0) } ?? .everything
    }
    minimumSpend = try record.integer("min_spend", 0...Money.maximumAmount) ?? 0
    audience = try record.condition("for")
    window = try record.value("when").map(PolicyWindow.decode) ?? PolicyWindow()
    limits = try record.value("limits").map(Limits.decode) ?? Limits()
    budget = try record.integer("budget", 0...Money.maximumAmount)
    stacking = try record.value("stacking").map(Stacking.decode) ?? Stacking()
    marginFloorPercent = try record.value("guard").map(Policy.decodeGuard) ?? nil
    prior = try record.value("prior").map(Prior.decode)
    version = try record.integer("version", 1...Int64(Int32.max)) ?? 1
    statesVersion = record.value("version") != nil
    state =
      try record.text("state").map { text throws(RecordProblem) in
        guard let state = State(rawValue: text) else {
          throw record.problem("state", "not_one_of", "expected one of active, draft, paused")
        }
        return state
      } ?? .active
    source = value.without(member: "version")
    if budget != nil, worstCase == nil {
      throw RecordProblem(
        path: "budget", reason: "no_worst_case",
        message: "a budget needs the most that one coupon can cost: state gives.cap")
    }
  }

  private static func decodeGuard(_ value: Value) throws(RecordProblem) -> Int64? {
    let record = try RecordReader(value, path: "guard", allowing: ["margin_floor_percent"])
    return try record.integer("margin_floor_percent", -1_000...100)
  }
}

extension Policy.Limits {
  static func decode(_ value: Value) throws(RecordProblem) -> Policy.Limits {
    let record = try RecordReader(
      value, path: "limits", allowing: ["total", "per_customer", "per_period"])
    var limits = Policy.Limits()
    limits.total = try record.integer("total", 1...Money.maximumQuantity)
    limits.perCustomer = try record.integer("per_customer", 1...Money.maximumQuantity)
    if let value = record.value("per_period") {
      let period = try RecordReader(value, path: "limits.per_period", allowing: ["days", "uses"])
      limits.perPeriod = Policy.Period(
        days: try period.required("days", period.integer("days", 1...36_500)),
        uses: try period.required("uses", period.integer("uses", 1...Money.maximumQuantity)))
    }
    return limits
  }
}

extension Policy.Stacking {
  static func decode(_ value: Value) throws(RecordProblem) -> Policy.Stacking {
    let record = try RecordReader(
      value, path: "stacking", allowing: ["group", "exclusive", "priority"])
    return Policy.Stacking(
      group: try record.text("group", maximumBytes: Policy.maximumIdBytes),
      exclusive: try record.flag("exclusive") ?? false,
      priority: try record.integer("priority", -1_000_000...1_000_000) ?? 0)
  }
}

extension Policy.Prior {
  static func decode(_ value: Value) throws(RecordProblem) -> Policy.Prior {
    let record = try RecordReader(value, path: "prior", allowing: ["redemption", "uplift"])
    return Policy.Prior(
      redemption: try record.required("redemption", record.number("redemption", 0...1)),
      uplift: try record.required("uplift", record.number("uplift", -1...1)))
  }
}

extension Benefit {
  /// The benefit and its cap.
  static func decode(_ value: Value) throws(RecordProblem) -> (Benefit, cap: Int64?) {
    let path = "gives"
    guard case .object = value else {
      throw RecordProblem(path: path, reason: "wrong_type", message: "this must be an object")
    }
    guard case .string(let kind)? = value["kind"] else {
      throw RecordProblem(
        path: "gives.kind", reason: value["kind"] == nil ? "missing" : "wrong_type",
        message: "state the kind of gift, as a string")
    }
    func record(_ names: String...) throws(RecordProblem) -> RecordReader {
      try RecordReader(value, path: path, allowing: ["kind", "cap"] + names)
    }
    let money = 0...Money.maximumAmount
    let positive = 1...Money.maximumAmount
    let benefit: Benefit
    switch kind {
    case "amount_off":
      let record = try record("amount")
      benefit = .amountOff(try record.required("amount", record.integer("amount", positive)))
    case "percent_off":
      benefit = .percentOff(hundredths: try decodePercent(record("percent")))
    case "fixed_price":
      let record = try record("price")
      benefit = .fixedPrice(try record.required("price", record.integer("price", money)))
    case "free_units":
      let record = try record("buy", "get")
      benefit = .freeUnits(
        buy: try record.required("buy", record.integer("buy", 1...Money.maximumQuantity)),
        get: try record.required("get", record.integer("get", 1...Money.maximumQuantity)))
    case "free_shipping":
      _ = try record()
      benefit = .freeShipping
    case "gift":
      let record = try record("item")
      let item = try record.text("item", maximumBytes: Policy.maximumIdBytes)
      benefit = .gift(item: try record.required("item", item))
    case "bundle_price":
      benefit = try decodeBundle(record("items", "price"))
    case "points_multiplier":
      let record = try record("factor")
      let factor = try record.required("factor", record.number("factor", 0...1_000_000))
      if factor == 0 { throw record.problem("factor", "not_positive", "this must be above 0") }
      benefit = .pointsMultiplier(factor)
    case "trial": benefit = .trial(title: try record("title").text("title"))
    case "invitation": benefit = .invitation(title: try record("title").text("title"))
    default:
      throw RecordProblem(
        path: "gives.kind", reason: "unknown_kind", message: "no kind of gift is called \(kind)")
    }
    guard let cap = value["cap"], cap != .null else { return (benefit, nil) }
    return (benefit, try RecordReader.integer(cap, path: "gives.cap", positive))
  }

  /// Percent with at most two decimals, as hundredths of a percent.
  private static func decodePercent(_ record: RecordReader) throws(RecordProblem) -> Int64 {
    let percent = try record.required("percent", record.number("percent", 0...100))
    if percent <= 0 { throw record.problem("percent", "not_positive", "this must be above 0") }
    // Truncation after adding a half: `rounded()` would need the C math library.
    let hundredths = Int64(percent * 100 + 0.5)
    guard abs(percent * 100 - Double(hundredths)) < 1e-6, hundredths >= 1 else {
      throw record.problem("percent", "out_of_range", "at most two decimals are taken")
    }
    return hundredths
  }

  private static func decodeBundle(_ record: RecordReader) throws(RecordProblem) -> Benefit {
    let list = try record.required("items", record.list("items", maximumCount: 100))
    var items: [String] = []
    for (index, item) in list.enumerated() {
      let path = record.path(of: "items[\(index)]")
      items.append(
        try RecordReader.text(item, path: path, maximumBytes: Policy.maximumIdBytes))
    }
    let price = try record.required("price", record.integer("price", 0...Money.maximumAmount))
    return .bundlePrice(items: items, price: price)
  }
}
