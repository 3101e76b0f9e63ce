import Foundation
import TestSupport
import Testing

/// How many real questions the ranker that ships answers right: a change that costs hits fails here
/// and not in the shop. `Tests/Benchmarks/quality.py` asks all of them.
///
/// The answers are the same on every machine, so the floors lie a few hits below what was counted
/// when they were written. Who moves them up or down says why in the commit.
@Suite(.enabled(if: SharedData.isPresent)) struct QualityTests {
  private static let batch = 400

  private static func shop(_ orders: [String]) throws -> TestShop {
    let shop = TestShop()
    for start in stride(from: 0, to: orders.count, by: batch) {
      let some = orders[start..<min(orders.count, start + batch)].joined(separator: ",")
      try shop.result("orders.put", #"{"orders":[\#(some)]}"#)
    }
    return shop
  }

  private static func order(
    _ id: String, _ customer: String?, day: Int, minute: Int, _ items: [String]
  ) -> String {
    let time = TestShop.moment("2025-01-01T00:00:00Z").advanced(
      byMilliseconds: (Int64(day) * 1_440 + Int64(minute)) * 60_000)
    let lines = items.map { #"{"item":\#($0),"quantity":1,"unit_price":100}"# }
    let who = customer.map { #""customer":"\#($0)","# } ?? ""
    let seconds = time.milliseconds / 1_000
    let text = ISO8601DateFormatter().string(
      from: Date(timeIntervalSince1970: TimeInterval(seconds)))
    return #"{"id":"\#(id)",\#(who)"time":"\#(text)","lines":[\#(lines.joined(separator: ","))]}"#
  }

  private static func list(_ value: Any?) -> [String] {
    ((value as? [Any]) ?? []).map { "\($0)" }
  }

  private static func records(_ path: String, first count: Int) throws -> [[String: Any]] {
    try SharedData.lines(of: path).prefix(count).compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  private static func answer(_ shop: TestShop, _ parameters: String) throws -> [String] {
    let answer = try shop.result("recommend", parameters)
    return (answer["items"]?.list ?? []).compactMap { $0["item"]?.text }
  }

  /// One item out of each basket, as in Tests/Benchmarks/groceries.py, of a part of them.
  @Test func groceries() throws {
    let baskets = try QualityTests.records("groceries/baskets.ndjson.gz", first: 4_400)
      .map { QualityTests.list($0["items"]) }
    let orders = baskets.prefix(4_000).enumerated().map { number, basket in
      QualityTests.order(
        "g\(number)", nil, day: number / 100, minute: number % 100,
        basket.map { #""\#($0)""# })
    }
    let shop = try QualityTests.shop(Array(orders))
    var hits = 0
    var questions = 0
    for (number, basket) in baskets.enumerated().dropFirst(4_000) where basket.count > 1 {
      var rest = basket
      let taken = rest.remove(at: number % basket.count)
      let names = rest.map { #""\#($0)""# }.joined(separator: ",")
      let list = try QualityTests.answer(
        shop, #"{"basket":[\#(names)],"k":10,"at":"2025-03-01T00:00:00Z"}"#)
      questions += 1
      hits += list.contains(taken) ? 1 : 0
    }
    #expect(hits >= QualityTests.groceryFloor, "\(hits) of \(questions)")
  }

  /// The next basket of Ta-Feng's first customers, and its new items.
  @Test func taFeng() throws {
    let histories = try QualityTests.records("nbr_tafeng/history.ndjson.gz", first: 500)
    var orders: [String] = []
    var owned: [String: Set<String>] = [:]
    for history in histories {
      let baskets = ((history["baskets"] as? [Any]) ?? []).map(QualityTests.list)
      let customer = "\(history["customer"] ?? "")"
      owned[customer] = Set(baskets.joined())
      for (number, basket) in baskets.enumerated() {
        orders.append(
          QualityTests.order(
            "\(customer)-\(number)", customer, day: 7 * (60 - baskets.count + number),
            minute: Int(customer) ?? 0, basket.map { #""\#($0)""# }))
      }
    }
    let shop = try QualityTests.shop(orders)
    var hits = 0
    var newHits = 0
    for future in try QualityTests.records("nbr_tafeng/future_trainval_fold0.ndjson.gz", first: 400)
    {
      let customer = "\(future["customer"] ?? "")"
      guard let own = owned[customer] else { continue }
      let truth = Set(QualityTests.list(future["items"]))
      let question = #""customer":"\#(customer)","k":10,"at":"2026-03-01T00:00:00Z""#
      hits += try QualityTests.answer(shop, "{\(question)}").count { truth.contains($0) }
      newHits += try QualityTests.answer(shop, #"{\#(question),"repeats":"none"}"#).count {
        truth.subtracting(own).contains($0)
      }
    }
    #expect(hits >= QualityTests.nextFloor, "\(hits)")
    #expect(newHits >= QualityTests.newFloor, "\(newHits)")
  }

  private static let groceryFloor = 124
  private static let nextFloor = 302
  private static let newFloor = 72
}
