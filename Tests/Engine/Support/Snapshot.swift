import Shop
import Testing

extension TestShop {
  /// Every question there is, asked about everything there is: two shops that hold the same answer
  /// with the same bytes.
  ///
  /// - Parameter moments: asked as of each of these too.
  func answers(
    customers: [String], items: [String], orders: [String] = [], policies: [String] = [],
    moments: [String] = ["2026-02-10T00:00:00Z"]
  ) -> String {
    var calls: [(String, String)] = []
    for at in [""] + moments.map({ #""at":"\#($0)""# }) {
      let and = at.isEmpty ? "" : "," + at
      for customer in customers {
        calls.append(("customers.get", #"{"customer":"\#(customer)"\#(and)}"#))
        calls.append(("coupons.list", #"{"customer":"\#(customer)"\#(and)}"#))
        for repeats in ["mix", "only", "none"] {
          calls.append(
            (
              "recommend",
              #"{"customer":"\#(customer)","repeats":"\#(repeats)","explain":true\#(and)}"#
            ))
        }
        calls.append(
          (
            "coupons.quote",
            #"{"customer":"\#(customer)","cart":{"lines":[{"item":"\#(items[0])","quantity":3,"unit_price":700}]}\#(and)}"#
          ))
      }
      for item in items {
        calls.append(
          (
            "recommend",
            #"{"basket":["\#(item)"],"channel":"store","k":3,"explain":true\#(and)}"#
          ))
      }
      calls.append(("recommend", "{\(at)}"))
      calls.append(("customers.match", #"{"condition":{"orders":{"$gte":1}}\#(and)}"#))
      calls.append(("target", "{\(at)}"))
      calls.append(("churn-reactivate", "{\(at)}"))
      calls.append(("coupons.totals", "{\(at)}"))
      for policy in policies {
        calls.append(("coupons.totals", #"{"policy":"\#(policy)"\#(and)}"#))
      }
    }
    for order in orders { calls.append(("orders.get", #"{"order":"\#(order)"}"#)) }
    return calls.map { call($0.0, $0.1).line }.joined() + counts
  }

  /// The counts of `status`.
  var counts: String { "\(call("status").line.split(separator: "\"storage\"")[0])" }
}
