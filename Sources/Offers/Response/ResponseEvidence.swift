import Shop
import Statistics

/// What became of the decisions whose time is over.
package struct ResponseEvidence: Equatable, Sendable {
  /// Sums over one arm.
  package struct Sums: Equatable, Sendable {
    package var count = 0
    /// Members who ordered in time.
    package var ordered = 0
    /// How many the model had expected to, without a coupon.
    package var base = 0.0
    /// How far the uplift was taken to reach them, summed.
    var shape = 0.0

    mutating func add(ordered isOrdered: Bool, base: Double, shape: Double) {
      count += 1
      ordered += isOrdered ? 1 : 0
      self.base += base
      self.shape += shape
    }

    /// The variance of one outcome, with one of each kind added: ten members who all did nothing
    /// are no certainty.
    var variance: Double {
      let rate = (Double(ordered) + 1) / (Double(count) + 2)
      return rate * (1 - rate)
    }
  }

  /// What a coupon was used.
  package struct Use: Equatable, Sendable {
    package var redeemed = 0
    /// How many uses the prior had expected.
    package var expected = 0.0
    /// What the uses cost, and what they had been expected to, minor units.
    package var cost: Int64 = 0
    package var expectedCost: Int64 = 0
  }

  /// What became of one decision.
  package struct Outcome: Equatable, Sendable {
    var key: Key
    var isGiven: Bool
    var hasOrdered: Bool
    var base: Double
    var shape: Double
    var traits: Decision.Traits
    /// The probability of redemption by the prior alone, and by what is known of the customer.
    var redemption: Double
    var features: RedemptionModel.Features
  }

  /// Members of one tier and kind of buyer.
  package struct Cell: Equatable, Sendable {
    package var given = Sums()
    package var held = Sums()
    package var use = Use()
  }

  /// Which cell a member falls into.
  package struct Key: Hashable, Sendable {
    package var tier: String
    package var buyer: Buyer

    package init(tier: String?, sensitivity: Double?) {
      self.tier = tier ?? ""
      buyer = Buyer(sensitivity: sensitivity)
    }
  }

  /// How much of what a member buys is bought on discount.
  package enum Buyer: String, CaseIterable, Sendable {
    case unknown
    /// Below a fifth.
    case fullPrice = "full_price"
    /// A fifth to a half.
    case mixed
    /// Half and more.
    case discount

    package init(sensitivity: Double?) {
      switch sensitivity {
      case .some(..<0), nil: self = .unknown
      case .some(..<0.2): self = .fullPrice
      case .some(..<0.5): self = .mixed
      default: self = .discount
      }
    }
  }

  /// What became of those who got a policy, by policy and cell; of each policy, only under versions
  /// that were the same offer as it is now.
  package internal(set) var policies: [String: [Key: Cell]] = [:]
  /// The same one by one, in the order of the decisions.
  var outcomes: [String: [Outcome]] = [:]
  /// What the held out did, of any policy.
  package internal(set) var control: [Key: Sums] = [:]
  /// What became of the coupons of all policies, in the order of the decisions.
  var uses: [RedemptionModel.Use] = []
  /// The share of its days that must be over for a coupon to tell who redeems.
  static let leastShare = 0.25
  /// How many items a policy is on.
  var breadths: [String: Double] = [:]

  package init() {}
}

extension ResponseEvidence.Key: Comparable {
  package static func < (left: Self, right: Self) -> Bool {
    left.tier != right.tier
      ? left.tier.utf8.lexicographicallyPrecedes(right.tier.utf8)
      : left.buyer.rawValue < right.buyer.rawValue
  }
}

extension ResponseEvidence.Sums {
  package static func + (left: Self, right: Self) -> Self {
    Self(
      count: left.count + right.count, ordered: left.ordered + right.ordered,
      base: left.base + right.base, shape: left.shape + right.shape)
  }
}

extension ResponseEvidence.Cell {
  package static func + (left: Self, right: Self) -> Self {
    Self(
      given: left.given + right.given, held: left.held + right.held,
      use: ResponseEvidence.Use(
        redeemed: left.use.redeemed + right.use.redeemed,
        expected: left.use.expected + right.use.expected,
        cost: Money.sum(left.use.cost, right.use.cost),
        expectedCost: Money.sum(left.use.expectedCost, right.use.expectedCost)))
  }
}

