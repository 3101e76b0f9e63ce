import Offers
import Shop
import Statistics
import TestSupport
import Testing

@Suite struct SimulatedShopTests {
  /// What the best plan gains that knows the truth: a knapsack over true gains.
  private func achievable(_ shop: SimulatedShop, budget: Int64) -> Double {
    var knapsack = Knapsack(
      optionCount: shop.policies.count, bounds: [.init(measure: .cost, limit: budget)])
    for member in shop.members {
      if !member.isHeldOut {
        for (index, policy) in shop.policies.enumerated() {
          knapsack.append(
            option: index, value: shop.gain(member, policy.id), cost: policy.worstCase!)
        }
      }
      knapsack.closeCustomer()
    }
    return knapsack.solve().value
  }

  /// Shares of the achievable incremental margin, after so many months of evidence, on average over
  /// a few shops; beside what shops do without a model.
  @Test func evidenceBringsThePlanNearToWhatCanBeReached() throws {
    let budget: Int64 = 3_750_000
    var shares: [String: Double] = [:]
    let seeds = UInt64(1)...2
    for seed in seeds {
      var shop = try SimulatedShop(memberCount: 5_000, seed: seed)
      let best = achievable(shop, budget: budget)
      func note(_ name: String, _ choice: [(customer: Int32, policy: String)]) {
        shares[name, default: 0] += shop.worth(choice) / best / Double(seeds.count)
      }
      let open = shop.members.filter { !$0.isHeldOut }
      // As many as the budget takes at the worst case of ten percent off.
      let count = Int(budget / shop.policies[1].worstCase!)
      var numbers = SeededGenerator(seed: seed)
      note("random", open.shuffled(using: &numbers).prefix(count).map { ($0.customer, "ten") })
      note(
        "top spenders",
        open.sorted { $0.averageOrderValue > $1.averageOrderValue }.prefix(count)
          .map { ($0.customer, "ten") })
      note("everyone, no budget", open.map { ($0.customer, "ten") })
      for month in 0...12 {
        if [0, 1, 3, 6, 12].contains(month) {
          let plan = shop.plan(budget: budget)
          note("month \(month)", plan.assignments.map { ($0.customer, $0.policy) })
        }
        shop.live(shop.plan(budget: budget, explore: 0.1))
      }
    }
    for (name, share) in shares.sorted(by: { $0.key < $1.key }) {
      print("share of the achievable margin: \(name) \((share * 1000).rounded() / 1000)")
    }
    let (first, last) = (shares["month 0"]!, shares["month 12"]!)
    #expect(last > first + 0.05, "evidence tells")
    #expect(last > 0.85, "\(last)")
    #expect(last > shares["random"]! + 0.3 && last > shares["top spenders"]! + 0.3)
    #expect(first > shares["random"]!, "the prior is better than chance")
  }

  /// Where an effect differs with something that cells do not know, it is learned, and pays.
  @Test func whatCellsDoNotKnowIsLearned() throws {
    var shop = try SimulatedShop(memberCount: 6_000, seed: 5, silenceMatters: 0.15)
    shop.policies.removeFirst(2)
    let budget: Int64 = 6_000_000
    let best = achievable(shop, budget: budget)
    for member in shop.members.indices where member % 3 == 0 {
      shop.members[member].isHeldOut = true
    }
    for _ in 0..<4 { shop.live(shop.plan(budget: budget, explore: 0.3)) }
    for member in shop.members.indices where member % 3 == 0 {
      shop.members[member].isHeldOut = false
    }
    let plan = shop.plan(budget: budget)
    let share = shop.worth(plan.assignments.map { ($0.customer, $0.policy) }) / best
    print("share of the achievable margin, silence matters: \((share * 1000).rounded() / 1000)")
    let silent = plan.assignments.count { (shop.members[Int($0.customer)].daysSilent ?? 0) > 11 }
    #expect(silent * 4 > plan.assignments.count * 3, "\(silent) of \(plan.assignments.count)")
    #expect(share > 0.8)
  }

  /// Nine of ten intervals hold the truth, or nearly: uplifts are drawn around what is believed.
  @Test func intervalsHoldTheTruthNineTimesInTen() throws {
    var (held, all) = (0, 0)
    for seed in UInt64(1)...6 {
      var shop = try SimulatedShop(memberCount: 3_000, seed: seed &+ 100)
      for _ in 0..<4 { shop.live(shop.plan(budget: 6_000_000, explore: 0.3)) }
      let book = shop.responses
      for policy in shop.policies {
        for (tier, name) in SimulatedShop.tiers.enumerated() {
          let estimate = book.estimate(of: policy, tier: name, sensitivity: 0.1)
          let error = abs(estimate.uplift - SimulatedShop.truth[policy.id]![tier])
          all += 1
          if error <= 1.645 * estimate.doubt.squareRoot() { held += 1 }
        }
      }
    }
    #expect(held * 100 >= all * 80, "\(held) of \(all)")
    print("intervals that hold the true uplift: \(held) of \(all)")
  }
}
