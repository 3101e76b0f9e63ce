import Shop

// What a style says
// -----------------
// Of own observations with weight n in all, of which n_v chose v, and the shop's share p_v of v:
//
//   share of v   (n_v + a p_v) / (n + a)      Dirichlet-multinomial, the shop counting as a
//
// For the hour, weekday and channel the observations are orders, whose weight is halved by every
// five later ones, and a = 5; for the others they are order lines of weight one, and a = 5 for the
// price band, 40 for the category, 140 for the brand: what maximum likelihood finds on Complete
// Journey (departments 45, manufacturers 141), a prior and not fitted on the shop's own log.
//
// Preferred is the value of the highest share among those that the customer chose at least once; of
// equal shares the first. For the brand the shop's leader stands for election too.
//
// Why: hit rates for the last order of customers with two or more; the shop's most frequent value,
// the customer's own, and this.
//
//   Online Retail (2437)     hour .170 .185 .201    weekday .213 .257 .269
//   Complete Journey (2071)  hour .095 .123 .128    weekday .159 .196 .195   store .028 .700 .716
//                            department of most lines .642 .604 .626    manufacturer .267 .213 .267
//
// Without the weights by age: hour .193 and .121, weekday .257 and .196, store .700. A half-life of
// three orders is better for the store (.720) and the hour (.209, .131), and worse for the weekday
// (.191). Brands: customers of one shop hardly differ in them (a = 141 lines), since one house
// brand leads nearly every basket; five lines' worth of the shop was far too little (.248 among the
// own ones), and what is shown now is the leader unless there is much evidence. For the category,
// the shop's leader is the better guess for a basket too; it does not stand for election, since
// coupons "on what they prefer" ask for something that the customer buys.

/// How a customer buys, shrunken to the shop.
struct MemberStyle: Sendable {
  /// Observations that the shop's shares count as.
  static let priorCount = 5.0
  static let categoryPriorCount = 40.0
  static let brandPriorCount = 140.0

  struct Choice: Equatable, Sendable {
    var value: Value
    /// Of the value, shrunken; 0 to 1.
    var share: Double
    /// Own observations, whatever their weight.
    var evidence: Int

    var text: String? { if case .string(let text) = value { text } else { nil } }
  }

  struct Survey: Equatable, Sendable {
    /// The last answer.
    var value: Double
    /// Of all own answers, shrunken to the shop's.
    var mean: Double
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
    hour = profile.hourChoice
    weekday = Self.choice(
      tastes.weekdays.enumerated().filter { $1 > 0 }.map { ($0, $1) }, evidence: tastes.orderCount,
      shop: { shop.weekdays[$0] }, total: shop.weekdays.reduce(0, +),
      value: { .integer(Int64($0 + 1)) }, precedes: <)
    let brands = facts.items.brands
    var lines = tastes.brands.map { ($0, Double($1)) }
    if let leader = shop.leadingBrand(brands), !lines.isEmpty, tastes.brands[leader] == nil {
      lines.append((leader, 0))
    }
    brand = Self.choice(
      lines, evidence: tastes.brands.values.reduce(0, +), prior: Self.brandPriorCount,
      shop: { shop.brands[$0] ?? 0 }, total: shop.brandTotal, value: { .string(brands[$0]) },
      precedes: { brands.precedes($0, $1) })
    var bands = [0.0, 0, 0]
    for (item, lines) in tastes.itemLines {
      if let band = shop.band(of: item) { bands[band.rawValue] += Double(lines) }
    }
    priceBand = Self.choice(
      bands.enumerated().filter { $1 > 0 }.map { ($0, $1) },
      evidence: Int(bands.reduce(0, +)), shop: { shop.bands[$0] },
      total: shop.bands.reduce(0, +),
      value: { .string(PriceBand(rawValue: $0)?.name ?? "") }, precedes: <)
    channel = profile.channelChoice
    category = profile.categoryChoice
    readEvents(of: profile.customer, view, norms)
  }

