import Shop
import TestSupport
import Testing
import Wire

/// What came by a channel under an identity is its owner's, whoever said what first.
@Suite struct IdentityTests {
  private static func order(_ id: String, _ customer: String, _ channel: String?) -> String {
    let channel = channel.map { #","channel":"\#($0)""# } ?? ""
    return
      #"{"orders":[{"id":"\#(id)","customer":"\#(customer)","time":"2026-02-0\#(id.utf8.count)T10:00:00Z"\#(channel),"lines":[{"item":"tea","quantity":1,"unit_price":500}]}]}"#
  }

  private static func link(_ customer: String, _ channel: String, _ id: String) -> String {
    #"{"customer":"\#(customer)","identity":{"channel":"\#(channel)","id":"\#(id)"}}"#
  }

  private func count(_ shop: TestShop, _ customer: String) throws -> Int64? {
    try shop.result("customers.get", #"{"customer":"\#(customer)"}"#)["orders"]?.int
  }

  @Test func aLinkBringsWhatCameBeforeAndAnUnlinkTakesItBack() throws {
    let shop = TestShop()
    try shop.result("orders.put", Self.order("o", "138", "store"))
    try shop.result("orders.put", Self.order("oo", "138", "app"))
    try shop.result("orders.put", Self.order("ooo", "c-1", nil))
    try shop.result(
      "events.put",
      #"{"events":[{"id":"e","type":"view","customer":"138","channel":"store","time":"2026-02-01T00:00:00Z"}]}"#
    )
    try shop.result("customers.link", Self.link("c-1", "store", "138"))
    #expect(try count(shop, "c-1") == 2 && count(shop, "138") == 1)
    let order = try shop.result("orders.get", #"{"order":"o"}"#)
    #expect(order["customer"]?.text == "c-1" && order["named"]?.text == "138")
    // What is sent again is what was sent.
    for (id, channel) in [("o", "store"), ("oo", "app")] {
      let again = try shop.result("orders.put", Self.order(id, "138", channel))
      #expect(again["unchanged"]?.int == 1)
    }
    let other = try shop.result("orders.put", Self.order("o", "c-1", "store"))
    #expect(other["rejected"]?.list.first?["reason"]?.text == "conflict")
    // What comes now is theirs at once.
    try shop.result("orders.put", Self.order("oooo", "138", "store"))
    #expect(try count(shop, "c-1") == 3)
    try shop.result("customers.unlink", Self.link("c-1", "store", "138"))
    #expect(try count(shop, "c-1") == 1 && count(shop, "138") == 3)
    #expect(try shop.result("orders.get", #"{"order":"o"}"#)["named"] == nil)
  }

  @Test func whoOnlyHadWhatMovedIsGone() throws {
    let shop = TestShop()
    try shop.result("orders.put", Self.order("o", "138", "store"))
    #expect(try shop.result("status")["counts"]?["customers"]?.int == 1)
    try shop.result("customers.link", Self.link("c-1", "store", "138"))
    #expect(try shop.result("status")["counts"]?["customers"]?.int == 1)
    #expect(try shop.result("customers.get", #"{"customer":"138"}"#)["known"]?.flag == false)
    // Who was put stays, with nothing.
    try shop.result("customers.put", #"{"customers":[{"id":"139","name":"Lin"}]}"#)
    try shop.result("orders.put", Self.order("oo", "139", "store"))
    try shop.result("customers.link", Self.link("c-1", "store", "139"))
    #expect(try shop.result("customers.get", #"{"customer":"139"}"#)["name"]?.text == "Lin")
    #expect(try count(shop, "139") == 0 && count(shop, "c-1") == 2)
  }

  @Test func aPutMayNotTakeWhatIsSomebodyElses() throws {
    let shop = TestShop()
    try shop.result("customers.link", Self.link("c-1", "store", "138"))
    let put =
      #"{"customers":[{"id":"c-2","identities":[{"channel":"app","id":"9"},{"channel":"store","id":"138"}]}]}"#
    let rejected = try shop.result("customers.put", put)["rejected"]?.list.first
    #expect(rejected?["reason"]?.text == "conflict")
    #expect(rejected?["path"]?.text == "customers[0].identities[1]")
    let both =
      #"{"atomic":true,"customers":[{"id":"a","identities":[{"channel":"s","id":"1"}]},{"id":"b","identities":[{"channel":"s","id":"1"}]}]}"#
    #expect(try shop.failure("customers.put", both).reason == "conflict")
    #expect(try shop.result("customers.get", #"{"customer":"a"}"#)["known"]?.flag == false)
    // A put that takes an identity away gives back what came by it.
    try shop.result("orders.put", Self.order("o", "138", "store"))
    #expect(try count(shop, "c-1") == 1)
    try shop.result("customers.put", #"{"customers":[{"id":"c-1","identities":null}]}"#)
    #expect(try count(shop, "c-1") == 0 && count(shop, "138") == 1)
    #expect(try shop.result("customers.put", put)["accepted"]?.int == 1)
    #expect(try count(shop, "c-2") == 1)
  }

  private static let names = ["c-0", "c-1", "c-2", "x-0", "x-1", "x-2"]

  /// Random links, unlinks, orders, events, returns and cancellations: the state is that of a shop
  /// that knew all links from the start, and of one that was told the owners themselves.
  @Test func whoSaidWhatFirstDoesNotMatter() throws {
    try forEachSeed(12) { seed, generator in
      let shop = TestShop()
      let linkedFirst = TestShop()
      let toldOwners = TestShop()
      var owners: [String: String] = [:]
      var facts: [(method: String, text: String, name: String, channel: String?)] = []
      let declared = #"{"customers":[{"id":"c-0"},{"id":"c-1"},{"id":"c-2"}]}"#
      for shop in [shop, linkedFirst, toldOwners] { try shop.result("customers.put", declared) }
      for step in 0..<60 {
        let name = Self.names[generator.integer(in: 0...5)]
        let channel = [nil, "store", "app"][generator.integer(in: 0...2)]
        let by = channel.map { #","channel":"\#($0)""# } ?? ""
        let item = "i-\(generator.integer(in: 0...3))"
        let time =
          "2026-0\(generator.integer(in: 1...2))-1\(generator.integer(in: 0...9))T10:00:00Z"
        switch generator.integer(in: 0...9) {
        case 0...3:
          let lines =
            #"[{"item":"\#(item)","quantity":2,"unit_price":\#(generator.integer(in: 1...9) * 100)},{"item":"i-9","quantity":1,"unit_price":50}]"#
          let text =
            #"{"orders":[{"id":"o-\#(step)","customer":"NAME","time":"\#(time)"\#(by),"lines":\#(lines)}]}"#
          facts.append(("orders.put", text, name, channel))
        case 4...5:
          let text =
            #"{"events":[{"type":"view","customer":"NAME","item":"\#(item)","time":"\#(time)"\#(by)}]}"#
          facts.append(("events.put", text, name, channel))
        case 6:
          guard let known = facts.filter({ $0.method == "orders.put" }).last else { continue }
          let id = known.text.dropFirst(#"{"orders":[{"id":""#.utf8.count).prefix { $0 != "\"" }
          facts.append(
            generator.oneIn(2)
              ? ("orders.cancel", #"{"order":"\#(id)"}"#, "", nil)
              : (
                "orders.return",
                #"{"order":"\#(id)","lines":[{"item":"i-9","quantity":1}]}"#, "", nil
              ))
        default:
          let owner = Self.names[generator.integer(in: 0...2)]
          let identity = "\(generator.oneIn(2) ? "store" : "app")/x-\(generator.integer(in: 0...2))"
          let parts = identity.split(separator: "/").map(String.init)
          let text = Self.link(owner, parts[0], parts[1])
          if owners[identity] == owner {
            try shop.result("customers.unlink", text)
            owners[identity] = nil
          } else if owners[identity] == nil {
            try shop.result("customers.link", text)
            owners[identity] = owner
          }
          continue
        }
        guard let fact = facts.last else { continue }
        shop.call(fact.method, fact.text.replacing("NAME", with: fact.name))
        // Sometimes a question in between, which is to change nothing.
        if generator.oneIn(8) { _ = shop.call("recommend", #"{"customer":"c-1"}"#) }
        if generator.oneIn(8) {
          _ = shop.call("customers.match", #"{"condition":{"tier":"high"}}"#)
        }
      }
      for customer in Self.names.prefix(3) {
        let list = try shop.result("customers.get", #"{"customer":"\#(customer)"}"#)["identities"]
        for identity in list?.list ?? [] {
          let text = Self.link(
            customer, identity["channel"]?.text ?? "", identity["id"]?.text ?? "")
          try linkedFirst.result("customers.link", text)
          try toldOwners.result("customers.link", text)
        }
      }
      for fact in facts {
        linkedFirst.call(fact.method, fact.text.replacing("NAME", with: fact.name))
        let owner = owners["\(fact.channel ?? "")/\(fact.name)"] ?? fact.name
        toldOwners.call(fact.method, fact.text.replacing("NAME", with: owner))
      }
      func answers(_ shop: TestShop, orders: [String]) -> String {
        shop.answers(
          customers: Self.names, items: ["i-0", "i-1", "i-9"], orders: orders,
          moments: ["2026-02-15T00:00:00Z"])
      }
      let orders = facts.indices.map { "o-\($0)" }
      let own = answers(shop, orders: orders)
      #expect(own == answers(linkedFirst, orders: orders), "seed \(seed): links first")
      #expect(own == answers(try shop.restarted(), orders: orders), "seed \(seed): restarted")
      #expect(
        answers(shop, orders: []) == answers(toldOwners, orders: []), "seed \(seed): owners told")
    }
  }

  /// Forgetting is exact where cards were linked, unlinked and linked to somebody else.
  @Test func forgettingFollowsTheLinks() throws {
    try forEachSeed(10) { seed, generator in
      let shop = TestShop()
      for step in 0..<50 {
        let name = Self.names[generator.integer(in: 0...5)]
        let channel = generator.oneIn(2) ? "store" : "app"
        switch generator.integer(in: 0...9) {
        case 0...4:
          let day = 10 + step % 18
          shop.call(
            "orders.put",
            #"{"orders":[{"id":"o-\#(step)","customer":"\#(name)","channel":"\#(channel)","time":"2026-01-\#(day)T10:00:00Z","lines":[{"item":"i-\#(step % 3)","quantity":1,"unit_price":100},{"item":"i-3","quantity":1,"unit_price":100}]}]}"#
          )
        case 5:
          shop.call(
            "events.put",
            #"{"events":[{"type":"view","customer":"\#(name)","channel":"\#(channel)","item":"i-1","time":"2026-02-01T00:00:00Z"}]}"#
          )
        case 6: shop.call("orders.cancel", #"{"order":"o-\#(generator.integer(in: 0...step))"}"#)
        case 7: if generator.oneIn(3) { shop.call("customers.forget", #"{"customer":"\#(name)"}"#) }
        default:
          let text = Self.link(
            Self.names[generator.integer(in: 0...2)], channel,
            Self.names[generator.integer(in: 2...5)])
          shop.call(generator.oneIn(3) ? "customers.unlink" : "customers.link", text)
        }
      }
      for name in Self.names where generator.oneIn(3) {
        shop.call("customers.forget", #"{"customer":"\#(name)"}"#)
      }
      let rewritten = TestShop(now: shop.service.now)
      try rewritten.replay(try ForgetHistory.filtered(shop.records))
      let answers = { (shop: TestShop) in
        shop.answers(
          customers: Self.names, items: ["i-0", "i-3"], orders: (0..<50).map { "o-\($0)" })
      }
      #expect(answers(shop) == answers(rewritten), "seed \(seed): rewritten")
      #expect(answers(shop) == answers(try shop.restarted()), "seed \(seed): restarted")
    }
  }
}
