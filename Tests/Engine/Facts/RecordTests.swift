import Shop
import Testing

@Suite struct RecordTests {
  @Test func customersAreMergePatches() throws {
    let shop = TestShop()
    func put(_ record: String) throws -> String {
      let result = try shop.result("customers.put", #"{"customers":[\#(record)]}"#)
      return "\(result["accepted"]?.int ?? -1)/\(result["unchanged"]?.int ?? -1)"
    }
    let full =
      #"{"id":"c","name":"Ann","joined":"2025-01-01","birthday":"1992-02-29","gender":"f","region":"N","occupation":"cook","attributes":{"goal":"run","n":{"a":1,"b":2}},"consent":{"sms":true,"mail":false},"identities":[{"channel":"wechat","id":"x"}],"acquisition":{"channel":"ad","cost":300}}"#
    #expect(try put(full) == "1/0")
    #expect(try put(full) == "0/1")
    #expect(try put(#"{"id":"c"}"#) == "0/1")
    #expect(try put(#"{"id":"c","attributes":{"n":{"a":null,"c":3},"goal":"swim"}}"#) == "1/0")
    #expect(
      try put(#"{"id":"c","consent":{"sms":null},"region":null,"acquisition":null}"#) == "1/0")
    #expect(
      try put(#"{"id":"c","consent":{"sms":null},"region":null,"acquisition":null}"#) == "0/1")
    let got = try shop.result("customers.get", #"{"customer":"c"}"#)
    #expect(got["attributes"]?["goal"]?.text == "swim")
    #expect(got["attributes"]?["n"]?.members.map(\.name) == ["b", "c"])
    #expect(got["consent"]?.members.map(\.name) == ["mail"])
    #expect(got["region"] == nil && got["acquisition"] == nil && got["name"]?.text == "Ann")
    #expect(got["age"]?.int == 34, "born on 29 February, a year older on 1 March")
  }

  @Test func itemsAreMergePatches() throws {
    let shop = TestShop()
    try shop.result("items.put", SampleWorld.items)
    let update = #"{"items":[{"id":"tea","stock":0,"price":null,"tags":[]}]}"#
    #expect(try shop.result("items.put", update)["accepted"]?.int == 1)
    #expect(try shop.result("items.put", update)["unchanged"]?.int == 1)
    let listed = { (condition: String) throws in
      try shop.result("recommend", #"{"where":\#(condition)}"#)["items"]?.each("item")
    }
    #expect(try listed(#"{"stock":{"$exists":true}}"#) == [], "no stock, no recommendation")
    try shop.result("items.put", #"{"items":[{"id":"tea","stock":null}]}"#)
    #expect(try listed(#"{"title":"Tea","price":{"$exists":false},"tags":{"$size":0}}"#) == ["tea"])
    #expect(try listed(#"{"caffeine":true}"#) == ["tea"])
    for (field, value) in [
      ("price", "-1"), ("price", "1000000000001"), ("cost", "9223372036854775807"),
      ("stock", "1000000001"), ("price", "1.5"), ("price", #""1""#), ("category", #""Tea""#),
      ("category", "[1]"), ("attributes", "[]"), ("introduced", #""2026-02-30""#),
      ("available_from", "1"), ("kind", "{}"), ("title", "[]"),
    ] {
      let result = try shop.result("items.put", #"{"items":[{"id":"x","\#(field)":\#(value)}]}"#)
      let path = try #require(result["rejected"]?.each("path").first, "\(field) \(value)")
      #expect(path.hasPrefix("items[0].\(field)"))
    }
  }

  @Test func numbersOfAttributesStayWhatTheyWereAfterARestart() throws {
    let shop = TestShop()
    let record =
      #"{"id":"c","attributes":{"a":1.0,"b":-0.0,"c":1e300,"d":9223372036854775807,"e":9223372036854775808,"f":0.1,"g":5e-324,"h":1e2,"i":"\u0000\u2028","":null,"j":[[],{}]}}"#
    try shop.result("customers.put", #"{"customers":[\#(record)]}"#)
    let other = try shop.restarted()
    for shop in [shop, other] {
      let again = try shop.result("customers.put", #"{"customers":[\#(record)]}"#)
      #expect(again["unchanged"]?.int == 1)
    }
    #expect(
      shop.call("customers.get", #"{"customer":"c"}"#).line
        == other.call("customers.get", #"{"customer":"c"}"#).line)
  }

  @Test func eventsOfOneIDAreOneEvent() throws {
    let shop = TestShop()
    let event = #"{"id":"e","type":"view","customer":"c","item":"i","time":"2026-02-01T00:00:00Z"}"#
    let other = event.replacing("view", with: "cart")
    func put(_ events: String, _ more: String = "") -> Reply {
      shop.call("events.put", #"{"events":[\#(events)]\#(more)}"#)
    }
    #expect(put(event + "," + event).line.contains(#""accepted":1,"unchanged":1"#))
    #expect(put(other).line.contains(#""path":"events[0].id","reason":"conflict""#))
    #expect(put(other, #","atomic":true"#).failure?.code == -31997)
    let nameless = #"{"type":"view","customer":"c","time":"2026-02-01T00:00:00Z"}"#
    #expect(put(nameless + "," + nameless).line.contains(#""accepted":2"#))
    for bad in [
      #"{"type":"view","customer":"c","time":"2026-02-01"}"#, #"{"type":"","customer":"c"}"#,
      #"{"type":"view","customer":"c","time":"2026-02-01T00:00:00Z","value":1e999}"#,
    ] {
      #expect(put(bad).line.contains(#""path":"events[0]."#), "\(bad)")
    }
  }

  @Test func atomicPoliciesAndSegmentsDoNotContradictThemselves() throws {
    let shop = TestShop()
    let policy = SampleWorld.policy.replacing(#""title":"5.00 off","#, with: #""version":2,"#)
    let other = policy.replacing("500", with: "600")
    let log = shop.records.count
    let failure = try shop.failure(
      "policies.put", #"{"policies":[\#(policy),\#(other)],"atomic":true}"#)
    #expect(failure.path == "policies[1].id" && failure.reason == "conflict")
    let bad = try shop.failure(
      "segments.put",
      #"{"segments":[{"id":"a","condition":{}},{"id":"b","condition":[]}],"atomic":true}"#)
    #expect(bad.path == "segments[1].condition")
    #expect(shop.records.count == log)
  }
}
