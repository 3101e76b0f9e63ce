import Shop
import Statistics

// How outcomes replace what was expected
// --------------------------------------
// Of a policy, the operator expects an uplift u (the most that anyone gains) and a redemption rho.
// Both are stated beliefs, and how much they are trusted is stated here: the uplift is taken to be
// off by as much as itself, and by one percent at least; the redemption counts as much as the first
// five redemptions that it expects.
//
// Calibration. In each cell (tier x kind of buyer), the held out of all policies say how often
// members order who get nothing, as a multiple k of what the model had expected of them: held to be
// within one half of 1, and to differ between cells as far as the cells show it.
//
// Uplift. In a cell, those who got the policy ordered more often than k times what was expected of
// them, by d on average. The model has it that d = u x shape, so the cell measures u = d / (mean
// shape), with an error that comes from both arms: theirs, and that of k. Cells are shrunken to
// their policy's, and that to what the operator said (Statistics/Shrinkage/RandomEffects.swift);
// how far cells differ is learned from all policies together. (The held out are compared through
// what was expected of them since there are few of them: one in twenty. It takes out of the
// difference what the model knows, the adjustment known as CUPED: Deng, Xu, Kohavi, Walker 2013.)
//
// Redemption. The prior's probability is brought to the member by what they did with earlier
// coupons (RedemptionHistory.swift), or, once there is enough, by what is learned of all members
// (RedemptionModel.swift). Uses over uses so expected, f = (used + 5) / (expected + 5), scale the
// result; a cell has its own f around its policy's with the weight of five expected uses again.
// Likewise the cost of a use against the cost expected.
//
// Face value. Of policies that differ in nothing but how much they take off, the dearer one is not
// estimated to move less: where some of them have outcomes, uplift and redemption are made to rise
// with the face value by pooling neighbours that are out of order.
//
// Beyond cells, what is learned of single members is added (LearnedResponse.swift).
//
// How much of the estimate is outcomes is `weight`: 1 less the share of the doubt that is left.
// From one half on, an answer says `observed`; below, `prior`.

/// What is believed of one policy's effect on members of one cell.
package struct ResponseEstimate: Equatable, Sendable {
  /// The most that anyone gains, as a difference of probabilities.
  package var uplift: Double
  /// The variance of the error of `uplift`.
  package var doubt: Double
  /// What the probability of redemption by the prior is multiplied with.
  package var redemption = 1.0
  /// What the expected cost of one use is multiplied with.
  package var cost = 1.0
  /// The share of the estimate that is outcomes, 0 to 1.
  package var weight = 0.0
  /// All outcomes of the policy that are known: both arms, and who ordered.
  package var given = ResponseEvidence.Sums()
  package var held = ResponseEvidence.Sums()

  /// What the policy's prior says, or the documented default.
  package init(priorOf policy: Policy) {
    uplift = (policy.prior ?? MemberResponse.conservative).uplift
    doubt = ResponseEstimate.doubt(ofUplift: uplift)
  }

  package var isObserved: Bool { weight >= 0.5 }

  /// How far off a stated uplift is taken to be, as a variance.
  static func doubt(ofUplift uplift: Double) -> Double {
    let deviation = max(abs(uplift), 0.01)
    return deviation * deviation
  }
}

