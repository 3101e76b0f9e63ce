import Statistics

// What a plan has to keep
// -----------------------
// The knapsack knows options and bounds on groups of them, and nothing of members. Where a quota is
// on members of some tiers or channels, an option is a policy in the hands of one class of members:
// those whom the same quotas cover. Without such quotas there is one class.

/// The bounds of a plan, and which of them hold for whom.
struct TargetBounds {
  /// Why a bound is there, and so what it means to run into it.
  enum Origin {
    case budget
    case limit
    case policyBudget
    case policyTotal
    case quota
  }

  let policyCount: Int
  private(set) var classCount = 1
  /// The class of each member, in their order.
  private(set) var classes: [Int]
  private(set) var bounds: [Knapsack.Bound] = []
  private(set) var origins: [Origin] = []
  /// The minimums, and which quota each is of.
  private(set) var floors: [Knapsack.Floor] = []
  private(set) var quotaOfFloor: [Int] = []
  /// Which bounds hold for each option.
  private var boundsOfOption: [[Int]] = []

  var optionCount: Int { policyCount * classCount }

  func option(policy: Int, member: Int) -> Int { policy * classCount + classes[member] }
  func policy(ofOption option: Int) -> Int { option / classCount }

  /// O(members x quotas).
  init(options: [Targeting.Option], members: [MemberSignal], request: TargetRequest) {
    policyCount = options.count
    var covers: [UInt64] = []
    (classes, covers) = TargetBounds.classes(of: members, request.quotas)
    classCount = max(1, covers.count)
    if let budget = request.budget { add(.budget, nil, .cost, budget) }
    if let limit = request.limit { add(.limit, nil, .count, Int64(limit)) }
    for (index, option) in options.enumerated() {
      let own = (0..<classCount).map { index * classCount + $0 }
      if let left = option.headroom.budgetLeft {
        // The pairs' costs are worst cases or not; a policy's budget is on them either way, and all
        // its coupons have the same.
        switch (request.measure, option.headroom.policy.worstCase) {
        case (.expected, let worst?) where worst > 0:
          add(.policyBudget, own, .count, max(0, left) / worst)
        case (.expected, _): break
        case (.worstCase, _): add(.policyBudget, own, .cost, left)
        }
      }
      if let left = option.headroom.totalLeft { add(.policyTotal, own, .count, left) }
    }
    for (index, quota) in request.quotas.enumerated() {
      let ids = options.map(\.headroom.policy.id)
      let covered = ids.indices.filter { quota.policies?.contains(ids[$0]) ?? true }
        .flatMap { policy in
          covers.indices.filter { covers[$0] >> UInt64(index) & 1 == 1 }
            .map { policy * classCount + $0 }
        }
      if let most = quota.atMost { add(.quota, covered, .count, most) }
      if let budget = quota.budget { add(.quota, covered, .cost, budget) }
      if let least = quota.atLeast {
        floors.append(Knapsack.Floor(options: covered, least: least))
        quotaOfFloor.append(index)
      }
    }
    boundsOfOption = Array(repeating: [], count: optionCount)
    for (index, bound) in bounds.enumerated() {
      for option in bound.options ?? Array(0..<optionCount) {
        boundsOfOption[option].append(index)
      }
    }
  }

  private mutating func add(
    _ origin: Origin, _ options: [Int]?, _ measure: Knapsack.Bound.Measure, _ limit: Int64
  ) {
    bounds.append(Knapsack.Bound(options: options, measure: measure, limit: limit))
    origins.append(origin)
  }

  /// Members by the set of quotas that cover them.
  private static func classes(
    of members: [MemberSignal], _ quotas: [TargetRequest.Quota]
  ) -> (classes: [Int], covers: [UInt64]) {
    precondition(quotas.count <= TargetRequest.maximumQuotaCount, "quotas are counted")
    if quotas.isEmpty { return (Array(repeating: 0, count: members.count), [0]) }
    var numbers: [UInt64: Int] = [:]
    var covers: [UInt64] = []
    let classes = members.map { member in
      var cover: UInt64 = 0
      for (index, quota) in quotas.enumerated() where quota.covers(member) {
        cover |= 1 << UInt64(index)
      }
      let number = numbers[cover, default: covers.count]
      if number == covers.count {
        numbers[cover] = number
        covers.append(cover)
      }
      return number
    }
    return (classes, covers.isEmpty ? [0] : covers)
  }

  // MARK: Setting aside

  /// Whether the bounds leave one more coupon.
  func hasRoom(option: Int, cost: Int64) -> Bool {
    boundsOfOption[option].allSatisfy {
      (bounds[$0].measure == .cost ? cost : 1) <= bounds[$0].limit
    }
  }

  /// Takes one coupon, for which there is room, out of what the bounds leave.
  mutating func take(option: Int, cost: Int64) {
    precondition(hasRoom(option: option, cost: cost), "only what is there is taken")
    for bound in boundsOfOption[option] {
      bounds[bound].limit -= bounds[bound].measure == .cost ? cost : 1
    }
    for index in floors.indices where floors[index].options.contains(option) {
      floors[index].least = max(0, floors[index].least - 1)
    }
  }
}
