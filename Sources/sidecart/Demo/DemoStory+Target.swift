import Shop

/// The second question: which coupon goes to whom, and to whom does none?
extension DemoStory {
  /// Minor units.
  private static let budget = 500_000

  func targetPart() throws -> String {
    let asked = try session.ask("target", "{\"budget\":\(DemoStory.budget)}")
    let result = asked.result
    let assignments = result["assignments"]?.list ?? []
    let given = DemoText.grouped(assignments.count)
    let considered = DemoText.grouped(result.count("considered"))
    let none = DemoText.grouped(result.count("none") + result.count("holdout"))
    var text = "2. TARGET: which coupon goes to whom, and to whom does none?\n\n"
    text += DemoText.wrapped(
      "The shop has \(policyTitles.count) coupon policies and "
        + "\(DemoText.money(DemoStory.budget)) CNY to give away at the very worst, that is if "
        + "every coupon is used for all it can cost. This only plans; \"commit\":true "
        + "would issue the coupons.",
      indent: 2)
    text += quoted(asked.request)
    text += "  \(given) coupons for \(considered) customers, by policy:\n" + counts(assignments)
    text += "  The one of which most is expected:\n"
    for assignment in assignments.prefix(1) { text += reasons(assignment) }
    text += "  No coupon for \(none) customers, and why:\n"
    text += withheld(result["withheld"]?.fields ?? [], DemoStory.targetReasons)
    text += DemoText.wrapped(certificate(result), indent: 2)
    return text
  }

  private func counts(_ assignments: [Value]) -> String {
    var counts = policyTitles.mapValues { _ in 0 }
    for assignment in assignments { counts[assignment.text("policy"), default: 0] += 1 }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { policy, count in
      "  \(DemoText.right(DemoText.grouped(count), to: 6))  \(policyTitle(policy))\n"
    }.joined()
  }

  private func reasons(_ assignment: Value) -> String {
    let expected = assignment["expected"] ?? .null
    let because = (assignment["because"]?.list ?? []).compactMap(\.string).joined(separator: "; ")
    return DemoText.wrapped(
      "\(person(assignment.text("customer"))), \(policyTitle(assignment.text("policy"))): "
        + "\(because). Expected: used with a chance of "
        + "\(DemoText.percent(expected.number("redemption"))), at a cost of "
        + "\(DemoText.money(expected.count("cost"))); "
        + "\(DemoText.money(expected.count("incremental_margin"))) CNY more margin after that.",
      indent: 4)
  }

  /// Customers by the reason for which they get nothing, the most first.
  func withheld(_ counts: [Value.Member], _ words: [String: String]) -> String {
    counts.map { (reason: $0.name, count: Int($0.value.double ?? 0)) }
      .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
      .map { entry in
        DemoText.wrapped(
          words[entry.reason] ?? entry.reason, indent: 28,
          head: "  \(DemoText.right(DemoText.grouped(entry.count), to: 6))  \(entry.reason)")
      }.joined()
  }

  private static let targetReasons = [
    "no_uplift": "they order anyway, or it hardly moves them: it costs more than it brings",
    "not_for_customer": "no policy is meant for customers like them",
    "budget": "a coupon would pay, but the money does more elsewhere",
    "holdout": "one in twenty is never given any, so that the effect can be measured",
    "limit": "more than the request's limit of coupons",
    "limit_total": "the policies have given all that they may",
    "limit_per_customer": "they hold as many as the policy allows one customer",
    "limit_per_period": "they used as many as the policy allows in a while",
    "margin_floor": "too little margin would be left on what they usually buy",
  ]

  private func certificate(_ result: Value) -> String {
    let certificate = result["certificate"] ?? .null
    let value = DemoText.money(Int(certificate.number("value")))
    let bound = DemoText.money(Int(certificate.number("upper_bound")))
    let proof =
      certificate.number("gap") < 0.000_05
      ? "no other choice within the budget can be expected to bring more"
      : "no choice within the budget can be expected to bring more than \(bound), so that at most "
        + "\(DemoStory.hundredths(certificate.number("gap"))) is missed"
    return
      "Expected are \(value) CNY more margin, after \(spent(result)) CNY for the coupons. The "
      + "certificate proves that \(proof). All of it rests on what the policies' author expects "
      + "(\"basis\":\"prior\"): the shop has no outcomes of coupons yet."
  }

  private func spent(_ result: Value) -> String {
    DemoText.money((result["spent"] ?? .null).count("expected"))
  }

  /// A small share in percent, with two decimals, rounded up.
  private static func hundredths(_ share: Double) -> String {
    let parts = Int(share * 10_000 + 0.999)
    return "\(parts / 100).\(parts % 100 < 10 ? "0" : "")\(parts % 100) %"
  }
}