/// What is believed of every policy's effect on every kind of member.
package struct ResponseBook: Equatable, Sendable {
  private struct Entry: Equatable, Sendable {
    /// For members of cells that nothing was decided in.
    var others: ResponseEstimate
    var cells: [ResponseEvidence.Key: ResponseEstimate]
    var learned: LearnedResponse?
  }

  private var entries: [String: Entry] = [:]
  /// What is learned of who redeems, of all policies; nil where nothing is.
  private var redemptions: RedemptionModel?
  private var breadths: [String: Double] = [:]
  /// Policies that differ in nothing but how much they take off, each list rising by it.
  private var families: [[Policy]] = []
  /// How far cells differ from their policy, as a variance of uplifts.
  package private(set) var between = 0.0

  /// Priors alone.
  package init() {}

  /// What is believed of a policy's effect on such a member.
  package func estimate(
    of policy: Policy, tier: String?, sensitivity: Double?
  ) -> ResponseEstimate {
    estimate(of: policy, key: ResponseEvidence.Key(tier: tier, sensitivity: sensitivity))
  }

  /// What is believed of a policy's effect on members of a cell.
  package func estimate(of policy: Policy, key: ResponseEvidence.Key) -> ResponseEstimate {
    guard let entry = entries[policy.id] else { return ResponseEstimate(priorOf: policy) }
    return entry.cells[key] ?? entry.others
  }

  /// The policies that differ from this one in nothing but how much they take off, and itself.
  func family(of policy: Policy) -> [Policy] {
    families.first { $0.contains { $0.id == policy.id } } ?? [policy]
  }

  /// What is learned of members of a policy beyond their cells; nil where nothing is.
  func learned(of policy: Policy) -> LearnedResponse? { entries[policy.id]?.learned }

  /// The probability that a member redeems a coupon of the policy, given what its prior alone says;
  /// what its own outcomes say is not in it.
  func redemption(
    of policy: Policy, prior: Double, member: MemberSignal, base: Double, days: Double
  ) -> Double {
    guard let redemptions else {
      return min(1, prior * (member.redemptions?.factor ?? 1))
    }
    let features = RedemptionModel.Features(
      record: member.redemptions, traits: Decision.Traits(member), base: base, days: days,
      breadth: breadths[policy.id] ?? 0)
    return redemptions.probability(features, prior: prior)
  }

  /// Whether redemption is learned over what is known of members.
  package var hasLearnedRedemption: Bool { redemptions?.isOverFeatures ?? false }

  /// Whether anything but the prior is known of the policy.
  package func hasOutcomes(of policy: Policy) -> Bool { entries[policy.id] != nil }

  /// Reads what became of decisions. O(cells log cells + policies^2).
  package init(_ evidence: ResponseEvidence, policies: [Policy]) {
    let policies = policies.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    let calibration = Calibration(evidence.control)
    redemptions = RedemptionModel(evidence.uses)
    breadths = evidence.breadths
    let evidence = expecting(evidence)
    let known = policies.compactMap { policy in
      evidence.policies[policy.id].map { cells in
        (policy: policy, cells: cells.sorted { $0.key < $1.key })
      }
    }
    let measured = known.map { entry in
      entry.cells.map { calibration.uplift(of: $0.value.given, in: $0.key) }
    }
    between = RandomEffects.betweenVariance(of: measured.map { $0.compactMap { $0 } })
    for (entry, measured) in zip(known, measured) {
      entries[entry.policy.id] = ResponseBook.entry(
        of: entry.policy, entry.cells, measured: measured, between: between)
    }
    families = ResponseBook.families(of: policies)
    order(families: families)
    for (id, outcomes) in evidence.outcomes {
      guard let entry = entries[id] else { continue }
      entries[id]?.learned = LearnedResponse(outcomes) { (entry.cells[$0] ?? entry.others).uplift }
    }
  }

  /// The evidence, with as many uses expected as were to be of the members who got the coupons.
  private func expecting(_ evidence: ResponseEvidence) -> ResponseEvidence {
    var evidence = evidence
    for (id, outcomes) in evidence.outcomes {
      for key in evidence.policies[id].map({ Array($0.keys) }) ?? [] {
        evidence.policies[id]?[key]?.use.expected = 0
      }
      for outcome in outcomes where outcome.isGiven {
        let expected =
          redemptions?.probability(outcome.features, prior: outcome.redemption)
          ?? min(1, outcome.redemption * (outcome.features.record?.factor ?? 1))
        evidence.policies[id]?[outcome.key]?.use.expected += expected
      }
    }
    return evidence
  }

  /// How often members order who get nothing, as a multiple of what the model expects.
  private struct Calibration {
    private let effects: RandomEffects
    private let measured: [ResponseEvidence.Key: RandomEffects.Estimate]
    private let isEmpty: Bool

    init(_ control: [ResponseEvidence.Key: ResponseEvidence.Sums]) {
      var measured: [ResponseEvidence.Key: RandomEffects.Estimate] = [:]
      for (key, sums) in control where sums.base >= 0.01 {
        measured[key] = RandomEffects.Estimate(
          mean: Double(sums.ordered) / sums.base,
          variance: Double(sums.count) * sums.variance / (sums.base * sums.base))
      }
      let cells = measured.sorted { $0.key < $1.key }.map(\.value)
      effects = RandomEffects(
        expected: .init(mean: 1, variance: 0.25), measured: cells,
        between: RandomEffects.betweenVariance(of: [cells]))
      self.measured = measured
      isEmpty = measured.isEmpty
    }

    /// What a cell measures of the uplift; nil where nobody was held out of anything, or where the
    /// uplift hardly reaches anyone.
    func uplift(
      of given: ResponseEvidence.Sums, in key: ResponseEvidence.Key
    ) -> RandomEffects.Estimate? {
      guard !isEmpty, given.count > 0 else { return nil }
      let count = Double(given.count)
      let shape = given.shape / count
      guard shape >= 0.01 else { return nil }
      let without = effects.cell(measured[key])
      let base = given.base / count
      let difference = Double(given.ordered) / count - without.mean * base
      let error = given.variance / count + without.variance * base * base
      return .init(mean: difference / shape, variance: error / (shape * shape))
    }
  }

  private static func entry(
    of policy: Policy, _ cells: [(key: ResponseEvidence.Key, value: ResponseEvidence.Cell)],
    measured: [RandomEffects.Estimate?], between: Double
  ) -> Entry {
    let prior = ResponseEstimate(priorOf: policy)
    let effects = RandomEffects(
      expected: .init(mean: prior.uplift, variance: prior.doubt),
      measured: measured.compactMap { $0 }, between: between)
    let total = cells.reduce(ResponseEvidence.Cell()) { $0 + $1.value }
    let redemption = ratio(Double(total.use.redeemed), total.use.expected, around: 1)
    let usual = Double(total.use.expectedCost) / Double(max(1, total.use.redeemed))
    let cost =
      (Double(total.use.cost) + own * usual) / (Double(total.use.expectedCost) + own * usual)
    func estimate(
      _ effect: RandomEffects.Estimate, redemption: Double
    ) -> ResponseEstimate {
      var estimate = prior
      estimate.uplift = min(1, max(-1, effect.mean))
      estimate.doubt = effect.variance
      estimate.weight = min(1, max(0, 1 - effect.variance / (prior.doubt + between)))
      estimate.redemption = redemption
      estimate.cost = cost.isFinite ? cost : 1
      estimate.given = total.given
      estimate.held = total.held
      return estimate
    }
    var entry = Entry(others: estimate(effects.cell(nil), redemption: redemption), cells: [:])
    for (index, cell) in cells.enumerated() {
      entry.cells[cell.key] = estimate(
        effects.cell(measured[index]),
        redemption: ratio(
          Double(cell.value.use.redeemed), cell.value.use.expected, around: redemption))
    }
    return entry
  }

  /// How many expected uses what was expected counts as.
  private static let own = 5.0

  /// Uses over expected uses, drawn to what is expected of the ratio.
  private static func ratio(_ used: Double, _ expected: Double, around: Double) -> Double {
    (used + own * around) / (expected + own)
  }
}