  private mutating func readEvents(of customer: Int32, _ view: MemberView, _ norms: StyleNorms) {
    let events = view.facts.events
    var points: [(day: Int64, points: Int64)] = []
    var count = 0
    var answers: [Double] = []
    events.forEachEvent(of: customer) { event in
      let time = events.time[Int(event)]
      guard view.viewpoint.sees(time) else { return true }
      let type = events.types[events.type[Int(event)]]
      let worth = Interaction.points(type)
      if worth > 0 {
        points.append((day: Interaction.day(of: time), points: worth))
        count += 1
      }
      if let answer = PromoterScore.answer(of: event, type: type, events) {
        answers.append(answer)
      }
      return true
    }
    if let last = answers.first {
      let mean = MemberProfile.shrunken(
        answers.reduce(0, +), Double(answers.count), to: norms.counts.meanAnswer ?? last,
        Self.priorCount)
      survey = Survey(value: last, mean: mean, evidence: answers.count)
    }
    let today = Interaction.day(of: view.viewpoint.now)
    if let mean = norms.meanInteraction,
      let score = Interaction.score(points.reversed(), mean: mean, today: today)
    {
      interaction = (score, count)
    }
  }

  /// The one of the highest share; nil where there are none.
  fileprivate static func choice<Key>(
    _ weights: [(Key, Double)], evidence: Int, prior: Double = priorCount, shop: (Key) -> Int,
    total: Int, value: (Key) -> Value, precedes: (Key, Key) -> Bool
  ) -> Choice? {
    let sum = weights.reduce(0) { $0 + $1.1 }
    var best: (key: Key, share: Double)?
    for (key, own) in weights {
      let expected = total > 0 ? Double(shop(key)) / Double(total) : 0
      let share = (own + prior * expected) / (sum + prior)
      if let found = best, share < found.share { continue }
      if let found = best, share == found.share, !precedes(key, found.key) { continue }
      best = (key, share)
    }
    return best.map { Choice(value: value($0.key), share: $0.share, evidence: evidence) }
  }
}

extension MemberProfile {
  /// The local hour of the day, 0 to 23, at which the customer orders.
  func chooseHour() -> MemberStyle.Choice? {
    let shop = view.styleNorms.counts
    return MemberStyle.choice(
      tastes.hours.enumerated().filter { $1 > 0 }.map { ($0, $1) }, evidence: tastes.orderCount,
      shop: { shop.hours[$0] }, total: shop.hours.reduce(0, +),
      value: { .integer(Int64($0)) }, precedes: <)
  }

  func chooseChannel() -> MemberStyle.Choice? {
    let shop = view.styleNorms.counts
    let names = view.facts.channels
    return MemberStyle.choice(
      tastes.channels.map { ($0, $1) }.sorted { names.precedes($0.0, $1.0) },
      evidence: tastes.channelCount,
      shop: { shop.channels[$0] ?? 0 }, total: shop.channelTotal, value: { .string(names[$0]) },
      precedes: { names.precedes($0, $1) })
  }

  /// Of the widest categories.
  func chooseCategory() -> MemberStyle.Choice? {
    let shop = view.styleNorms.counts
    return MemberStyle.choice(
      tastes.categories.map { ($0, Double($1)) },
      evidence: tastes.categories.values.reduce(0, +), prior: MemberStyle.categoryPriorCount,
      shop: { shop.categories[$0] ?? 0 }, total: shop.categoryTotal, value: { .string($0) },
      precedes: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
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

  /// What a survey event says; nil for other events and for what is not in 0 ... 10.
  static func answer(of event: Int32, type: String, _ events: EventTable) -> Double? {
    guard type == "survey", let value = events.value(of: event), 0...10 ~= value else {
      return nil
    }
    return value
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
      guard view.viewpoint.sees(events.time[Int(event)]) else { return true }
      answer = PromoterScore.answer(
        of: event, type: events.types[events.type[Int(event)]], events)
      return answer == nil
    }
    return answer
  }

  /// The fields that follow from the style.
  func styleField(_ field: Field) -> Value? {
    switch field {
    case .style: styleObject
    case .preferredHour: style.hour?.value
    case .preferredWeekday: style.weekday?.value
    case .preferredBrand: style.brand?.value
    case .priceBand: style.priceBand?.value
    case .interaction: style.interaction.map { .number($0.score.rounded(decimals: 4)) }
    case .nps: surveyAnswer.map { Self.plain($0) }
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
    if let buyer = buyerStyle, let rate = noveltyRate {
      members.append(
        .init(
          name: "buyer",
          value: .object([
            .init(name: "value", value: .string(buyer)),
            .init(name: "share", value: .number(rate.rounded(decimals: 4))),
            .init(name: "evidence", value: .integer(Int64(tastes.novelty.takes))),
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
            .init(name: "mean", value: .number(survey.mean.rounded(decimals: 4))),
            .init(name: "class", value: .string(survey.group)),
            .init(name: "evidence", value: .integer(Int64(survey.evidence))),
          ])))
    }
    return members.isEmpty ? nil : .object(members)
  }
}
