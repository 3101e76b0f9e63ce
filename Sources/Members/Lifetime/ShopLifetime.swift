import Shop
import Statistics

/// A shop's lifetime model, fitted on its own orders: how often customers come back, when they
/// leave, and what they spend.
///
/// Time is in days. Purchases are local days with an order, so that two orders of one day are one.
package struct ShopLifetime: Equatable, Sendable {
  package let purchases: FittedLifetime
  /// In minor units; nil where the spend told nothing.
  package let spend: SpendModel?

  package init(purchases: FittedLifetime, spend: SpendModel?) {
    self.purchases = purchases
    self.spend = spend
  }

  /// As the log holds it.
  package var value: Value {
    var members: [Value.Member] = [
      .init(name: "model", value: .string(purchases.family.rawValue)),
      .init(name: "r", value: .number(purchases.r)),
      .init(name: "alpha_days", value: .number(purchases.alpha)),
      .init(name: "a", value: .number(purchases.a)),
      .init(name: "b", value: .number(purchases.b)),
    ]
    if let spend {
      members.append(
        .init(
          name: "spend",
          value: .object([
            .init(name: "p", value: .number(spend.p)), .init(name: "q", value: .number(spend.q)),
            .init(name: "v", value: .number(spend.v)),
          ])))
    }
    return .object(members)
  }

  /// Reads a model and checks all of it.
  package init(_ value: Value) throws(RecordProblem) {
    func number(_ name: String, of value: Value) throws(RecordProblem) -> Double {
      guard let number = value[name]?.double else {
        throw RecordProblem(path: name, reason: "wrong_type", message: "\(name) is a number")
      }
      return number
    }
    guard case .string(let name)? = value["model"], let family = LifetimeFamily(rawValue: name)
    else {
      throw RecordProblem(
        path: "model", reason: "not_one_of", message: "no lifetime model of this version")
    }
    let (r, alpha) = (try number("r", of: value), try number("alpha_days", of: value))
    let (a, b) = (try number("a", of: value), try number("b", of: value))
    guard let purchases = FittedLifetime(family: family, r: r, alpha: alpha, a: a, b: b) else {
      throw RecordProblem(
        path: "r", reason: "out_of_range", message: "r, alpha_days, a and b are above zero")
    }
    var spend: SpendModel?
    if let own = value["spend"] {
      let (p, q, v) = (
        try number("p", of: own), try number("q", of: own), try number("v", of: own)
      )
      guard let model = SpendModel(p: p, q: q, v: v) else {
        throw RecordProblem(
          path: "spend", reason: "out_of_range",
          message: "p and v are above zero, q is above one")
      }
      spend = model
    }
    self.init(purchases: purchases, spend: spend)
  }
}

/// What was fitted about members on the shop's own log; all of it nil until `members.fit` ran.
package struct FittedMembers: Equatable, Sendable {
  package var lifetime: ShopLifetime?
  package var clusters: ShopClusters?
  package var intent: ShopIntent?

  package init() {}

  /// Whether forecasts come from a fit or from the prior: `fitted` or `prior`.
  package var basis: String { lifetime == nil ? "prior" : "fitted" }
}