// MARK: - Face value

extension ResponseBook {
  /// Policies that differ in nothing but how much they take off, each list rising by it; lists of
  /// one are left out.
  private static func families(of policies: [Policy]) -> [[Policy]] {
    let rising = policies.filter { $0.faceValue != nil }.sorted {
      let (left, right) = ($0.faceValue ?? 0, $1.faceValue ?? 0)
      if left != right { return left < right }
      let (low, high) = ($0.cap ?? .max, $1.cap ?? .max)
      return low != high ? low < high : $0.id.utf8.lexicographicallyPrecedes($1.id.utf8)
    }
    var families: [[Policy]] = []
    for policy in rising {
      let index = families.firstIndex { $0[$0.count - 1].isOutdone(by: policy) }
      if let index { families[index].append(policy) } else { families.append([policy]) }
    }
    return families.filter { $0.count > 1 }
  }

  /// Makes uplift and redemption rise with the face value in every cell that any of a family knows.
  private mutating func order(families: [[Policy]]) {
    for family in families where family.contains(where: { entries[$0.id] != nil }) {
      var keys: Set<ResponseEvidence.Key> = []
      for policy in family { keys.formUnion(entries[policy.id].map { Set($0.cells.keys) } ?? []) }
      let before = family.map { policy in
        entries[policy.id]
          ?? Entry(others: ResponseEstimate(priorOf: policy), cells: [:])
      }
      var after = before
      func write(_ read: (Entry) -> ResponseEstimate, _ store: (Int, ResponseEstimate) -> Void) {
        let rising = ResponseBook.rising(before.map(read), family)
        for (index, estimate) in rising.enumerated() { store(index, estimate) }
      }
      write({ $0.others }, { after[$0].others = $1 })
      for key in keys {
        write({ $0.cells[key] ?? $0.others }, { after[$0].cells[key] = $1 })
      }
      for (policy, entry) in zip(family, after) { entries[policy.id] = entry }
    }
  }

  private static func rising(
    _ estimates: [ResponseEstimate], _ family: [Policy]
  ) -> [ResponseEstimate] {
    let uplifts = Isotonic.rising(
      estimates.map(\.uplift), weights: estimates.map { 1 / $0.doubt })
    // The probability of redemption at the prior's peak is what the factor stands for.
    let priors = family.map { max(1e-9, ($0.prior ?? MemberResponse.conservative).redemption) }
    let uses = Isotonic.rising(
      zip(estimates, priors).map { $0.redemption * $1 },
      weights: zip(estimates, priors).map { Double($0.given.count) * $1 + own })
    return estimates.indices.map { index in
      var estimate = estimates[index]
      estimate.uplift = uplifts[index]
      estimate.redemption = uses[index] / priors[index]
      return estimate
    }
  }
}

extension Policy {
  /// What grows where a gift of the same kind grows: the amount, or hundredths of a percent; nil
  /// for kinds that have no such measure.
  var faceValue: Int64? {
    switch gives {
    case .amountOff(let amount): amount
    case .percentOff(let hundredths): hundredths
    default: nil
    }
  }

  /// Whether a customer who is given one or the other is given the same: what it takes off what,
  /// from which spend, for how long, and for whom.
  package func isSameOffer(as other: Policy) -> Bool {
    gives == other.gives && cap == other.cap && scope == other.scope
      && minimumSpend == other.minimumSpend && audience == other.audience
      && window.validDays == other.window.validDays
  }

  /// Whether another policy is the same offer, and takes off as much at least on any cart.
  func isOutdone(by other: Policy) -> Bool {
    gives.kind == other.gives.kind && scope == other.scope
      && minimumSpend == other.minimumSpend && window.validDays == other.window.validDays
      && (faceValue ?? 0) <= (other.faceValue ?? 0) && (cap ?? .max) <= (other.cap ?? .max)
  }
}
