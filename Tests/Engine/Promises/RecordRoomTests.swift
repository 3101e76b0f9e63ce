import Engine
import Shop
import Testing
import TestSupport
import Wire

/// Asking for room before the first fact, and how good the bound on a record is.
@Suite struct RecordRoomTests {
  /// Collects what calls ask for.
  private final class Asked {
    var bytes: [Int] = []
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func noRecordIsLongerThanItsBound(seed: UInt64) {
    let shop = TestShop(seed: seed)
    let asked = Asked()
    shop.service.admit = { admission throws(RPCError) in asked.bytes.append(admission.recordBytes) }
    var generator = SeededGenerator(seed: seed)
    var writes = RandomWrites()
    var records = 0
    for _ in 0..<300 {
      asked.bytes = []
      writes.send(to: shop, &generator)
      guard shop.records.count > records else { continue }
      records = shop.records.count
      #expect(asked.bytes.count == 1)
      #expect(shop.records[records - 1].count <= asked.bytes.first ?? 0, "seed \(seed)")
    }
    #expect(records > 100)
  }

  @Test func theWorstThatARequestCanSayIsWithinItsBound() throws {
    let shop = TestShop()
    let asked = Asked()
    shop.service.admit = { admission throws(RPCError) in asked.bytes.append(admission.recordBytes) }
    let numbers = (0..<2_000).map { _ in "1e15" }.joined(separator: ",")
    let escapes = String(repeating: "\\u0001\\\"\\n\\/", count: 90)
    let small = (0..<500).map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
    let days = (0..<200).map {
      #"{"id":"o\#($0)","time":"2026-01-01","lines":[{"item":"a","quantity":1,"unit_price":1}]}"#
    }.joined(separator: ",")
    let requests = [
      ("items.put", #"{"items":[{"id":"a","attributes":{"n":[\#(numbers)]}}]}"#),
      ("items.put", #"{"items":[{"id":"e","title":"\#(escapes)"}]}"#),
      ("items.put", #"{"items":[\#(small)]}"#), ("customers.put", #"{"customers":[\#(small)]}"#),
      ("orders.put", #"{"orders":[\#(days)]}"#),
      ("policies.put", #"{"policies":[{"id":"p","gives":{"kind":"amount_off","amount":1}}]}"#),
      ("coupons.issue", #"{"policy":"p","customers":["a","b","c","d","e","f","g"],"key":"1"}"#),
      ("target", #"{"commit":true,"key":"2"}"#),
      ("churn-reactivate", #"{"commit":true,"key":"3"}"#),
    ]
    for (method, parameters) in requests {
      let before = shop.records.count
      asked.bytes = []
      try shop.result(method, parameters)
      #expect(shop.records.count == before + 1 && asked.bytes.count == 1, "\(method)")
      #expect(shop.records[before].count <= asked.bytes.first ?? 0, "\(method)")
    }
  }

  @Test func unitsOfManyLinesAreWithinTheBoundOfAShortRequest() throws {
    let shop = TestShop()
    let asked = Asked()
    shop.service.admit = { admission throws(RPCError) in asked.bytes.append(admission.recordBytes) }
    let item = String(repeating: "i", count: 250)
    let line = #"{"item":"\#(item)","quantity":1,"unit_price":100}"#
    let lines = (0..<900).map { _ in line }.joined(separator: ",")
    try shop.result(
      "orders.put", #"{"orders":[{"id":"o","time":"2026-01-01","lines":[\#(lines)]}]}"#)
    try shop.result(
      "orders.return",
      #"{"order":"o","key":"1","lines":[{"item":"\#(item)","quantity":800}]}"#)
    let record = try #require(shop.records.last)
    #expect(record.count > 100_000)
    #expect(record.count <= asked.bytes.last ?? 0)
  }

  @Test func aRefusedWriteChangesNothingAndReadsGoOn() throws {
    let world = try SampleWorld()
    let shop = world.shop
    let before = (shop.records.count, shop.counts)
    shop.service.admit = { _ throws(RPCError) in throw .noRoom("full") }
    let writes = [
      ("orders.put", #"{"orders":[{"id":"n","time":"2026-01-01","lines":[]}]}"#),
      ("shop.configure", #"{"margin_percent":7}"#), ("target", #"{"commit":true}"#),
      ("churn-reactivate", #"{"commit":true}"#),
      ("coupons.issue", #"{"policy":"five","customers":["c-1"],"key":"other"}"#),
    ]
    for (method, parameters) in writes {
      let reply = shop.call(method, parameters)
      #expect(reply.failure?.code == -31996 && reply.failure?.reason == "no_room", "\(reply.line)")
      #expect(reply.line.contains(#""retryable":true"#))
    }
    for method in ["target", "churn-reactivate", "recommend", "customers.match", "coupons.totals"] {
      let reply = shop.call(method, method == "customers.match" ? #"{"where":{}}"# : "{}")
      #expect(reply.failure?.reason != "no_room", "\(reply.line)")
    }
    #expect(shop.records.count == before.0 && shop.counts == before.1)
  }

  @Test func aRetryThatHasItsReplyNeedsNoRoom() throws {
    let shop = TestShop()
    try shop.result(
      "policies.put", #"{"policies":[{"id":"p","gives":{"kind":"amount_off","amount":1}}]}"#)
    let call = #"{"policy":"p","customers":["a"],"key":"1"}"#
    let first = shop.call("coupons.issue", call)
    shop.service.admit = { _ throws(RPCError) in throw .noRoom("full") }
    #expect(shop.call("coupons.issue", call).line == first.line)
  }

  @Test func replayKnowsTheLastMomentOfTheLog() throws {
    let shop = TestShop()
    try shop.result("shop.configure", #"{"margin_percent":7}"#)
    shop.advance(hours: 24 * 400)
    try shop.result("shop.configure", #"{"margin_percent":8}"#)
    let last = shop.service.now
    shop.service.now = TestShop.start
    try shop.result("shop.configure", #"{"margin_percent":9}"#)
    #expect(try shop.restarted().service.engine.lastLogged == last)
  }
}