extension DecisionTable {
  /// What became of the decisions that are over by the viewpoint.
  ///
  /// A decision is over once its days have passed. A coupon counts as used once it is redeemed, and
  /// an order counts if it stands.
  ///
  /// - Parameters:
  ///   - policies: those that are asked about, as they are now.
  ///   - isSameOffer: whether what was decided under a version of a policy tells of what it is now.
  ///   - ordered: whether the customer placed an order that stands after the first moment and not
  ///     after the second.
  ///   - breadth: how many items a policy is on; 0 where that is not known.
  ///   - record: what a customer did with the coupons that they had before a moment.
  ///   - realised: what the use of a coupon has cost by then, minor units; nil for one that was not
  ///     used by then.
  /// - Complexity: O(decisions) calls of `ordered`.
  package func evidence(
    from viewpoint: Viewpoint, policies: [Policy],
    isSameOffer: (_ policy: Policy, _ version: Int64) -> Bool = { $0.version == $1 },
    breadth: (_ policy: String) -> Double = { _ in 0 },
    record: (_ customer: Int32, _ before: Instant) -> RedemptionRecord? = { _, _ in nil },
    realised: (_ code: String) -> Int64?,
    ordered: (_ customer: Int32, _ after: Instant, _ until: Instant) -> Bool
  ) -> ResponseEvidence {
    var wanted: [Int32: Policy] = [:]
    for policy in policies {
      if let index = names.index(of: policy.id) { wanted[index] = policy }
    }
    var sameOffers: [Int32: [Int64: Bool]] = [:]
    func tells(_ row: Row) -> Bool {
      guard let policy = wanted[row.policy] else { return false }
      if let known = sameOffers[row.policy]?[row.version] { return known }
      let isSame = isSameOffer(policy, row.version)
      sameOffers[row.policy, default: [:]][row.version] = isSame
      return isSame
    }
    var evidence = ResponseEvidence()
    for policy in policies { evidence.breadths[policy.id] = breadth(policy.id) }
    func features(_ row: Row) -> RedemptionModel.Features {
      let id = names[row.policy]
      let known = evidence.breadths[id] ?? breadth(id)
      evidence.breadths[id] = known
      return .init(
        record: record(row.customer, row.time), traits: row.traits, base: row.base,
        days: row.days, breadth: known)
    }
    var cells: [Int32: [ResponseEvidence.Key: ResponseEvidence.Cell]] = [:]
    var outcomes: [Int32: [ResponseEvidence.Outcome]] = [:]
    for row in rows where row.customer >= 0 {
      let isWanted = tells(row)
      let until = row.time.advanced(byDays: row.days)
      let isOver = until <= viewpoint.now
      let elapsed = viewpoint.now.days(since: row.time)
      let share = isOver ? 1 : elapsed / row.days
      // Of a coupon that is out the share of its days that are over tells already.
      guard isOver || row.code >= 0 && share >= ResponseEvidence.leastShare else { continue }
      let features = features(row)
      let cost = row.code < 0 ? nil : realised(codes[row.code])
      if row.code >= 0 {
        evidence.uses.append(
          .init(features: features, prior: row.redemption * share, isRedeemed: cost != nil))
      }
      guard isOver else { continue }
      guard isWanted || row.code < 0 else { continue }
      let hasOrdered = ordered(row.customer, row.time, until)
      let key = ResponseEvidence.Key(tier: name(row.tier), sensitivity: row.traits.sensitivity)
      if row.code < 0 {
        evidence.control[key, default: .init()].add(
          ordered: hasOrdered, base: row.base, shape: row.shape)
      }
      if isWanted {
        cells[row.policy, default: [:]][key, default: .init()].add(
          row, hasOrdered: hasOrdered, cost: cost)
        outcomes[row.policy, default: []].append(
          .init(
            key: key, isGiven: row.code >= 0, hasOrdered: hasOrdered, base: row.base,
            shape: row.shape, traits: row.traits, redemption: row.redemption,
            features: features))
      }
    }
    for (policy, cells) in cells { evidence.policies[names[policy]] = cells }
    for (policy, outcomes) in outcomes { evidence.outcomes[names[policy]] = outcomes }
    return evidence
  }
}

extension ResponseEvidence.Cell {
  fileprivate mutating func add(_ row: DecisionTable.Row, hasOrdered: Bool, cost: Int64?) {
    if row.code < 0 {
      held.add(ordered: hasOrdered, base: row.base, shape: row.shape)
      return
    }
    given.add(ordered: hasOrdered, base: row.base, shape: row.shape)
    use.expected += row.redemption
    guard let cost else { return }
    use.redeemed += 1
    use.cost = Money.sum(use.cost, cost)
    use.expectedCost = Money.sum(use.expectedCost, row.discount)
  }
}

extension CouponLedger {
  /// What a coupon's use has cost by then, minor units; nil for one that was not used by then.
  /// O(parts of the booking).
  package func realisedCost(code: String, at instant: Instant) -> Int64? {
    guard let index = coupon(code: code) else { return nil }
    let coupon = coupons[Int(index)]
    guard coupon.mark == .redeemed, bookings[Int(coupon.booking)].began <= instant else {
      return nil
    }
    return realised(index)
  }
}
