import Shop
import Statistics

extension IntentStudy {
  /// What came of it, for programs: for each span what was learned from, both ways' scores and how
  /// well their chances hold.
  package var report: Value {
    .object([
      .init(name: "basis", value: .string(chosen == nil ? "lifetime" : "learned")),
      .init(name: "spans", value: .array(spans.map(\.report))),
    ])
  }
}

extension IntentStudy.Span {
  fileprivate var report: Value {
    var members: [Value.Member] = [
      .init(name: "days", value: .integer(Int64(days))),
      .init(name: "reason", value: .string(reason.rawValue)),
      .init(name: "learned_windows", value: .integer(Int64(windows))),
      .init(name: "learned_rows", value: .integer(Int64(rows))),
      .init(name: "customers", value: .integer(Int64(customers))),
      .init(name: "buyers", value: .integer(Int64(buyers))),
    ]
    if let learned, let lifetime {
      members += [
        .init(name: "evidence", value: .number(evidence.rounded(decimals: 2))),
        .init(name: "learned", value: learned.report),
        .init(name: "lifetime", value: lifetime.report),
      ]
    }
    return .object(members)
  }
}

extension IntentStudy.Score {
  fileprivate var report: Value {
    func number(_ name: String, _ number: Double) -> Value.Member {
      .init(name: name, value: .number(number.rounded(decimals: 4)))
    }
    var members = area.map { [number("auc", $0)] } ?? []
    members += [
      number("log_loss", reliability.logLoss), number("brier", reliability.brier),
      number("calibration_error", reliability.calibrationError),
      .init(
        name: "reliability",
        value: .array(
          reliability.bins.map { bin in
            .object([
              .init(name: "customers", value: .integer(Int64(bin.count))),
              number("forecast", bin.forecast), number("observed", bin.observed),
            ])
          })),
    ]
    return .object(members)
  }
}
