import Shop
import Testing

/// A small shop with something of everything, for tests of the contract.
struct SampleWorld {
  let shop: TestShop
  let code: String
  let reservedCode: String
  let reservation: String
  /// A position of the log that `customers.changes` can be asked about.
  let marked: Int64

  static let items = #"""
    {"items":[{"id":"tea","title":"Tea","category":["Drinks","Tea"],"brand":"Leaf","price":1290,"cost":800,
    "tags":["organic"],"attributes":{"caffeine":true}},{"id":"pot","title":"Pot","category":["Ware"],"price":4500},
    {"id":"cup","title":"Cup","category":["Ware"],"price":900},{"id":"post","kind":"service","price":500}]}
    """#

  static let policy = #"""
    {"id":"ten","title":"5.00 off","gives":{"kind":"amount_off","amount":500},"when":{"valid_days":30},
    "limits":{"total":1000,"per_customer":3},"budget":100000,"prior":{"redemption":0.5,"uplift":0.4}}
    """#

  init(seed: UInt64 = 1) throws {
    shop = TestShop(seed: seed)
    try shop.result("shop.configure", #"{"currency":"CNY","timezone":"Asia/Shanghai"}"#)
    try shop.result("items.put", SampleWorld.items)
    try shop.result(
      "customers.put",
      #"{"customers":[{"id":"c-1","name":"Ann","consent":{"sms":true},"attributes":{"goal":"run"}},{"id":"c-2"}]}"#
    )
    var orders: [String] = []
    for index in 1...8 {
      let customer = index % 2 == 0 ? "c-1" : "c-2"
      orders.append(
        #"{"id":"o-\#(index)","customer":"\#(customer)","time":"2026-01-0\#(index)T10:00:00+08:00","channel":"store","lines":[{"item":"tea","quantity":2,"unit_price":1290},{"item":"\#(index % 3 == 0 ? "pot" : "cup")","quantity":1,"unit_price":900,"discount":100}]}"#
      )
    }
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    try shop.result("policies.put", #"{"policies":[\#(SampleWorld.policy)]}"#)
    try shop.result(
      "segments.put", #"{"segments":[{"id":"buyers","condition":{"orders":{"$gte":1}}}]}"#)
    let issued = try shop.result(
      "coupons.issue", #"{"policy":"ten","customers":["c-1","c-1"],"key":"world-issue"}"#)
    let codes = issued["issued"]?.each("code") ?? []
    code = codes[0]
    reservedCode = codes[1]
    let reserved = try shop.result(
      "coupons.reserve",
      #"{"key":"world-reserve","customer":"c-1","order":"w-1","cart":\#(SampleWorld.cart),"codes":["\#(codes[1])"]}"#
    )
    reservation = reserved["reservation"]?.text ?? ""
    try shop.result(
      "points.grant", #"{"key":"world-grant","customer":"c-1","points":100}"#)
    try shop.result(
      "points.spend", #"{"key":"world-spend","customer":"c-1","points":9,"order":"p-0"}"#)
    try shop.result("train", "{}")
    try shop.result("evaluate", "{}")
    try shop.result("members.fit", "{}")
    marked = try shop.result("customers.changes", #"{"mark":true}"#)["position"]?.int ?? -1
  }

  static let cart =
    #"{"lines":[{"item":"tea","quantity":2,"unit_price":1290}],"shipping":800}"#

  /// A value that is right for each parameter of each method.
  func samples(of method: String) -> [(name: String, json: String)] {
    switch method {
    case "shop.configure":
      [
        ("currency", #""CNY""#), ("timezone", #""Asia/Shanghai""#), ("margin_percent", "25"),
        ("holdout_percent", "7"), ("members", #"{"levels":[{"id":"gold","spend":100}]}"#),
        ("recommend", #"{"mixes":[{"id":"all","weights":{"trending":1.5}}]}"#),
      ]
    case "items.put": [("items", #"[{"id":"new"}]"#), ("atomic", "true")]
    case "customers.put":
      [("customers", #"[{"id":"new"}]"#), ("atomic", "true"), ("transitions", "true")]
    case "orders.put":
      [
        (
          "orders",
          #"[{"id":"new","time":"2026-02-01","lines":[{"item":"tea","quantity":1,"unit_price":1}]}]"#
        ), ("atomic", "true"), ("transitions", "true"),
      ]
    case "orders.cancel":
      [
        ("order", #""o-1""#), ("time", #""2026-02-01T00:00:00Z""#), ("key", #""k1""#),
        ("transitions", "true"),
      ]
    case "orders.return":
      [
        ("order", #""o-2""#), ("lines", #"[{"item":"tea","quantity":1}]"#),
        ("time", #""2026-02-01T00:00:00Z""#), ("key", #""k2""#),
        ("transitions", "true"),
      ]
    case "events.put":
      [
        ("events", #"[{"type":"view","customer":"c-1","time":"2026-02-01T00:00:00Z"}]"#),
        ("atomic", "true"), ("transitions", "true"),
      ]
    case "segments.put":
      [("segments", #"[{"id":"s","condition":{"orders":1}}]"#), ("atomic", "true")]
    case "policies.put": [("policies", "[\(SampleWorld.policy)]"), ("atomic", "true")]
    default: questionSamples(of: method)
    }
  }

  private func questionSamples(of method: String) -> [(name: String, json: String)] {
    let at = ("at", #""2026-03-01T00:00:00Z""#)
    switch method {
    case "customers.get": return [("customer", #""c-1""#), at]
    case "customers.forget": return [("customer", #""c-3""#), ("key", #""k0""#)]
    case "customers.link", "customers.unlink":
      return [
        ("customer", #""c-1""#), ("identity", #"{"channel":"store","id":"138"}"#),
        ("key", #""k-1""#),
      ]
    case "customers.rank":
      return [
        ("by", #""intent""#), ("segment", #""buyers""#), ("within_days", "60"), ("limit", "5"), at,
      ]
    case "segments.list": return []
    case "segments.get":
      return [
        ("segment", #""buyers""#), ("sample", "3"), ("since", #""2026-01-01T00:00:00Z""#), at,
      ]
    case "segments.funnel": return [("segment", #""buyers""#), ("months", "3"), at]
    case "customers.changes":
      return [
        ("since", #""2026-01-01T00:00:00Z""#), ("since_position", "\(marked)"), ("mark", "true"),
        ("fields", #"["tier"]"#),
        ("segment", #""buyers""#), ("limit", "3"), at,
      ]
    case "segments.cross":
      return [("rows", #""tier""#), ("columns", #""lifecycle""#), ("segment", #""buyers""#), at]
    case "customers.match":
      return [
        ("condition", #"{"orders":{"$gte":1}}"#), ("customers", #"["c-1"]"#), ("limit", "5"), at,
      ]
    case "orders.get": return [("order", #""o-1""#)]
    case "recommend":
      return [
        ("customer", #""c-1""#), ("basket", #"["tea"]"#), ("k", "2"), ("channel", #""store""#), at,
        ("repeats", #""none""#), ("sources", #"["co_purchase"]"#), ("exclude", #"["cup"]"#),
        ("include", #"["pot"]"#),
        ("where", #"{"price":{"$gt":1}}"#), ("per_category", "2"), ("per_brand", "2"),
        ("boost", #"[{"where":{"brand":"Leaf"},"factor":2}]"#), ("margin_weight", "0.5"),
        ("diversity", "0.5"), ("explain", "true"), ("customers", #"["c-1"]"#),
      ]
    case "similar":
      return [
        ("item", #""tea""#), ("k", "2"), ("measure", #""llr""#), ("level", #""customers""#),
        ("direction", #""per_source""#), ("minimum_shared", "1"), ("minimum_llr", "0.5"),
        ("half_life_days", "30"), at, ("where", #"{"price":{"$gt":1}}"#),
        ("exclude", #"["pot"]"#), ("explain", "true"),
      ]
    case "target":
      return [
        ("policies", #"["ten"]"#), ("customers", #"["c-1"]"#), ("segment", #""buyers""#),
        ("budget", "1000"), at, ("limit", "3"), ("campaign", #""spring""#),
        ("holdout_percent", "10"), ("objective", #""revenue""#), ("budget_on", #""expected""#),
        ("quotas", #"[{"tiers":["high"],"at_most":2}]"#), ("explore_percent", "10"),
        ("commit", "false"), ("key", #""k3""#),
      ]
    case "churn-reactivate":
      return [
        at, ("limit", "3"), ("policies", #"["ten"]"#), ("channels", #"["sms"]"#),
        ("items_per_customer", "2"), ("commit", "false"), ("key", #""k4""#),
      ]
    default: return sellingSamples(of: method)
    }
  }

  private func sellingSamples(of method: String) -> [(name: String, json: String)] {
    let at = ("at", #""2026-03-01T00:00:00Z""#)
    let rules = [("where", #"{"price":{"$gt":1}}"#), ("exclude", #"["cup"]"#)]
    switch method {
    case "trending":
      return [
        ("channel", #""store""#), ("category", #""Tea""#), ("tier", #""high""#),
        ("segment", #""buyers""#), ("window_days", "7"), ("base_days", "28"), ("k", "3"), at,
        ("against", #""past""#), ("fill", "true"),
      ] + rules
    case "bundles":
      return [
        ("item", #""tea""#), ("size", "2"), ("k", "3"), ("minimum_support", "0.01"),
        ("minimum_confidence", "0.1"), ("minimum_lift", "0"), ("relation", #""unclear""#),
        ("customer", #""c-1""#), ("segment", #""buyers""#), at,
      ] + rules
    case "train":
      return [
        ("work", #""train-1""#), ("cancel", "false"), ("seed", "2"), ("questions", "10"),
      ]
    case "evaluate":
      return [
        ("work", #""evaluate-2""#), ("cancel", "false"), ("seed", "2"), ("questions", "10"),
        ("share", "0.5"),
      ]
    case "members.fit":
      return [
        ("work", #""members.fit-3""#), ("cancel", "false"), ("what", #"["lifetime"]"#),
        ("holdout_days", "30"), ("clusters", "3"), ("seed", "2"),
      ]
    default: return couponSamples(of: method)
    }
  }

  private func couponSamples(of method: String) -> [(name: String, json: String)] {
    let use = [
      ("customer", #""c-1""#), ("order", #""n-1""#), ("cart", SampleWorld.cart),
      ("codes", #"["\#(code)"]"#),
    ]
    let at = ("at", #""2026-03-01T00:00:00Z""#)
    switch method {
    case "coupons.issue":
      return [("policy", #""ten""#), ("customers", #"["c-2"]"#), ("key", #""k5""#)]
    case "coupons.quote":
      return [
        ("customer", #""c-1""#), ("cart", SampleWorld.cart), ("codes", #"["\#(code)"]"#), at,
        ("policies", #"["ten",{"id":"new","gives":{"kind":"free_shipping"}}]"#),
        ("profile", #"{"orders":3}"#),
      ]
    case "coupons.reserve": return [("key", #""k6""#)] + use + [("ttl_seconds", "60")]
    case "coupons.redeem":
      return [("key", #""k7""#)] + use + [("reservation", #""\#(reservation)""#)]
    case "coupons.release": return [("key", #""k8""#), ("reservation", #""\#(reservation)""#)]
    case "coupons.return":
      return [
        ("key", #""k9""#), ("order", #""w-1""#), ("lines", #"[{"index":0,"quantity":1}]"#),
      ]
    case "coupons.void": return [("key", #""k10""#), ("codes", #"["\#(code)"]"#)]
    case "coupons.list": return [("customer", #""c-1""#), at]
    case "coupons.totals": return [("policy", #""ten""#), ("by", #""tier""#), at]
    case "points.grant":
      return [
        ("key", #""k14""#), ("customer", #""c-1""#), ("points", "50"),
        ("expires", #""2027-01-01T00:00:00Z""#), ("note", #""sorry""#),
      ]
    case "points.spend":
      return [
        ("key", #""k12""#), ("customer", #""c-1""#), ("points", "5"), ("order", #""p-1""#),
        ("note", #""tea""#),
      ]
    case "points.return":
      return [
        ("key", #""k13""#), ("customer", #""c-1""#), ("order", #""p-0""#), ("points", "1"),
      ]
    case "points.list": return [("customer", #""c-1""#), ("limit", "3"), at]
    case "points.totals": return [at]
    case "policies.check":
      return [
        ("policies", #"["ten"]"#), at,
        ("candidates", #"[{"id":"new","gives":{"kind":"percent_off","percent":20}}]"#),
      ]
    case "policies.list": return [("state", #""active""#), at]
    case "policies.get": return [("policy", #""ten""#), ("version", "1"), at]
    case "policies.pause", "policies.resume":
      return [("policies", #"["ten"]"#), ("key", #""k11""#)]
    default: return []
    }
  }

  /// Params of a call with all samples, one of them put in another's place.
  ///
  /// - Parameter serial: makes the key another one, for calls that are not to be taken for retries.
  func parameters(
    of method: String, replacing name: String = "", with json: String? = nil, serial: Int = 0
  ) -> String {
    // `redeem` takes a reservation, or else what a reservation says.
    let isReservation = method == "coupons.redeem" && name == "reservation"
    var members: [String] = []
    for sample in samples(of: method) {
      if method == "coupons.redeem", sample.name != "key",
        (sample.name == "reservation") != isReservation
      {
        continue
      }
      // A position stands in place of a moment, and was marked after `at`.
      if method == "customers.changes",
        name == "since_position"
          ? ["since", "at"].contains(sample.name) : sample.name == "since_position"
      {
        continue
      }
      // Many customers stand in place of one and a basket.
      if method == "recommend",
        name == "customers"
          ? ["customer", "basket"].contains(sample.name) : sample.name == "customers"
      {
        continue
      }
      if sample.name == name {
        if let json { members.append(#""\#(name)":\#(json)"#) }
      } else {
        let json = sample.name == "key" ? #""key-\#(serial)""# : sample.json
        members.append(#""\#(sample.name)":\#(json)"#)
      }
    }
    return "{" + members.joined(separator: ",") + "}"
  }
}
