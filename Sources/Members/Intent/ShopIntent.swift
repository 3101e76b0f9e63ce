import Shop
import Statistics

// How a probability is said of any number of days
// -----------------------------------------------
// What was learned is one regression for each of a few spans (7, 30 and 90 days). With
// q = log(-log(1 - P)), which is linear in log(days) for somebody who buys at a constant rate:
//
//   of a learned span           its regression; a longer span's never below a shorter one's
//   between two of them         q on the line between theirs, in log(days)
//   beyond the first or last    for somebody who ordered, the lifetime model's q, moved by what it
//                               is off at that span; for others, the constant rate
//
// so that P never falls with the days.

/// The chance that somebody orders, as it was learned from the shop's own log.
package struct ShopIntent: Equatable, Sendable {
  /// What was learned of one span of days.
  package struct Span: Equatable, Sendable {
    package let days: Int
    package let regression: LogisticRegression
  }

  /// Rising by days, at least one.
  package let spans: [Span]
  /// The channels that have a figure of their own.
  package let channels: [String]

  /// Nil without a span.
  package init?(spans: [Span], channels: [String]) {
    if spans.isEmpty { return nil }
    self.spans = spans.sorted { $0.days < $1.days }
    self.channels = channels
  }

  /// Nil for somebody of whom neither an order nor an event of late is known.
  func probability(of profile: MemberProfile, withinDays days: Double) -> Double? {
    var knots: [(days: Double, value: Double)] = []
    for span in spans {
      let length = Double(span.days)
      guard
        let figures = IntentFigures.values(of: profile, within: length, channels: channels)
      else { return nil }
      let value = Intent.complementary(span.regression.probability(figures))
      knots.append((length, max(value, knots.last?.value ?? value)))
    }
    guard days > 0, let first = knots.first, let last = knots.last else { return 0 }
    if days < first.days { return Self.shifted(from: first, to: days, profile) }
    if days > last.days { return Self.shifted(from: last, to: days, profile) }
    var value = last.value
    for (left, right) in zip(knots, knots.dropFirst())
    where left.days <= days && days <= right.days {
      let share =
        Elementary.logarithm(days / left.days) / Elementary.logarithm(right.days / left.days)
      value = left.value + share * (right.value - left.value)
      break
    }
    return Intent.probability(complementary: value)
  }

  private static func shifted(
    from knot: (days: Double, value: Double), to days: Double, _ profile: MemberProfile
  ) -> Double {
    var change = Elementary.logarithm(days / knot.days)
    if profile.summary.orders > 0 {
      change =
        Intent.complementary(profile.orderProbability(withinDays: days))
        - Intent.complementary(profile.orderProbability(withinDays: knot.days))
    }
    return Intent.probability(complementary: knot.value + change)
  }
}

/// The scale on which chances of different spans are compared.
enum Intent {
  /// log(-log(1 - P)), P held a billionth off 0 and 1.
  static func complementary(_ probability: Double) -> Double {
    let held = min(1 - 1e-9, max(1e-9, probability))
    return Elementary.logarithm(-Elementary.logarithm(onePlus: -held))
  }

  static func probability(complementary value: Double) -> Double {
    1 - Elementary.exponential(-Elementary.exponential(min(4, max(-40, value))))
  }
}

extension MemberProfile {
  /// The chance of at least one order in so many days if nothing is done, 0 to 1: as it was learned
  /// from the shop's log, else as the lifetime model has it.
  ///
  /// Nil for somebody who never ordered, unless it was learned and they did anything of late.
  package func intent(withinDays days: Double) -> Double? {
    if let learned = view.fitted.intent {
      return learned.probability(of: self, withinDays: days)
    }
    return summary.orders > 0 ? orderProbability(withinDays: days) : nil
  }
}

extension MemberProfile {
  /// Where `intent` comes from: `learned`, or what the lifetime model does, `fitted` or `prior`.
  package var intentBasis: String { view.fitted.intentBasis }

  /// The fields that follow from intent.
  func intentFigure(_ field: Field) -> Value? {
    guard let intent = intent(withinDays: 30) else { return nil }
    return field == .intent30d
      ? .number(intent.rounded(decimals: 4)) : .string(view.fitted.intentBasis)
  }
}

extension FittedMembers {
  /// `learned`, or what the lifetime model is: `fitted` or `prior`.
  package var intentBasis: String { intent == nil ? basis : "learned" }
}

// MARK: - In the log

extension ShopIntent {
  package var value: Value {
    func numbers(_ numbers: [Double]) -> Value { .array(numbers.map(Value.number)) }
    return .object([
      .init(name: "figures", value: .array(IntentFigures.names.map(Value.string))),
      .init(name: "channels", value: .array(channels.map(Value.string))),
      .init(
        name: "spans",
        value: .array(
          spans.map { span in
            .object([
              .init(name: "days", value: .integer(Int64(span.days))),
              .init(name: "means", value: numbers(span.regression.means)),
              .init(name: "deviations", value: numbers(span.regression.deviations)),
              .init(name: "weights", value: numbers(span.regression.weights)),
            ])
          })),
    ])
  }

  /// Reads what was learned and checks all of it.
  package init(_ value: Value) throws(RecordProblem) {
    guard value["figures"] == .array(IntentFigures.names.map(Value.string)) else {
      throw RecordProblem(
        path: "figures", reason: "not_one_of", message: "not the figures of this version")
    }
    guard case .array(let names)? = value["channels"], case .array(let list)? = value["spans"],
      names.count <= IntentFigures.maximumChannelCount
    else {
      throw RecordProblem(
        path: "spans", reason: "wrong_type", message: "expected channels and spans")
    }
    var channels: [String] = []
    for case .string(let name) in names { channels.append(name) }
    var spans: [Span] = []
    let width = IntentFigures.width(channels: channels)
    for (index, element) in list.enumerated() {
      let place = "spans[\(index)]"
      guard case .integer(let days)? = element["days"], (1...3_650).contains(days),
        days > spans.last?.days ?? 0, channels.count == names.count
      else {
        throw RecordProblem(
          path: place + ".days", reason: "out_of_range", message: "days rise, 1 to 3650")
      }
      func numbers(_ name: String) throws(RecordProblem) -> [Double] {
        if case .array(let list)? = element[name] {
          let numbers = list.compactMap(\.double).filter(\.isFinite)
          if numbers.count == list.count { return numbers }
        }
        throw RecordProblem(
          path: place + "." + name, reason: "wrong_type", message: "expected numbers")
      }
      let regression = LogisticRegression(
        means: try numbers("means"), deviations: try numbers("deviations"),
        weights: try numbers("weights"))
      guard let regression, regression.means.count == width else {
        throw RecordProblem(
          path: place, reason: "out_of_range",
          message: "a weight for each of \(width) figures, and deviations above zero")
      }
      spans.append(Span(days: Int(days), regression: regression))
    }
    guard let intent = ShopIntent(spans: spans, channels: channels) else {
      throw RecordProblem(path: "spans", reason: "missing", message: "at least one span")
    }
    self = intent
  }
}
