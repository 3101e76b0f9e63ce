import Offers
import Shop

/// Members and policies with figures that can be worked out by hand.
enum TargetingFixture {
  static let now = Instant(rfc3339: "2026-03-02T00:00:00Z")!

  static func policy(
    _ id: String = "p", gives: Value = amount(1000), more: [Value.Member] = []
  ) throws -> Policy {
    let members = [
      Value.Member(name: "id", value: .string(id)), Value.Member(name: "gives", value: gives),
    ]
    return try Policy(.object(members + more), settings: ShopSettings())
  }

  static func amount(_ amount: Int64) -> Value {
    .object([
      .init(name: "kind", value: .string("amount_off")),
      .init(name: "amount", value: .integer(amount)),
    ])
  }

  static func percent(_ percent: Int64, cap: Int64? = nil) -> Value {
    .object(
      [
        .init(name: "kind", value: .string("percent_off")),
        .init(name: "percent", value: .integer(percent)),
      ] + (cap.map { [.init(name: "cap", value: .integer($0))] } ?? []))
  }

  static func prior(_ redemption: Double, _ uplift: Double) -> Value.Member {
    .init(
      name: "prior",
      value: .object([
        .init(name: "redemption", value: .number(redemption)),
        .init(name: "uplift", value: .number(uplift)),
      ]))
  }

  /// A member who orders within thirty days with that probability.
  static func member(
    _ customer: Int32, probability: Double, value: Int64 = 30_000, margin: Int64 = 12_000,
    sensitivity: Double? = nil, isHeldOut: Bool = false
  ) -> MemberSignal {
    MemberSignal(
      customer: customer, isHeldOut: isHeldOut, orders: 31, averageOrderValue: value,
      averageMargin: margin, ordersPerDay: 1, activity: probability, usualGapDays: 11.2,
      daysSilent: 12, priceSensitivity: sensitivity)
  }

  static func plan(
    _ members: [MemberSignal], _ policies: [PolicyHeadroom], budget: Int64? = nil,
    limit: Int? = nil, request change: (inout TargetRequest) -> Void = { _ in }
  ) -> TargetPlan {
    var request = TargetRequest(budget: budget, limit: limit)
    change(&request)
    return Targeting.plan(
      members: members, policies: policies, request: request,
      viewpoint: Viewpoint(asOf: now), zone: .utc,
      audience: { conditions, customers in
        ConditionSheet(conditions).masks(count: customers.count) {
          Value.object([.init(name: "number", value: .integer(Int64(customers[$0])))])
        }
      },
      precedes: { $0 < $1 })
  }
}
