import Shop
import TestSupport
import Testing
import Wire

/// Segments that name others: the same as writing their conditions out.
@Suite struct SegmentReferenceTests {
  private static func put(_ id: String, _ condition: String) -> String {
    #"{"segments":[{"id":"\#(id)","condition":\#(condition)}]}"#
  }

  private static func shop() throws -> TestShop {
    let shop = TestShop()
    try shop.result(
      "customers.put",
      #"{"customers":[{"id":"a","region":"north","attributes":{"n":1}},{"id":"b","region":"north","attributes":{"n":2}},{"id":"c","region":"south","attributes":{"n":2}}]}"#
    )
    return shop
  }

  private func matches(_ shop: TestShop, _ condition: String) throws -> [String]? {
    try shop.result("customers.match", #"{"condition":\#(condition)}"#)["matches"]?.texts
  }

  private func rejection(_ shop: TestShop, _ parameters: String) throws -> (String?, String?) {
    let problem = try shop.result("segments.put", parameters)["rejected"]?.list.first
    return (problem?["reason"]?.text, problem?["path"]?.text)
  }

  @Test func aReferenceIsWhatItNamesAndFollowsIt() throws {
    let shop = try Self.shop()
    try shop.result("segments.put", Self.put("north", #"{"region":"north"}"#))
    try shop.result("segments.put", Self.put("two", #"{"n":2}"#))
    try shop.result(
      "segments.put", Self.put("both", #"{"$segment":"north","$and":[{"$segment":"two"}]}"#))
    #expect(try matches(shop, #"{"$segment":"both"}"#) == ["b"])
    #expect(try matches(shop, #"{"$or":[{"$segment":"two"},{"id":"a"}]}"#) == ["a", "b", "c"])
    #expect(try matches(shop, #"{"$not":{"$segment":"north"}}"#) == ["c"])
    #expect(try matches(shop, #"{"$nor":[{"$segment":"both"}],"n":2}"#) == ["c"])
    #expect(try shop.result("segments.get", #"{"segment":"both"}"#)["count"]?.int == 1)
    // A change reaches all that name it, also after a start from the log.
    try shop.result("segments.put", Self.put("two", #"{"n":1}"#))
    #expect(try matches(shop, #"{"$segment":"both"}"#) == ["a"])
    #expect(try matches(try shop.restarted(), #"{"$segment":"both"}"#) == ["a"])
    #expect(
      try shop.result("segments.get", #"{"segment":{"$segment":"north","n":2}}"#)["count"]?.int
        == 1)
  }

  @Test func whatCannotBeResolvedIsRefused() throws {
    let shop = try Self.shop()
    let unknown = try rejection(shop, Self.put("x", #"{"$or":[{"n":1},{"$segment":"none"}]}"#))
    #expect(unknown == ("unknown_segment", "segments[0].condition.$or[1].$segment"))
    #expect(try rejection(shop, Self.put("x", #"{"$segment":3}"#)).0 == "bad_reference")
    #expect(
      try rejection(shop, Self.put("x", #"{"$segment":"x"}"#)).0 == "circular")
    try shop.result("segments.put", Self.put("a", #"{"n":1}"#))
    try shop.result("segments.put", Self.put("b", #"{"$segment":"a"}"#))
    try shop.result("segments.put", Self.put("c", #"{"$segment":"b"}"#))
    #expect(try rejection(shop, Self.put("a", #"{"$segment":"c"}"#)).0 == "circular")
    #expect(try matches(shop, #"{"$segment":"c"}"#) == ["a"])
    #expect(
      try shop.failure("customers.match", #"{"condition":{"$segment":"none"}}"#).path
        == "condition.$segment")
  }

  /// Each doubles the one before: refused before it fills the memory.
  @Test func growthIsBounded() throws {
    let shop = try Self.shop()
    try shop.result("segments.put", Self.put("s0", #"{"n":1}"#))
    var refused = false
    for step in 1...40 {
      let condition = #"{"$and":[{"$segment":"s\#(step - 1)"},{"$segment":"s\#(step - 1)"}]}"#
      let problem = try rejection(shop, Self.put("s\(step)", condition))
      if problem.0 == "too_large" || problem.0 == "too_deep" {
        refused = true
        break
      }
      #expect(problem.0 == nil)
    }
    #expect(refused)
  }
}
