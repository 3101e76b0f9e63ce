import Shop
import Statistics

/// One plan in the making; see the head of Targeting.swift.
struct TargetRound: Sendable {
  let members: [MemberSignal]
  let request: TargetRequest
  let options: [Targeting.Option]
  let cells: [Int]
  /// What policies are for, each condition once, and what tells who meets them.
  private let conditions: [Condition]
  private let audience: Targeting.Audience
  private(set) var bounds: TargetBounds
  /// What stands against each member, if they get nothing.
  private(set) var reasons: [TargetPlan.Reason] = []
  /// What those who were to explore got by chance.
  private(set) var drawn: [Int: Drawn] = [:]
  /// How many policies were open to each member; kept only where exploration asks.
  private(set) var openCounts: [Int32] = []

  struct Drawn: Sendable {
    /// -1 for nothing.
    var policy: Int
    /// What it is worth to the objective.
    var value = 0.0
    /// The policies that it was drawn from, beside nothing.
    var openCount: Int
    /// What would have been chosen had there been no draw, -1 for nothing.
    var otherwise = -1
  }

  init(
    members: [MemberSignal], policies: [PolicyHeadroom], request: TargetRequest,
    viewpoint: Viewpoint, zone: Zone, audience: @escaping Targeting.Audience
  ) {
    self.members = members
    self.request = request
    self.audience = audience
    let isObserved = policies.contains { request.responses.hasOutcomes(of: $0.policy) }
    let table = Targeting.CellTable(members, isNeeded: isObserved)
    cells = table.cells
    var conditions: [Condition] = []
    options = policies.map { headroom in
      let place = headroom.policy.audience.map { condition in
        if let known = conditions.firstIndex(of: condition) { return known }
        conditions.append(condition)
        return conditions.count - 1
      }
      return Targeting.Option(
        headroom, audience: place, viewpoint: viewpoint, zone: zone, request: request,
        cells: table)
    }
    self.conditions = conditions
    bounds = TargetBounds(options: options, members: members, request: request)
  }

  consuming func plan() -> TargetPlan {
    explore()
    var knapsack = Knapsack(optionCount: bounds.optionCount, bounds: bounds.bounds)
    reasons.reserveCapacity(members.count)
    for block in TargetRound.blocks(of: Array(members.indices)) {
      for offers in offers(to: block, choosing: true) { put(offers, into: &knapsack) }
    }
    let floored = knapsack.solve(floors: bounds.floors)
    let held = ghosts(at: floored)
    return describe(floored, of: knapsack, held: held)
  }

  // How probable a choice was
  // -------------------------
  // A share e of the members draws one of the m policies that are open to them and for which the
  // bounds still have room, or nothing, each with the same probability; the rest get what is best.
  // So what is best came with 1 - e + e / (m + 1), anything else that was open with e / (m + 1).
  // Those who draw do so one after the other, in the order of their draws; what there is room for
  // depends on who came before. For those who did not draw, m is what is open to them, as if there
  // had been room.

  // MARK: Choosing by chance

  /// Lets those who are to explore draw, and takes what they drew out of the bounds. Who comes
  /// first where there is not enough for all is by the draw as well.
  private mutating func explore() {
    if request.exploration == nil { return }
    let explorers = members.indices.filter { members[$0].draw != nil && !members[$0].isHeldOut }
      .sorted { (members[$0].draw ?? 0, $0) < (members[$1].draw ?? 0, $1) }
    for block in TargetRound.blocks(of: explorers) {
      for offers in offers(to: block, choosing: false) {
        for (place, index) in offers.members.enumerated() {
          if offers.openCounts[place] == 0 { continue }
          let open = options.indices.filter { policy in
            offers.value(of: policy, to: place) > 0
              && bounds.hasRoom(
                option: bounds.option(policy: policy, member: index),
                cost: offers.cost(of: policy, to: place))
          }
          let choice = Int((members[index].draw ?? 0) % UInt64(open.count + 1))
          guard choice < open.count else {
            drawn[index] = Drawn(policy: -1, openCount: open.count)
            continue
          }
          let policy = open[choice]
          bounds.take(
            option: bounds.option(policy: policy, member: index),
            cost: offers.cost(of: policy, to: place))
          drawn[index] = Drawn(
            policy: policy, value: offers.value(of: policy, to: place), openCount: open.count)
        }
      }
    }
  }

  // MARK: Choosing for the objective

  /// Members that are looked at before their offers go into the knapsack: what lies between takes
  /// some tens of megabytes, whatever the number of members.
  private static let blockSize = 65_536

  private static func blocks(of places: [Int]) -> [ArraySlice<Int>] {
    stride(from: 0, to: places.count, by: blockSize).map {
      places[$0..<min(places.count, $0 + blockSize)]
    }
  }

  /// What some members may get.
  private struct Offers: Sendable {
    /// Their places among the members of the plan.
    let members: [Int]
    /// Of each member and policy: what it is worth, or not a number where it is not open to them,
    /// and what it costs. All members of the first policy come first.
    var values: [Double]
    var costs: [Int64]
    /// Of each member: what stands against them if they get nothing.
    var reasons: [TargetPlan.Reason]
    /// How many policies are open to each.
    var openCounts: [Int32]

