import Shop
import Statistics

/// One plan in the making; see the head of Targeting.swift.
struct TargetRound: Sendable {
  let members: [MemberSignal]
  let request: TargetRequest
  let options: [Targeting.Option]
  let cells: [Int]
  private(set) var bounds: TargetBounds
  /// What stands against each member, if they get nothing.
  private(set) var reasons: [TargetPlan.Reason] = []
  /// What those who were drawn got by chance: a policy, or -1 for nothing.
  private(set) var drawn: [Int: Drawn] = [:]
  /// How many policies were open to each member; kept only where exploration asks.
  private(set) var openCounts: [Int32] = []

  struct Drawn: Sendable {
    var policy: Int
    /// Whether the bounds had room for it.
    var isKept: Bool
    var propensity: Double
  }

  init(
    members: [MemberSignal], policies: [PolicyHeadroom], request: TargetRequest,
    viewpoint: Viewpoint, zone: Zone
  ) {
    self.members = members
    self.request = request
    let isObserved = policies.contains { request.responses.hasOutcomes(of: $0.policy) }
    let table = Targeting.CellTable(members, isNeeded: isObserved)
    cells = table.cells
    options = policies.map {
      Targeting.Option($0, viewpoint: viewpoint, zone: zone, request: request, cells: table)
    }
    bounds = TargetBounds(options: options, members: members, request: request)
  }

  consuming func plan(
    _ matcher: @escaping @Sendable (Int32) -> Targeting.Matcher
  ) -> TargetPlan {
    let asks = options.contains { $0.dateReason == nil && $0.headroom.policy.audience != nil }
    let source: @Sendable (MemberSignal) -> Targeting.Matcher? = { member in
      asks ? matcher(member.customer) : nil
    }
    explore(source)
    var knapsack = Knapsack(optionCount: bounds.optionCount, bounds: bounds.bounds)
    reasons.reserveCapacity(members.count)
    for start in stride(from: 0, to: members.count, by: TargetRound.blockSize) {
      let block = start..<min(members.count, start + TargetRound.blockSize)
      for offers in offers(to: block, source) { put(offers, into: &knapsack) }
    }
    let floored = knapsack.solve(floors: bounds.floors)
    let held = ghosts(at: floored, source)
    return describe(floored, of: knapsack, held: held)
  }

  // MARK: Choosing by chance

  /// Lets those who are to explore draw, and takes what they drew out of the bounds. Who comes
  /// first where there is not enough for all is by the draw as well.
  private mutating func explore(_ matcher: (MemberSignal) -> Targeting.Matcher?) {
    guard let exploration = request.exploration else { return }
    let explorers = members.indices.filter { members[$0].draw != nil && !members[$0].isHeldOut }
      .sorted { (members[$0].draw ?? 0, $0) < (members[$1].draw ?? 0, $1) }
    for index in explorers {
      let member = members[index]
      let open = openOptions(of: index, matcher(member))
      if open.isEmpty { continue }
      let count = UInt64(open.count + 1)
      let choice = Int((member.draw ?? 0) % count)
      let propensity = exploration.share / Double(count)
      guard choice < open.count else {
        drawn[index] = Drawn(policy: -1, isKept: true, propensity: propensity)
        continue
      }
      let (policy, response) = open[choice]
      let isKept = bounds.take(
        option: bounds.option(policy: policy, member: index),
        cost: options[policy].charge(of: response))
      drawn[index] = Drawn(policy: policy, isKept: isKept, propensity: propensity)
    }
  }

  private func openOptions(
    of index: Int, _ matcher: Targeting.Matcher?
  ) -> [(policy: Int, response: MemberResponse)] {
    options.indices.compactMap { policy in
      let standing = options[policy].standing(
        for: members[index], cell: cells[index], matches: matcher)
      guard case .open(let response) = standing,
        request.objective.value(of: response, for: members[index]) > 0
      else { return nil }
      return (policy, response)
    }
  }

  // MARK: Choosing for the objective

  /// Members that are looked at before their offers go into the knapsack: what lies between takes
  /// some tens of megabytes, whatever the number of members.
  private static let blockSize = 65_536

  /// What some members may get.
  private struct Offers: Sendable {
    /// Of each member and policy: what it is worth, or not a number where it is not open to them,
    /// and what it costs. All members of the first policy come first.
    var values: [Double]
    var costs: [Int64]
    /// Of each member: what stands against them if they get nothing.
    var reasons: [TargetPlan.Reason]
    /// How many policies are open to each.
    var openCounts: [Int32]

