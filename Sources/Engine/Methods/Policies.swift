import Offers
import Shop
import Wire

/// `policies.put`: what coupons give, to whom, when, how often and at what cost.
enum PoliciesPut: Method {
  static let name = "policies.put"
  static let summary =
    "Adds policies or new versions of them; coupons keep the version they were issued under."
  static let writes = true
  static let parameters: [Field] = [
    .required("policies", .list(.shared("Policy"))), .optional("atomic", .boolean),
  ]
  static let result = Shape.shared("PutResult")

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    try engine.putValues(
      "policies", call, into: &reply,
      check: { (engine, value) throws(RecordProblem) in
        let policy = try Policy(value, settings: engine.facts.settings)
        switch try engine.ledger.preparePolicy(policy) {
        case .accepted(let fact): return .coupon(fact)
        case .unchanged: return nil
        }
      })
  }
}
