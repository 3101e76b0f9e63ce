/// The coupon policies of the demo's tea house, in the shape of the packs in `Models/policies`.
enum DemoPolicies {
  /// What each gives, by id, as the parameters say it.
  static let titles = [
    "tea-second-order": "15.00 off the second order from 60.00",
    "tea-teaware-upgrade": "12 % off a basket from 150.00, at most 50.00",
    "tea-one-more": "10.00 off from 80.00",
    "tea-win-back": "20.00 off from 60.00: we miss you",
  ]

  /// Params of `policies.put`.
  static let parameters = """
    {"policies":[
      {"id":"tea-second-order","title":"\(titles["tea-second-order", default: ""])",
       "gives":{"kind":"amount_off","amount":1500},"min_spend":6000,
       "for":{"lifecycle":"new"},"when":{"valid_days":21},
       "limits":{"per_customer":1},"budget":2000000,
       "guard":{"margin_floor_percent":10},"prior":{"redemption":0.12,"uplift":0.06}},
      {"id":"tea-teaware-upgrade","title":"\(titles["tea-teaware-upgrade", default: ""])",
       "gives":{"kind":"percent_off","percent":12,"cap":5000},"min_spend":15000,
       "for":{"tier":"high"},"when":{"valid_days":30},
       "limits":{"per_customer":1,"per_period":{"days":60,"uses":1}},"budget":3000000,
       "guard":{"margin_floor_percent":15},"prior":{"redemption":0.15,"uplift":0.05}},
      {"id":"tea-one-more","title":"\(titles["tea-one-more", default: ""])",
       "gives":{"kind":"amount_off","amount":1000},"min_spend":8000,
       "for":{"tier":{"$in":["potential","ordinary"]},"orders":{"$gte":2}},
       "when":{"valid_days":21},"limits":{"per_customer":1},"budget":2000000,
       "guard":{"margin_floor_percent":10},"prior":{"redemption":0.10,"uplift":0.05}},
      {"id":"tea-win-back","title":"\(titles["tea-win-back", default: ""])",
       "gives":{"kind":"amount_off","amount":2000},"min_spend":6000,
       "for":{"lifecycle":{"$in":["lapsing","lapsed"]},"orders":{"$gte":2}},
       "when":{"valid_days":30},"limits":{"per_customer":1,"per_period":{"days":180,"uses":1}},
       "budget":3000000,"stacking":{"group":"winback","exclusive":true},
       "prior":{"redemption":0.09,"uplift":0.07}}
    ]}
    """
}
