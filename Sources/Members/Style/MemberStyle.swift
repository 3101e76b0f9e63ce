import Shop

// What a style says
// -----------------
// Of n own observations (orders for the hour, weekday and channel, order lines for the others), of
// which n_v chose v, and the shop's share p_v of v:
//
//   share of v   (n_v + 5 p_v) / (n + 5)        Dirichlet-multinomial, the shop counting as five
//
// The preferred hour, weekday, brand and band is the one of the highest share among those that the
// customer chose at least once; of equal shares the first. The preferred channel and category are
// the ones chosen most often, which is what coupons "on what they prefer" ask for.
//
// Why: hit rates for the last order of customers with two or more. Online Retail (2437 customers):
// hour .193 where the shop's most frequent value has .170, weekday .257 and .213. Complete Journey
// (2071): hour .121 and .095, weekday .196 and .159, store .700 and .028; brand (the manufacturer
// of most lines) .282 and .306: where one house brand leads, the shop's own leader is the better
// guess for a basket, and not what tells customers apart. Values never chosen change no rate by
// more than .004 but for that brand; the highest lift over the shop has .163, .258, .099, .192,
// .672, .017.

/// How a customer buys, shrunken to the shop.
struct MemberStyle: Sendable {
  /// Observations that the shop's shares count as.
  static let priorCount = 5.0

  struct Choice: Equatable, Sendable {
    var value: Value
    /// Of the value, shrunken; 0 to 1.
    var share: Double
    /// Own observations.
    var evidence: Int
  }

  struct Survey: Equatable, Sendable {
    var value: Double
    var evidence: Int

    var group: String { PromoterScore.group(of: value) }
  }

  private(set) var hour: Choice?
  private(set) var weekday: Choice?
  private(set) var channel: Choice?
  private(set) var category: Choice?
  private(set) var brand: Choice?
  private(set) var priceBand: Choice?
  private(set) var interaction: (score: Double, evidence: Int)?
  private(set) var survey: Survey?

  init(of profile: MemberProfile) {
    let view = profile.view
    let facts = view.facts
    let norms = view.styleNorms
    let shop = norms.counts
    let tastes = profile.tastes
    hour = Self.choice(
      tastes.hours.enumerated().map { ($0, $1) }, shop: { shop.hours[$0] },
      total: shop.hours.reduce(0, +), value: { .integer(Int64($0)) }, precedes: <)
    weekday = Self.choice(
      tastes.weekdays.enumerated().map { ($0, $1) }, shop: { shop.weekdays[$0] },
      total: shop.weekdays.reduce(0, +), value: { .integer(Int64($0 + 1)) }, precedes: <)
    let brands = facts.items.brands
    brand = Self.choice(
      tastes.brands.map { ($0, $1) }, shop: { shop.brands[$0] ?? 0 }, total: shop.brandTotal,
      value: { .string(brands[$0]) }, precedes: { brands.precedes($0, $1) })
    var bands = [0, 0, 0]
    for (item, lines) in tastes.itemLines {
      if let band = shop.band(of: item) { bands[band.rawValue] += lines }
    }
    priceBand = Self.choice(
      bands.enumerated().map { ($0, $1) }, shop: { shop.bands[$0] },
      total: shop.bands.reduce(0, +),
      value: { .string(PriceBand(rawValue: $0)?.name ?? "") }, precedes: <)
    if let name = tastes.preferredChannel, let index = facts.channels.index(of: name) {
      channel = Self.stated(
        name, tastes.channels, shop: shop.channels[index] ?? 0, total: shop.channelTotal)
    }
    if let name = tastes.preferredCategory {
      category = Self.stated(
        name, tastes.categories, shop: shop.categories[name] ?? 0, total: shop.categoryTotal)
    }
    readEvents(of: profile.customer, view, mean: norms.meanInteraction)
  }

  private mutating func readEvents(of customer: Int32, _ view: MemberView, mean: Double?) {
    let events = view.facts.events
    var points: [(day: Int64, points: Int64)] = []
    var count = 0
    var answers = 0
    var answer: Double?
    events.forEachEvent(of: customer) { event in
      let time = events.time[Int(event)]
      guard view.viewpoint.sees(time) else { return true }
      let type = events.types[events.type[Int(event)]]
      let worth = Interaction.points(type)
      if worth > 0 {
        points.append((day: Interaction.day(of: time), points: worth))
        count += 1
      }
      if type == "survey", let value = events.value(of: event), 0...10 ~= value {
        answers += 1
        if answer == nil { answer = value }
      }
      return true
    }
    if let answer { survey = Survey(value: answer, evidence: answers) }
    let today = Interaction.day(of: view.viewpoint.now)
    if let mean, let score = Interaction.score(points.reversed(), mean: mean, today: today) {
      interaction = (score, count)
    }
  }

  private static func share(_ own: Int, of count: Int, shop: Int, total: Int) -> Double {
    let expected = total > 0 ? Double(shop) / Double(total) : 0
    return (Double(own) + priorCount * expected) / (Double(count) + priorCount)
  }