    init(memberCount: Int, optionCount: Int) {
      values = Array(repeating: .nan, count: memberCount * optionCount)
      costs = Array(repeating: 0, count: memberCount * optionCount)
      reasons = Array(repeating: .noPolicy, count: memberCount)
      openCounts = Array(repeating: 0, count: memberCount)
    }
  }

  /// Looks at the members of a block, on all cores: nobody's offers depend on anybody else's.
  private func offers(
    to block: Range<Int>, _ source: @escaping @Sendable (MemberSignal) -> Targeting.Matcher?
  ) -> [Offers] {
    Parallel.map(count: block.count, weight: block.count * options.count) { part in
      offers(part.lowerBound + block.lowerBound..<part.upperBound + block.lowerBound, source)
    }
  }

  /// One policy after the other, so that each is at hand for all members: what stands against them
  /// is the nearest reason, or, where something may be given, that money or number ran out.
  private func offers(
    _ part: Range<Int>, _ source: (MemberSignal) -> Targeting.Matcher?
  ) -> Offers {
    var offers = Offers(memberCount: part.count, optionCount: options.count)
    var open: [Int] = []
    for place in 0..<part.count {
      let index = part.lowerBound + place
      if members[index].isHeldOut {
        offers.reasons[place] = .holdout
      } else if drawn[index] != nil {
        offers.reasons[place] = .explored
      } else {
        open.append(place)
      }
    }
    let matchers = open.map { source(members[part.lowerBound + $0]) }
    for policy in options.indices {
      let option = options[policy]
      for number in open.indices {
        let place = open[number]
        let member = members[part.lowerBound + place]
        let cell = cells[part.lowerBound + place]
        switch option.standing(for: member, cell: cell, matches: matchers[number]) {
        case .closed(let reason): offers.reasons[place] = max(offers.reasons[place], reason)
        case .open(let response):
          let value = request.objective.value(of: response, for: member)
          offers.reasons[place] = max(offers.reasons[place], value > 0 ? .budget : .noUplift)
          if value > 0 { offers.openCounts[place] += 1 }
          offers.values[policy * part.count + place] = min(value, 0x1p53)
          offers.costs[policy * part.count + place] = option.charge(of: response)
        }
      }
    }
    return offers
  }

  private mutating func put(_ offers: Offers, into knapsack: inout Knapsack) {
    let (first, count) = (reasons.count, offers.reasons.count)
    for place in 0..<count {
      for policy in options.indices {
        let value = offers.values[policy * count + place]
        if value.isNaN { continue }
        knapsack.append(
          option: bounds.option(policy: policy, member: first + place), value: value,
          cost: offers.costs[policy * count + place])
      }
      knapsack.closeCustomer()
    }
    reasons += offers.reasons
    if request.exploration != nil { openCounts += offers.openCounts }
  }

  /// What each of the held out, and of those who drew nothing, would have got: a policy, or
  /// nothing.
  private func ghosts(
    at floored: Knapsack.FlooredSolution, _ matcher: (MemberSignal) -> Targeting.Matcher?
  ) -> [(member: Int, policy: Int)] {
    var ghosts: [(member: Int, policy: Int)] = []
    let solution = floored.solution
    for (index, member) in members.enumerated()
    where member.isHeldOut || drawn[index].map({ $0.policy < 0 }) ?? false {
      var best = (gain: 0.0, policy: -1)
      for (policy, response) in openOptions(of: index, matcher(member)) {
        let option = bounds.option(policy: policy, member: index)
        let gain =
          request.objective.value(of: response, for: member) + floored.bonus[option]
          - solution.chargePerCost[option] * Double(options[policy].charge(of: response))
          - solution.chargePerCount[option]
        if gain > best.gain { best = (gain, policy) }
      }
      if best.policy >= 0 { ghosts.append((index, best.policy)) }
    }
    return ghosts
  }

  /// The probability with which a member who did not draw got what they got.
  func propensity(of index: Int) -> Double {
    guard let exploration = request.exploration, !openCounts.isEmpty else { return 1 }
    return 1 - exploration.share + exploration.share / Double(openCounts[index] + 1)
  }
}
