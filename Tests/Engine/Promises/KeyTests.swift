import Shop
import Testing

/// A retry is harmless.
@Suite struct KeyTests {
  private func line(_ method: String, _ parameters: String) -> String {
    #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(parameters)}"#
  }

  @Test func sameKeySameBodySameBytesAlsoAfterARestart() throws {
    let world = try SampleWorld()
    let calls = [
      ("coupons.issue", #"{"policy":"ten","customers":["c-2"],"key":"a"}"#),
      ("coupons.reserve", world.parameters(of: "coupons.reserve", serial: 1)),
      ("coupons.redeem", #"{"key":"c","reservation":"\#(world.reservation)"}"#),
      ("coupons.return", #"{"key":"d","order":"w-1"}"#),
      ("coupons.void", #"{"key":"e","codes":["\#(world.code)","none"]}"#),
      ("target", #"{"commit":true,"key":"f"}"#),
      ("churn-reactivate", #"{"commit":true,"key":"g"}"#),
      ("orders.cancel", #"{"order":"o-1","key":"h"}"#),
      ("orders.return", #"{"order":"o-2","lines":[{"item":"tea","quantity":1}],"key":"i"}"#),
    ]
    let first = calls.map { world.shop.send(line($0.0, $0.1)) }
    let log = world.shop.records
    for shop in [world.shop, try world.shop.restarted()] {
      shop.advance(hours: 100)
      for (call, reply) in zip(calls, first) {
        #expect(reply.contains(#""result""#), "\(reply)")
        #expect(shop.send(line(call.0, call.1)) == reply, "\(call.0)")
      }
      #expect(shop.records == log)
    }
  }

  @Test func theOrderOfMembersAndWhiteSpaceDoNotMakeAnotherBody() throws {
    let shop = try SampleWorld().shop
    let first = shop.call("coupons.issue", #"{"policy":"ten","customers":["c-2"],"key":"a"}"#)
    let again = shop.call(
      "coupons.issue", #"{ "key" : "\u0061", "customers":[ "c-2" ] , "policy":"ten"}"#)
    #expect(first.failure == nil && first.line == again.line)
  }

  @Test func sameKeyOtherBodyOrOtherMethodIsAConflict() throws {
    let world = try SampleWorld()
    try world.shop.result("coupons.issue", #"{"policy":"ten","customers":["c-2"],"key":"a"}"#)
    for shop in [world.shop, try world.shop.restarted()] {
      for (method, parameters) in [
        ("coupons.issue", #"{"policy":"ten","customers":["c-1"],"key":"a"}"#),
        ("coupons.issue", #"{"policy":"ten","customers":["c-2","c-2"],"key":"a"}"#),
        ("target", #"{"commit":true,"key":"a"}"#), ("target", #"{"key":"a"}"#),
        ("coupons.void", #"{"key":"a","codes":["x"]}"#),
        ("orders.cancel", #"{"order":"o-1","key":"a"}"#),
      ] {
        let log = shop.records.count
        let failure = try shop.failure(method, parameters)
        #expect(failure.reason == "conflict" && failure.code == -31997, "\(method)")
        #expect(failure.path == "key")
        #expect(shop.records.count == log)
      }
    }
  }

  @Test func aCallThatWasRefusedInFullIsAnsweredTheSameLater() throws {
    let shop = TestShop()
    let policy = #"{"id":"p","gives":{"kind":"amount_off","amount":1},"limits":{"total":1}}"#
    try shop.result("policies.put", #"{"policies":[\#(policy)]}"#)
    let issued = try shop.result("coupons.issue", #"{"policy":"p","customers":["a"],"key":"1"}"#)
    let refused = shop.call("coupons.issue", #"{"policy":"p","customers":["b"],"key":"2"}"#)
    #expect(refused.line.contains("limit_total"))
    let code = issued["issued"]?.each("code").first ?? ""
    try shop.result("coupons.void", #"{"key":"3","codes":["\#(code)"]}"#)
    let again = shop.call("coupons.issue", #"{"policy":"p","customers":["b"],"key":"2"}"#)
    #expect(again.line == refused.line, "there is room by now, and the host was told no")
    try shop.result("coupons.issue", #"{"policy":"p","customers":["b"],"key":"4"}"#)
  }

  @Test func aFailedCallIsNotRemembered() throws {
    let world = try SampleWorld()
    let call = #"{"policy":"later","customers":["c-1"],"key":"a"}"#
    #expect(try world.shop.failure("coupons.issue", call).reason == "unknown_policy")
    try world.shop.result(
      "policies.put", #"{"policies":[{"id":"later","gives":{"kind":"free_shipping"}}]}"#)
    #expect(try world.shop.result("coupons.issue", call)["issued"]?.list.count == 1)
  }

  @Test func aPlanIsNotRemembered() throws {
    let shop = try SampleWorld().shop
    let log = shop.records.count
    for method in ["target", "churn-reactivate"] {
      try shop.result(method, #"{"key":"a"}"#)
      try shop.result(method, #"{"key":"a","limit":1}"#)
    }
    #expect(shop.records.count == log)
  }

  @Test func aReadOnlyProcessRefusesWhatWouldWrite() throws {
    let shop = TestShop(isReadOnly: true)
    for method in ["orders.put", "target", "churn-reactivate", "shop.configure"] {
      let failure = try shop.failure(method, #"{"commit":true,"key":"a"}"#)
      #expect(failure.reason == "read_only")
    }
    try shop.result("target", #"{"key":"a"}"#)
    try shop.result("recommend")
    #expect(shop.records.isEmpty)
  }
}
