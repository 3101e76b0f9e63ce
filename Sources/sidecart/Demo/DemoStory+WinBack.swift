import Shop

/// The third question: who is slipping away, and what wins them back?
extension DemoStory {
  func winBackPart() throws -> String {
    let asked = try session.ask("churn-reactivate", #"{"limit":100,"items_per_customer":2}"#)
    let result = asked.result
    let customers = result["customers"]?.list ?? []
    var text = "3. CHURN-REACTIVATE: who is slipping away, and what wins them back?\n\n"
    text += DemoText.wrapped(
      "Late is judged by each customer's own rhythm: somebody weekly is late after two weeks, "
        + "somebody who comes each quarter is not. First come those with whom most is at stake.",
      indent: 2)
    text += quoted(asked.request)
    let told = customers.filter { $0["holdout"] == .bool(false) }
    for customer in told.prefix(3) { text += story(customer) }
    text += "\n  Of \(DemoText.grouped(result.count("considered"))) customers who ever ordered, "
    text += "not written to:\n"
    text += withheld(result["withheld"]?.fields ?? [], DemoStory.winBackReasons)
    return text
  }

  private func story(_ customer: Value) -> String {
    let items = (customer["items"]?.list ?? []).map {
      DemoCatalogue.shortTitle(of: $0.text("item"))
        + ($0.text("source") == "past_preference" ? " (a favourite)" : "")
    }
    let coupon = customer["coupon"]?.text("policy") ?? ""
    let chance = DemoText.percent(customer.number("p_alive"))
    let text =
      "\(person(customer.text("customer"))): silent for \(DemoText.days(customer.number("days_silent"))), "
      + "usually comes every \(DemoText.days(customer.number("usual_gap_days"))); still a customer with a "
      + "chance of \(chance). At stake: \(DemoText.money(customer.count("value_at_risk"))) CNY a year. "
      + (coupon.isEmpty
        ? "No coupon: none is worth its cost. " : "Coupon: \(policyTitle(coupon)). ")
      + "Show: \(items.joined(separator: ", ")). "
      + "Send \(when(customer)): \"\(customer["message"]?.text("text") ?? "")\""
    return DemoText.wrapped(text, indent: 4)
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
