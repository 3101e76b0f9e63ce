import Shop
import Statistics

extension LifetimeStudy {
  /// What came of it, for programs: parameters with standard errors, the holdout, the reason.
  package var report: Value {
    var members: [Value.Member] = [
      .init(name: "basis", value: .string(chosen == nil ? "prior" : "fitted")),
      .init(name: "reason", value: .string(reason.rawValue)),
    ]
    if let chosen {
      members.append(
        .init(name: "model", value: .string(chosen.purchases.family.rawValue)))
    }
    members += [
      .init(name: "customers", value: .integer(Int64(plain.customers))),
      .init(name: "repeat_customers", value: .integer(Int64(plain.repeatCustomers))),
      .init(name: "different_histories", value: .integer(Int64(plain.rows))),
      .init(name: "bg_nbd", value: Self.report(plain)),
      .init(name: "mbg_nbd", value: Self.report(modified)),
      .init(name: "gamma_gamma", value: Self.report(spend)),
    ]
    if let holdout {
      members.append(.init(name: "holdout", value: Self.report(holdout)))
    }
    return .object(members)
  }

  private static func number(_ name: String, _ number: Double?, _ decimals: Int) -> [Value.Member] {
    guard let number, number.isFinite else { return [] }
    return [.init(name: name, value: .number(number.rounded(decimals: decimals)))]
  }

  private static func report(_ fit: LifetimeFit) -> Value {
    var members: [Value.Member] = [
      .init(name: "sound", value: .bool(fit.isSound)),
      .init(name: "penalty", value: .number(fit.penalty)),
    ]
    if let problem = fit.problem {
      members.append(.init(name: "problem", value: .string(problem.rawValue)))
    }
    guard let model = fit.model else { return .object(members) }
    for (name, figure, error) in [
      ("r", model.r, fit.errors?.r), ("alpha_days", model.alpha, fit.errors?.alpha),
      ("a", model.a, fit.errors?.a), ("b", model.b, fit.errors?.b),
    ] {
      members += number(name, figure, 6) + number(name + "_error", error, 6)
    }
    return .object(members + number("log_likelihood", fit.logLikelihood, 3))
  }

  private static func report(_ fit: SpendFit) -> Value {
    var members: [Value.Member] = [
      .init(name: "sound", value: .bool(fit.problem == nil)),
      .init(name: "customers", value: .integer(Int64(fit.customers))),
    ]
    if let problem = fit.problem {
      members.append(.init(name: "problem", value: .string(problem.rawValue)))
    }
    guard let model = fit.model else { return .object(members) }
    for (index, (name, figure)) in [("p", model.p), ("q", model.q), ("v", model.v)].enumerated() {
      members += number(name, figure, 6) + number(name + "_error", fit.errors?[index], 6)
    }
    return .object(members + number("log_likelihood", fit.logLikelihood, 3))
  }

  private static func report(_ holdout: Holdout) -> Value {
    var members: [Value.Member] = [
      .init(name: "days", value: .integer(Int64(holdout.days))),
      .init(name: "customers", value: .integer(Int64(holdout.customers))),
      .init(name: "buyers", value: .integer(Int64(holdout.buyers))),
    ]
    for (name, area) in [
      ("bg_nbd", holdout.plain), ("mbg_nbd", holdout.modified), ("prior", holdout.prior),
      ("frequency", holdout.frequency), ("recency", holdout.recency),
    ] {
      members += number("auc_" + name, area, 4)
    }
    return .object(members)
  }
}
