import Shop

/// That a committed plan gave a customer nothing where its draw could have given something, and
/// would have given nothing without a draw too, or what it would have given is not logged.
///
/// The log has it for whoever weighs choices by how probable they were: with the decisions that
/// gave, or would have given, it says of every choice that chance had a part in what was chosen
/// and with which probability. Nothing here works from it.
package struct PassedDecision: Equatable, Sendable {
  /// How many of one plan are logged; of more, that many are chosen evenly.
  package static let maximumCount = 100_000

  package var customer: String
  package var campaign: String?
  package var time: Instant
  /// The probability of getting nothing.
  package var propensity: Double
  /// The share of the plan's passed decisions that is logged; 1 for all of them.
  package var share: Double

  package init(
    customer: String, campaign: String?, time: Instant, propensity: Double, share: Double = 1
  ) {
    self.customer = customer
    self.campaign = campaign
    self.time = time
    self.propensity = Decision.rounded(propensity)
    self.share = Decision.rounded(share)
  }
}

// MARK: - As the log has it

extension PassedDecision {
  package var record: Value {
    .record([
      "customer": .string(customer), "campaign": campaign.map(Value.string) ?? .null,
      "time": .time(time), "propensity": .number(propensity),
      "share": share == 1 ? .null : .number(share),
    ])
  }

  package init(_ value: Value) throws(RecordProblem) {
    let record = try RecordReader(
      value, path: "", allowing: ["customer", "campaign", "time", "propensity", "share"])
    self.init(
      customer: try record.required("customer", record.name("customer")),
      campaign: try record.name("campaign"),
      time: try record.required("time", record.time("time")),
      propensity: try record.required("propensity", record.number("propensity", 0.0...1.0)),
      share: try record.number("share", 0.0...1.0) ?? 1)
  }
}