  private static func stated(
    _ name: String, _ counts: [String: Int], shop: Int, total: Int
  ) -> Choice {
    let count = counts.values.reduce(0, +)
    return Choice(
      value: .string(name),
      share: share(counts[name] ?? 0, of: count, shop: shop, total: total), evidence: count)
  }

  private static func choice<Key>(
    _ counts: [(Key, Int)], shop: (Key) -> Int, total: Int, value: (Key) -> Value,
    precedes: (Key, Key) -> Bool
  ) -> Choice? {
    let count = counts.reduce(0) { $0 + $1.1 }
    var best: (key: Key, share: Double)?
    for (key, own) in counts where own > 0 {
      let share = share(own, of: count, shop: shop(key), total: total)
      if let found = best, share < found.share { continue }
      if let found = best, share == found.share, !precedes(key, found.key) { continue }
      best = (key, share)
    }
    return best.map { Choice(value: value($0.key), share: $0.share, evidence: count) }
  }
}

/// The net promoter score of some answers, 0 to 10 each.
package struct PromoterScore: Equatable, Sendable {
  package private(set) var promoters = 0
  package private(set) var passives = 0
  package private(set) var detractors = 0

  package init(_ answers: [Double]) {
    for answer in answers {
      switch Self.group(of: answer) {
      case "promoter": promoters += 1
      case "passive": passives += 1
      default: detractors += 1
      }
    }
  }

  package var answers: Int { promoters + passives + detractors }

  /// Promoters less detractors in per cent of the answers, to one decimal, -100 to 100; 0 without
  /// answers.
  package var score: Double {
    answers == 0 ? 0 : (Double(promoters - detractors) * 100 / Double(answers)).rounded(decimals: 1)
  }

  /// By the usual bounds: 9 and 10 promote, 7 and 8 are passive.
  static func group(of answer: Double) -> String {
    answer >= 9 ? "promoter" : answer >= 7 ? "passive" : "detractor"
  }
}

extension MemberProfile {
  /// The last survey answer in 0 ... 10 that is seen from here; nil where there is none.
  package var surveyAnswer: Double? {
    let events = view.facts.events
    var answer: Double?
    events.forEachEvent(of: customer) { event in
      guard view.viewpoint.sees(events.time[Int(event)]),
        events.types[events.type[Int(event)]] == "survey"
      else { return true }
      if let value = events.value(of: event), 0...10 ~= value { answer = value }
      return answer == nil
    }
    return answer
  }

  /// The fields that follow from the style.
  func styleField(_ name: String) -> Value? {
    switch name {
    case "style": styleObject
    case "preferred_hour": style.hour?.value
    case "preferred_weekday": style.weekday?.value
    case "preferred_brand": style.brand?.value
    case "price_band": style.priceBand?.value
    case "interaction": style.interaction.map { .number($0.score.rounded(decimals: 4)) }
    case "nps": surveyAnswer.map { Self.plain($0) }
    default: nil
    }
  }

  private static func plain(_ number: Double) -> Value {
    Int64(exactly: number).map(Value.integer) ?? .number(number)
  }

  /// Each part with its evidence; parts without any are left out, and all of it where there is
  /// none.
  private var styleObject: Value? {
    let style = self.style
    var members: [Value.Member] = []
    if let buyer = tastes.buyerStyle, let rate = tastes.noveltyRate {
      members.append(
        .init(
          name: "buyer",
          value: .object([
            .init(name: "value", value: .string(buyer)),
            .init(name: "share", value: .number(rate.rounded(decimals: 4))),
            .init(name: "evidence", value: .integer(Int64(tastes.noveltyEvidence))),
          ])))
    }
    if summary.orders > 0 {
      members.append(
        .init(
          name: "price_sensitivity",
          value: .object([
            .init(name: "value", value: .number(priceSensitivity.rounded(decimals: 4))),
            .init(name: "evidence", value: .integer(Int64(summary.orders))),
          ])))
    }
    for (name, choice) in [
      ("channel", style.channel), ("hour", style.hour), ("weekday", style.weekday),
      ("category", style.category), ("brand", style.brand), ("price_band", style.priceBand),
    ] {
      guard let choice else { continue }
      members.append(
        .init(
          name: name,
          value: .object([
            .init(name: "value", value: choice.value),
            .init(name: "share", value: .number(choice.share.rounded(decimals: 4))),
            .init(name: "evidence", value: .integer(Int64(choice.evidence))),
          ])))
    }
    if let interaction = style.interaction {
      members.append(
        .init(
          name: "interaction",
          value: .object([
            .init(name: "value", value: .number(interaction.score.rounded(decimals: 4))),
            .init(name: "evidence", value: .integer(Int64(interaction.evidence))),
          ])))
    }
    if let survey = style.survey {
      members.append(
        .init(
          name: "nps",
          value: .object([
            .init(name: "value", value: Self.plain(survey.value)),
            .init(name: "class", value: .string(survey.group)),
            .init(name: "evidence", value: .integer(Int64(survey.evidence))),
          ])))
    }
    return members.isEmpty ? nil : .object(members)
  }
}
