import Shop

/// The first question: what should this customer, or this basket, be shown next?
extension DemoStory {
  func recommendPart() throws -> String {
    let id = try regular()
    var text = "1. RECOMMEND: what should this customer, or this basket, be shown next?\n\n"
    text += try portrait(id)
    let next = try session.ask("recommend", "{\"customer\":\"\(id)\",\"k\":4,\"explain\":true}")
    text += quoted(next.request) + slots(next.result)
    let new = try session.ask(
      "recommend", "{\"customer\":\"\(id)\",\"k\":3,\"repeats\":\"none\"}")
    text += "\n  The same customer, only what they never bought:\n"
    text += quoted(new.request) + slots(new.result)
    let guest = try session.ask(
      "recommend", #"{"basket":["pot-gaiwan"],"k":3,"explain":true}"#)
    text += "\n  A guest of whom nothing is known, with a porcelain gaiwan in the basket:\n"
    text += quoted(guest.request) + slots(guest.result)
    return text
  }

  /// A customer to begin with: the first of the regulars by id, so that nobody is picked for a good
  /// answer.
  private func regular() throws -> String {
    let wanted = [
      #"{"tier":"high","lifecycle":"mature","orders":{"$gte":12}}"#, #"{"orders":{"$gte":1}}"#,
      "{}",
    ]
    for condition in wanted {
      let found = try session.ask(
        "customers.match", "{\"condition\":\(condition),\"limit\":1}")
      if let id = found.result["matches"]?.list.first?.string { return id }
    }
    throw HostFailure("the made-up shop has no customers")
  }

  /// Who the customer is, in words.
  private func portrait(_ id: String) throws -> String {
    let profile = try session.ask("customers.get", "{\"customer\":\"\(id)\"}").result
    let orders = profile.count("orders")
    let tier = profile.text("tier")
    var sentence =
      "\(person(id)) is of the tier \"\(tier)\", \(DemoStory.meaning(tier)): "
      + "\(DemoText.grouped(orders)) orders, \(DemoText.money(profile.count("spend"))) CNY in all. "
      + "Usually comes every \(DemoText.days(profile.number("usual_gap_days"))), last "
      + "\(DemoText.days(profile.number("recency_days"))) ago"
    if let channel = profile["preferred_channel"]?.string {
      sentence += ", mostly through the channel \"\(channel)\""
    }
    sentence +=
      "; \(DemoText.percent(profile.number("price_sensitivity"))) of the orders at a discount."
    let favourites = favourites(of: id).map { "\($0.title) (\(DemoText.times($0.count)))" }
    if !favourites.isEmpty { sentence += " Favourites: \(favourites.joined(separator: ", "))." }
    return DemoText.wrapped(sentence, indent: 2)
  }

  private static func meaning(_ tier: String) -> String {
    switch tier {
    case "high": "among the best in both spend and number of orders"
    case "potential": "on the way up"
    case "lapsed": "silent for three of their own usual gaps or more"
    default: "neither among the best nor lapsed"
    }
  }

  private func favourites(of id: String) -> [(title: String, count: Int)] {
    var counts: [String: Int] = [:]
    for order in shop.orders where order.customer == id {
      for line in order.lines { counts[line.item, default: 0] += 1 }
    }
    return counts.filter { $0.value > 1 }
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
      .map { (title: DemoCatalogue.shortTitle(of: $0.key), count: $0.value) }
  }

  private func slots(_ result: Value) -> String {
    var text = ""
    for (index, slot) in (result["items"]?.list ?? []).enumerated() {
      let head = "  \(index + 1). " + DemoCatalogue.title(of: slot.text("item"))
      text += DemoText.wrapped(why(slot), indent: 36, head: head)
    }
    return text
  }

  /// The evidence of one slot, in words.
  private func why(_ slot: Value) -> String {
    let evidence = slot["evidence"] ?? .null
    switch slot.text("source") {
    case "repeat":
      let rhythm = evidence["usual_gap_days"]?.double.map { ", every \(DemoText.days($0))" }
      return "bought \(DemoText.times(evidence.count("bought"))) before\(rhythm ?? "")"
        + "\(lastBought(evidence))"
    case "co_purchase":
      let counts = evidence["baskets_with"] ?? .null
      let sources = (slot["because"]?.list ?? []).compactMap(\.string).prefix(2).map { item in
        let baskets = counts.count(item)
        return DemoCatalogue.shortTitle(of: item) + (baskets > 0 ? " (\(baskets) baskets)" : "")
      }
      return "often bought together with \(sources.joined(separator: " and "))"
    case "similar_customers":
      let count = evidence.count("similar_customers")
      return "customers who bought the same things bought it" + (count > 1 ? " (\(count))" : "")
    case "browsing": return "looked at lately, and not bought since"
    case "category": return "sells well in the categories that they buy"
    case "trending": return "sells well in the shop these weeks"
    case "popular": return "has sold well in the shop"
    default: return "in the shop, and not sold yet"
    }
  }

  private func lastBought(_ evidence: Value) -> String {
    guard let last = Instant(rfc3339: evidence.text("last_bought")) else { return "" }
    return ", last \(DemoText.days(DemoShop.now.days(since: last))) ago"
  }
}
