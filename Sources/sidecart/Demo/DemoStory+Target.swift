import Shop

/// The second question: which coupon goes to whom, and to whom does none?
extension DemoStory {
  /// Minor units.
  private static let budget = 500_000

  func targetPart() throws -> String {
    let asked = try session.ask("target", "{\"budget\":\(DemoStory.budget)}")
    let result = asked.result
    let assignments = result["assignments"]?.list ?? []
    var text = "2. TARGET: which coupon goes to whom, and to whom does none?\n\n"
    text += DemoText.wrapped(
      "\(policyCount) coupon policies are in force. The budget of \(DemoText.money(DemoStory.budget)) CNY is "
        + "kept in the worst case: even if every coupon is used for all that it can cost. This only "
        + "plans; with \"commit\":true the coupons would be issued, each with a code.", indent: 2)
    text += quoted(asked.request)
    text +=
      "  \(DemoText.grouped(assignments.count)) coupons for \(DemoText.grouped(result.count("considered"))) customers:\n"
    text += counts(assignments)
    text += "\n  Where most is expected of a coupon:\n"
    for assignment in assignments.prefix(2) { text += reasons(assignment) }
    let none = result.count("none") + result.count("holdout")
    text += "\n  No coupon for \(DemoText.grouped(none)) customers, and why:\n"
    text += withheld(result["withheld"]?.fields ?? [], DemoStory.targetReasons)
    text += "\n" + DemoText.wrapped(certificate(result), indent: 2)
    return text
  }

  private var policyCount: String {
    ["No", "One", "Two", "Three", "Four", "Five"][min(5, DemoPolicies.titles.count)]
  }

  private func counts(_ assignments: [Value]) -> String {
    var counts: [String: Int] = [:]
    for assignment in assignments { counts[assignment.text("policy"), default: 0] += 1 }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { policy, count in
      "  \(DemoText.right(DemoText.grouped(count), to: 6))  \(policyTitle(policy))\n"
    }.joined()
  }

  private func reasons(_ assignment: Value) -> String {
    let expected = assignment["expected"] ?? .null
    let because = (assignment["because"]?.list ?? []).compactMap(\.string).joined(separator: "; ")
    return DemoText.wrapped(
      "\(person(assignment.text("customer"))), \(policyTitle(assignment.text("policy"))): \(because). "
        + "Expected: used with a chance of \(DemoText.percent(expected.number("redemption"))), at a cost of "
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
    "no_uplift":
      "they order anyway, or a coupon would hardly move them: it would cost more than it brings",
    "not_for_customer": "no policy is meant for customers like them",
    "budget": "a coupon would pay, but the budget does more elsewhere",
    "holdout": "one in twenty is never given any, so that the effect can be measured",
    "limit": "more than the request's limit of coupons",
    "limit_total": "the policies have given all that they may",
    "limit_per_customer": "they hold as many as the policy allows one customer",
    "limit_per_period": "they used as many as the policy allows in a while",
    "margin_floor": "too little margin would be left on what they usually buy",
  ]

  private func certificate(_ result: Value) -> String {
    let certificate = result["certificate"] ?? .null
    let spent = result["spent"] ?? .null
    let value = DemoText.money(Int(certificate.number("value")))
    let bound = DemoText.money(Int(certificate.number("upper_bound")))
    return
      "How good the choice is: it is expected to bring \(value) CNY more margin, and no choice within "
      + "this budget can be expected to bring more than \(bound), so at most "
      + "\(DemoStory.thousandths(certificate.number("gap"))) of it is missed. It binds "
      + "\(DemoText.money(spent.count("exposure"))) of the budget at worst and is expected to cost "
      + "\(DemoText.money(spent.count("expected"))). These are expectations: the shop has no outcomes of "
      + "coupons yet, so they rest on what each policy states beforehand (\"basis\":\"prior\")."
  }

  /// A small share in percent, with two decimals.
  private static func thousandths(_ share: Double) -> String {
    let hundredths = Int(share * 10_000 + 0.999)
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) %"
  }
}
