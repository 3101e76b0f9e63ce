import Shop

// What is kept of a decision
// --------------------------
// A coupon's effect is the difference between those who got it and those who would have got it had
// they not been held out. So `target` chooses for the held out as well, at the prices at which it
// chose for the others, and logs both when it commits: who, which policy, when, and what the model
// then knew and expected. Outcomes are never logged: whether somebody ordered within the days that
// the decision was about is read off the orders whenever it is asked, so a late order, a return and
// a forgotten customer count as they should.

/// One choice that a committed plan made for one customer.
package struct Decision: Equatable, Sendable {
  package enum Arm: String, CaseIterable, Sendable {
    /// Got a coupon of the policy.
    case given
    /// Would have got one, and was held out or drawn to get none.
    case held
  }

  package var customer: String
  package var policy: String
  package var version: Int64
  package var arm: Arm
  /// The coupon that was given; nil for the held.
  package var code: String?
  package var campaign: String?
  package var time: Instant
  /// The days from `time` in which an order counts.
  package var days: Double
  /// The probability of an order in those days without the coupon, as the model had it.
  package var base: Double
  /// How far the policy's uplift was taken to reach this member, 0 to 1.
  package var shape: Double
  /// The probability of redemption by the policy's prior alone.
  package var redemption: Double
  /// What a redemption was expected to cost, minor units.
  package var discount: Int64
  /// The probability with which this arm and policy were chosen; 1 where chance played no part.
  package var propensity: Double
  package var tier: String?
  /// What the member was when it was decided: the features that a response is learned over.
  package var traits: Traits

  /// What is known of a member when a coupon is decided on.
  package struct Traits: Equatable, Sendable, BitwiseCopyable {
    package var orders: Int64
    /// The usual order, minor units.
    package var value: Int64
    /// The share of orders on discount, 0 to 1; below zero where nothing is known.
    package var sensitivity: Double
    /// Days silent; below zero for who never ordered.
    package var silentDays: Double
    /// The usual gap, days; below zero where there is none.
    package var gapDays: Double

    package init(
      orders: Int64, value: Int64, sensitivity: Double, silentDays: Double, gapDays: Double
    ) {
      self.orders = orders
      self.value = value
      self.sensitivity = sensitivity
      self.silentDays = silentDays
      self.gapDays = gapDays
    }

    package init(_ member: MemberSignal) {
      self.init(
        orders: member.orders, value: member.averageOrderValue,
        sensitivity: Decision.rounded(member.priceSensitivity ?? -1),
        silentDays: Decision.rounded(member.daysSilent ?? -1),
        gapDays: Decision.rounded(member.usualGapDays ?? -1))
    }
  }

  package init(
    customer: String, policy: String, version: Int64, arm: Arm, code: String? = nil,
    campaign: String? = nil, time: Instant, days: Double, base: Double, shape: Double,
    redemption: Double, discount: Int64, propensity: Double = 1, tier: String?, traits: Traits
  ) {
    self.customer = customer
    self.policy = policy
    self.version = version
    self.arm = arm
    self.code = code
    self.campaign = campaign
    self.time = time
    self.days = Decision.rounded(days)
    self.base = Decision.rounded(base)
    self.shape = Decision.rounded(shape)
    self.redemption = Decision.rounded(redemption)
    self.discount = discount
    self.propensity = Decision.rounded(propensity)
    self.tier = tier
    self.traits = traits
  }

  /// Millionths: what the log holds, and so what is used. 0 for what is not a number.
  static func rounded(_ number: Double) -> Double {
    guard number.isFinite, abs(number) < 1e9 else { return 0 }
    return (number * 1_000_000).rounded() / 1_000_000
  }
}

// MARK: - As the log has it

extension Decision {
  private static let names = [
    "customer", "policy", "version", "arm", "code", "campaign", "time", "days", "base", "shape",
    "redemption", "discount", "propensity", "tier", "orders", "value", "sensitivity",
    "silent_days", "gap_days",
  ]

  package var record: Value {
    func known(_ number: Double) -> Value { number < 0 ? .null : .number(number) }
    return .record([
      "customer": .string(customer), "policy": .string(policy), "version": .integer(version),
      "arm": .string(arm.rawValue), "code": code.map(Value.string) ?? .null,
      "campaign": campaign.map(Value.string) ?? .null, "time": .time(time), "days": .number(days),
      "base": .number(base), "shape": .number(shape), "redemption": .number(redemption),
      "discount": .integer(discount),
      "propensity": propensity == 1 ? .null : .number(propensity),
      "tier": tier.map(Value.string) ?? .null, "orders": .integer(traits.orders),
      "value": .integer(traits.value), "sensitivity": known(traits.sensitivity),
      "silent_days": known(traits.silentDays), "gap_days": known(traits.gapDays),
    ])
  }

  package init(_ value: Value) throws(RecordProblem) {
    let record = try RecordReader(value, path: "", allowing: Decision.names)
    let armName = try record.required("arm", record.name("arm"))
    guard let arm = Arm(rawValue: armName) else {
      throw record.problem("arm", "out_of_range", "this must be given or held")
    }
    let money = -Policy.mostCounted...Policy.mostCounted
    let probability = 0.0...1.0
    let least = -1.0...1e9
    self.init(
      customer: try record.required("customer", record.name("customer")),
      policy: try record.required("policy", record.name("policy")),
      version: try record.required("version", record.integer("version", 1 ... .max)), arm: arm,
      code: try record.name("code"), campaign: try record.name("campaign"),
      time: try record.required("time", record.time("time")),
      days: try record.required("days", record.number("days", 0...1e9)),
      base: try record.required("base", record.number("base", probability)),
      shape: try record.required("shape", record.number("shape", probability)),
      redemption: try record.required("redemption", record.number("redemption", probability)),
      discount: try record.required("discount", record.integer("discount", money)),
      propensity: try record.number("propensity", probability) ?? 1,
      tier: try record.name("tier"),
      traits: Traits(
        orders: try record.required("orders", record.integer("orders", 0 ... .max)),
        value: try record.required("value", record.integer("value", money)),
        sensitivity: try record.number("sensitivity", least) ?? -1,
        silentDays: try record.number("silent_days", least) ?? -1,
        gapDays: try record.number("gap_days", least) ?? -1))
  }
}
