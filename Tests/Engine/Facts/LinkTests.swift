import Shop
import TestSupport
import Testing

/// One person over several channels, and tables of who is where.
@Suite struct LinkTests {
  private func identities(_ shop: TestShop, _ customer: String) throws -> [String] {
    try shop.result("customers.get", #"{"customer":"\#(customer)"}"#)["identities"]?.list
      .map { "\($0["channel"]?.text ?? "")/\($0["id"]?.text ?? "")" } ?? []
  }

  private func change(
    _ shop: TestShop, _ method: String, _ customer: String, _ channel: String, _ id: String
  ) throws -> Bool? {
    try shop.result(
      method, #"{"customer":"\#(customer)","identity":{"channel":"\#(channel)","id":"\#(id)"}}"#)[
        "changed"]?.flag
  }

  @Test func anIdentityIsOnePersonsAtATime() throws {
    let shop = TestShop()
    #expect(try change(shop, "customers.link", "c1", "store", "138") == true)
    #expect(try change(shop, "customers.link", "c1", "store", "138") == false)
    #expect(try change(shop, "customers.link", "c1", "wechat", "oX") == true)
    #expect(try identities(shop, "c1") == ["store/138", "wechat/oX"])
    let taken = try shop.failure(
      "customers.link", #"{"customer":"c2","identity":{"channel":"store","id":"138"}}"#)
    #expect(taken.reason == "conflict" && taken.path == "identity")
    #expect(!taken.message.contains("c1"))
    #expect(try shop.result("customers.get", #"{"customer":"c2"}"#)["known"]?.flag == false)
    #expect(try change(shop, "customers.unlink", "c1", "store", "138") == true)
    #expect(try change(shop, "customers.unlink", "c1", "store", "138") == false)
    #expect(try change(shop, "customers.unlink", "nobody", "store", "138") == false)
    #expect(try change(shop, "customers.link", "c2", "store", "138") == true)
    #expect(try identities(shop, "c1") == ["wechat/oX"])
    #expect(try identities(shop, "c2") == ["store/138"])
  }

  @Test func identitiesThatWerePutCountAndForgottenOnesAreFree() throws {
    let shop = TestShop()
    try shop.result(
      "customers.put",
      #"{"customers":[{"id":"c1","identities":[{"channel":"store","id":"138"}]}]}"#)
    let link = #"{"customer":"c2","identity":{"channel":"store","id":"138"}}"#
    #expect(try shop.failure("customers.link", link).reason == "conflict")
    try shop.result("customers.forget", #"{"customer":"c1"}"#)
    #expect(try shop.result("customers.link", link)["changed"]?.flag == true)
    // "ab" + "c" and "a" + "bc" are two.
    #expect(try change(shop, "customers.link", "c3", "ab", "c") == true)
    #expect(try change(shop, "customers.link", "c4", "a", "bc") == true)
  }

  /// Random links and unlinks against a plain map.
  @Test func linksEqualAPlainMap() throws {
    let seed = UInt64.random(in: 0..<UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let shop = TestShop()
    var owners: [String: String] = [:]
    for _ in 0..<300 {
      let customer = "c\(Int.random(in: 0..<4, using: &generator))"
      let id = "\(Int.random(in: 0..<6, using: &generator))"
      let links = Bool.random(using: &generator)
      let parameters = #"{"customer":"\#(customer)","identity":{"channel":"s","id":"\#(id)"}}"#
      if links, let owner = owners[id], owner != customer {
        #expect(
          try shop.failure("customers.link", parameters).reason == "conflict", "seed \(seed)")
        continue
      }
      try shop.result(links ? "customers.link" : "customers.unlink", parameters)
      if links { owners[id] = customer } else if owners[id] == customer { owners[id] = nil }
      for name in ["c0", "c1", "c2", "c3"] {
        let own = owners.filter { $0.value == name }.map { "s/\($0.key)" }
        #expect(Set(try identities(shop, name)) == Set(own), "seed \(seed)")
      }
    }
  }

  @Test func crossTablesPartitionTheCustomers() throws {
    let seed = UInt64.random(in: 0..<UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let shop = TestShop()
    let goals = [#""run""#, #""swim""#, "3", "true", "null"]
    var expected: [String: (customers: Int, spend: Int)] = [:]
    for number in 0..<60 {
      let goal = goals.randomElement(using: &generator)!
      let region = ["north", "south"].randomElement(using: &generator)!
      try shop.result(
        "customers.put",
        #"{"customers":[{"id":"c\#(number)","region":"\#(region)","attributes":{"goal":\#(goal)}}]}"#
      )
      let price = Int.random(in: 0..<500, using: &generator)
      let order = OrderTests.order(
        "o\(number)", customer: "c\(number)", time: "2026-02-01T00:00:00Z",
        lines: #"[{"item":"i","quantity":1,"unit_price":\#(price)}]"#)
      try shop.result("orders.put", #"{"orders":[\#(order)]}"#)
      if region == "south" || number % 2 == 0 {
        let former = expected["\(goal) \(region)"] ?? (0, 0)
        expected["\(goal) \(region)"] = (former.customers + 1, former.spend + price)
      }
    }
    let south = #"{"region":"south"}"#
    let all = try shop.result("segments.cross", #"{"rows":"attributes.goal","columns":"region"}"#)
    #expect(all["total"]?["customers"]?.int == 60)
    let table = try shop.result(
      "segments.cross", #"{"rows":"goal","columns":"region","segment":\#(south)}"#)
    #expect(table["columns"]?.texts == ["south"])
    let rows = table["rows"]?.list ?? []
    #expect(rows == rows.sorted { rank($0) < rank($1) }, "seed \(seed)")
    for (index, row) in rows.enumerated() {
      let label =
        switch row {
        case .null: "null"
        case .bool: "true"
        case .integer: "3"
        default: #""\#(row.text ?? "")""#
        }
      let oracle = expected["\(label) south"]
      let customers = table["customers"]?.list[index].list.first?.int
      #expect(customers == oracle.map { Int64($0.customers) }, "seed \(seed)")
      let spend = table["spend"]?.list[index].list.first?.int
      #expect(spend == oracle.map { Int64($0.spend) }, "seed \(seed)")
    }
    let many = try shop.result("segments.cross", #"{"rows":"id","columns":"region"}"#)
    #expect(many["rows"]?.list.count == 60)
  }

  private func rank(_ value: Value) -> Int {
    switch value {
    case .null: 0
    case .bool: 1
    case .integer: 2
    default: value.text == "run" ? 3 : 4
    }
  }

  /// Against the profiles of `customers.get`, and the figure that `churn-reactivate` gives.
  @Test func ranksFollowTheProfiles() throws {
    let seed = UInt64.random(in: 0..<UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let shop = TestShop()
    for number in 0..<120 {
      let order = OrderTests.order(
        "o\(number)", customer: "c\(Int.random(in: 0..<30, using: &generator))",
        time:
          "2025-\(["03", "06", "09", "11"].randomElement(using: &generator)!)-1\(number % 9)T00:00:00Z",
        lines:
          #"[{"item":"i","quantity":1,"unit_price":\#(Int.random(in: 1..<900, using: &generator))}]"#
      )
      try shop.result("orders.put", #"{"orders":[\#(order)]}"#)
    }
    try shop.result("customers.put", #"{"customers":[{"id":"never"}]}"#)
    let at = #""at":"2026-01-01T00:00:00Z""#
    for by in ["intent", "value", "risk", "value_at_risk"] {
      let all = try shop.result("customers.rank", #"{"by":"\#(by)",\#(at)}"#)
      let list = all["customers"]?.list ?? []
      #expect(
        all["count"]?.int == Int64(list.count) && !list.contains { $0["customer"]?.text == "never" }
      )
      let keys = list.map { (-($0["score"]?.double ?? .nan), $0["customer"]?.text ?? "") }
      #expect(zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 }, "\(by) seed \(seed)")
      let first = try shop.result("customers.rank", #"{"by":"\#(by)","limit":3,\#(at)}"#)
      #expect(first["customers"]?.list == Array(list.prefix(3)))
      for entry in list {
        let id = try #require(entry["customer"]?.text)
        let profile = try shop.result("customers.get", #"{"customer":"\#(id)",\#(at)}"#)
        let score = try #require(entry["score"]?.double)
        if by == "value" { #expect(profile["value_12m"]?.double == score, "seed \(seed)") }
        if by == "risk" {
          let alive = try #require(profile["p_alive"]?.double)
          #expect(abs(1 - alive - score) < 1e-4, "seed \(seed)")
        }
        if by == "intent" { #expect((0...1).contains(score), "seed \(seed)") }
      }
      if by == "value_at_risk" {
        let churn = try shop.result("churn-reactivate", "{\(at)}")["customers"]?.list ?? []
        #expect(!churn.isEmpty, "seed \(seed)")
        for member in churn {
          let same = list.first { $0["customer"] == member["customer"] }
          #expect(same?["score"]?.double == member["value_at_risk"]?.double, "seed \(seed)")
        }
      }
    }
    let later = try shop.result("customers.rank", #"{"by":"intent","within_days":365,\#(at)}"#)
    let sooner = try shop.result("customers.rank", #"{"by":"intent","within_days":1,\#(at)}"#)
    for entry in sooner["customers"]?.list ?? [] {
      let same = later["customers"]?.list.first { $0["customer"] == entry["customer"] }
      #expect(same?["score"]?.double ?? -1 >= entry["score"]?.double ?? 0, "seed \(seed)")
    }
    #expect(try shop.failure("customers.rank", "{}").path == "by")
  }

  @Test func aTableOfTooManyValuesIsRefused() throws {
    let shop = TestShop()
    let customers = (0..<201).map { #"{"id":"c\#($0)"}"# }.joined(separator: ",")
    try shop.result("customers.put", #"{"customers":[\#(customers)]}"#)
    let failure = try shop.failure("segments.cross", #"{"rows":"id","columns":"tier"}"#)
    #expect(failure.reason == "out_of_range" && failure.path == "rows")
    let unknown = try shop.failure(
      "segments.cross", #"{"rows":"id","columns":"tier","segment":"x"}"#)
    #expect(unknown.reason == "unknown_segment")
  }
}
