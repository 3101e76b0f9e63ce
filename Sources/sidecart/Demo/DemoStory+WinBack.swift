import Shop

/// The third question: who is slipping away, and what wins them back?
extension DemoStory {
  func winBackPart() throws -> String {
    let asked = try session.ask("churn-reactivate", #"{"limit":100,"items_per_customer":2}"#)
    let result = asked.result
    let customers = result["customers"]?.list ?? []
    var text = "3. CHURN-REACTIVATE: who is slipping away, and what wins them back?\n\n"
    text += DemoText.wrapped(
      "Late is judged by each customer's own rhythm. First come those with whom most is at "
        + "stake: what they would spend in a year, times the chance that they are gone, less the "
        + "longer they are silent.",
      indent: 2)
    text += quoted(asked.request)
    for (rank, customer) in told(customers) { text += story(customer, rank: rank) }
    let considered = DemoText.grouped(result.count("considered"))
    text += "  Of \(considered) customers who ever ordered, not written to:\n"
    text += withheld(result["withheld"]?.fields ?? [], DemoStory.winBackReasons)
    return text
  }

  /// The first of the list, then the first two after it who are given a coupon, with their ranks.
  private func told(_ customers: [Value]) -> [(rank: Int, customer: Value)] {
    let open = customers.enumerated().filter { $0.element["holdout"] == .bool(false) }
      .map { (rank: $0.offset + 1, customer: $0.element) }
    let given = open.dropFirst().filter { !($0.customer["coupon"]?.text("policy") ?? "").isEmpty }
    return Array(open.prefix(1)) + Array(given.prefix(2))
  }

  private func story(_ customer: Value, rank: Int) -> String {
    let items = (customer["items"]?.list ?? []).map {
      DemoCatalogue.shortTitle(of: $0.text("item"))
        + ($0.text("source") == "past_preference" ? " (bought before)" : "")
    }
    let coupon = customer["coupon"]?.text("policy") ?? ""
    let because = (customer["because"]?.list ?? []).compactMap(\.string).joined(separator: "; ")
    let text =
      "\(person(customer.text("customer"))): \(because). Still a customer with a chance of "
      + "\(DemoText.percent(customer.number("p_alive"))); at stake are "
      + "\(DemoText.money(customer.count("value_at_risk"))) CNY. "
      + (coupon.isEmpty
        ? "No coupon: no policy is for them, or none is worth its cost. "
        : "Coupon: \(policyTitle(coupon)). ")
      + "Show: \(items.joined(separator: ", ")). Send \(when(customer)): "
      + "\"\(customer["message"]?.text("text") ?? "")\""
    return DemoText.wrapped(text, indent: 6, head: "  \(rank).")
  }

  /// Channel and local time, such as `by sms at 2026-07-01 18:00`.
  private func when(_ customer: Value) -> String {
    let channel = customer["channel"]?.string.map { "by \($0) " } ?? ""
    let time = customer.text("send_at").prefix(16).split(separator: "T").joined(separator: " ")
    return "\(channel)at \(time)"
  }

  private static let winBackReasons = [
    "not_lapsed": "not late by their own rhythm",
    "limit": "late too, with less at stake than the hundred who are listed",
    "no_consent": "late, but they agreed to no channel",
    "holdout": "late and listed, but left alone so that the effect can be measured",
  ]
}