    init(to members: [Int], optionCount: Int) {
      self.members = members
      values = Array(repeating: .nan, count: members.count * optionCount)
      costs = Array(repeating: 0, count: members.count * optionCount)
      reasons = Array(repeating: .noPolicy, count: members.count)
      openCounts = Array(repeating: 0, count: members.count)
    }

    /// Not a number where the policy is not open to the member.
    func value(of policy: Int, to place: Int) -> Double { values[policy * members.count + place] }
    func cost(of policy: Int, to place: Int) -> Int64 { costs[policy * members.count + place] }
  }

  /// Looks at members, given by their places, on all cores: nobody's offers depend on anybody
  /// else's. Where it is for choosing, nothing is open to those who are held out and to those who
  /// drew.
  private func offers(to block: ArraySlice<Int>, choosing: Bool) -> [Offers] {
    Parallel.map(count: block.count, weight: block.count * options.count) { part in
      offers(
        to: block[part.lowerBound + block.startIndex..<part.upperBound + block.startIndex],
        choosing: choosing)
    }
  }

  /// One policy after the other, so that each is at hand for all members: what stands against them
  /// is the nearest reason, or, where something may be given, that money or number ran out.
  private func offers(to slice: ArraySlice<Int>, choosing: Bool) -> Offers {
    let places = Array(slice)
    var offers = Offers(to: places, optionCount: options.count)
    var open: [Int] = []
    for (place, index) in places.enumerated() {
      if choosing, members[index].isHeldOut {
        offers.reasons[place] = .holdout
      } else if choosing, drawn[index] != nil {
        offers.reasons[place] = .explored
      } else {
        open.append(place)
      }
    }
    let figures = open.map { MemberFigures(members[places[$0]]) }
    let masks =
      conditions.isEmpty || open.isEmpty
      ? [] : audience(conditions, open.map { members[places[$0]].customer })
    // The probability of an order anyway, which depends on nothing of a policy but its days.
    var bases = (days: Double.nan, probabilities: [Double]())
    for policy in options.indices {
      let option = options[policy]
      if bases.days != option.days {
        bases.probabilities = open.map {
          members[places[$0]].probabilityOfOrder(withinDays: option.days)
        }
        bases.days = option.days
      }
      for number in open.indices {
        let place = open[number]
        let standing = option.standing(
          for: members[places[place]], figures[number], cell: cells[places[place]],
          base: bases.probabilities[number],
          isMeant: option.audience.map { masks[$0][number] } ?? true)
        switch standing {
        case .closed(let reason): offers.reasons[place] = max(offers.reasons[place], reason)
        case .open(let effect):
          let value = request.objective.value(of: effect, for: figures[number])
          offers.reasons[place] = max(offers.reasons[place], value > 0 ? .budget : .noUplift)
          if value > 0 { offers.openCounts[place] += 1 }
          offers.values[policy * places.count + place] = min(value, 0x1p53)
          offers.costs[policy * places.count + place] = option.charge(of: effect)
        }
      }
    }
    return offers
  }

  private mutating func put(_ offers: Offers, into knapsack: inout Knapsack) {
    let (first, count) = (reasons.count, offers.reasons.count)
    for place in 0..<count {
      for policy in options.indices {
        let value = offers.value(of: policy, to: place)
        if value.isNaN { continue }
        knapsack.append(
          option: bounds.option(policy: policy, member: first + place), value: value,
          cost: offers.cost(of: policy, to: place))
      }
      knapsack.closeCustomer()
    }
    reasons += offers.reasons
    if request.exploration != nil { openCounts += offers.openCounts }
  }

  /// What each of the held out, and of those who drew nothing, would have got: a policy, or
  /// nothing. Takes note of it for all who drew.
  private mutating func ghosts(
    at floored: Knapsack.FlooredSolution
  ) -> [(member: Int, policy: Int)] {
    var ghosts: [(member: Int, policy: Int)] = []
    let solution = floored.solution
    let places = members.indices.filter { members[$0].isHeldOut || drawn[$0] != nil }
    for block in TargetRound.blocks(of: places) {
      for offers in offers(to: block, choosing: false) {
        for (place, index) in offers.members.enumerated() {
          var best = (gain: 0.0, policy: -1)
          for policy in options.indices {
            let value = offers.value(of: policy, to: place)
            guard value > 0 else { continue }
            let option = bounds.option(policy: policy, member: index)
            let gain =
              value + floored.bonus[option]
              - solution.chargePerCost[option] * Double(offers.cost(of: policy, to: place))
              - solution.chargePerCount[option]
            if gain > best.gain { best = (gain, policy) }
          }
          drawn[index]?.otherwise = best.policy
          if best.policy >= 0, (drawn[index]?.policy ?? -1) < 0 {
            ghosts.append((index, best.policy))
          }
        }
      }
    }
    return ghosts
  }

  /// The probability with which a member who is not held out got what they got; 1 where chance
  /// played no part.
  func propensity(of index: Int) -> Double {
    guard let share = request.exploration?.share, !openCounts.isEmpty else { return 1 }
    guard let drawn = drawn[index] else {
      return 1 - share + share / Double(openCounts[index] + 1)
    }
    let isBest = drawn.policy == drawn.otherwise
    return (isBest ? 1 - share : 0) + share / Double(drawn.openCount + 1)
  }
}
