import Shop
import Testing

@Suite struct MatchTests {
  static let customers = #"""
    {"customers":[
    {"id":"a","gender":"f","attributes":{"goal":"run","tags":["x","y"],"age":99,"n":5,"deep":{"er":1},"points":7}},
    {"id":"b","birthday":"1990-01-01","attributes":{"goal":"swim","tags":[],"n":10,"list":[{"k":1},{"k":9}]}},
    {"id":"c","region":"North","consent":{"sms":true}}]}
    """#

  static let cases: [(condition: String, matches: [String])] = [
    ("{}", ["a", "b", "c"]), (#"{"goal":"run"}"#, ["a"]), (#"{"attributes.goal":"run"}"#, ["a"]),
    (#"{"age":{"$gte":90}}"#, []), (#"{"attributes.age":{"$gte":90}}"#, ["a"]),
    (#"{"age":36}"#, ["b"]), (#"{"points":7}"#, []), (#"{"attributes.points":7}"#, ["a"]),
    (#"{"missing":{"$exists":false}}"#, ["a", "b", "c"]), (#"{"missing":null}"#, ["a", "b", "c"]),
    (#"{"goal":{"$exists":true}}"#, ["a", "b"]), (#"{"goal":{"$ne":"run"}}"#, ["b", "c"]),
    (#"{"goal":{"$in":["run","swim"]}}"#, ["a", "b"]), (#"{"goal":{"$nin":["run"]}}"#, ["b", "c"]),
    (#"{"n":{"$gt":4,"$lt":10}}"#, ["a"]), (#"{"deep.er":1}"#, ["a"]),
    (#"{"tags":{"$all":["y"]}}"#, ["a"]), (#"{"tags":{"$size":0}}"#, ["b"]),
    (#"{"list":{"$elemMatch":{"k":{"$gt":5}}}}"#, ["b"]), (#"{"consent.sms":true}"#, ["c"]),
    (#"{"region":{"$regex":"^No"}}"#, ["c"]), (#"{"gender":{"$type":"string"}}"#, ["a"]),
    (#"{"$or":[{"goal":"run"},{"region":"North"}]}"#, ["a", "c"]),
    (#"{"$nor":[{"goal":"run"},{"region":"North"}]}"#, ["b"]),
    (#"{"$not":{"goal":"run"}}"#, ["b", "c"]), (#"{"known":true,"orders":0}"#, ["a", "b", "c"]),
    (#"{"$and":[{"n":5},{"gender":"f"}]}"#, ["a"]),
    (#"{"lifecycle":"prospect"}"#, ["a", "b", "c"]),
  ]

  @Test(arguments: cases) func aConditionMatches(condition: String, matches: [String]) throws {
    let shop = TestShop()
    try shop.result("customers.put", MatchTests.customers)
    let result = try shop.result("customers.match", #"{"condition":\#(condition)}"#)
    #expect(result["matches"]?.texts == matches)
    #expect(result["count"]?.int == Int64(matches.count))
    // The same condition as a segment, and as a segment stated in place, reaches the same
    // customers.
    try shop.result("segments.put", #"{"segments":[{"id":"s","condition":\#(condition)}]}"#)
    for segment in [#""s""#, condition] {
      let plan = try shop.result("target", #"{"segment":\#(segment)}"#)
      #expect(plan["considered"]?.int == Int64(matches.count))
    }
  }

  @Test func whatIsAskedForIsListed() throws {
    let shop = TestShop()
    try shop.result("customers.put", MatchTests.customers)
    let match = { (more: String) throws in
      let result = try shop.result("customers.match", #"{"condition":{}\#(more)}"#)
      return "\(result["matches"]?.texts ?? []) \(result["count"]?.int ?? -1)"
    }
    #expect(try match(#","customers":["c","zzz","a","c"]"#) == #"["a", "c"] 2"#)
    #expect(try match(#","limit":1"#) == #"["a"] 3"#)
    #expect(try match(#","limit":0"#) == "[] 3")
    #expect(try match(#","customers":[]"#) == "[] 0")
    let failure = try shop.failure("customers.match", #"{"condition":[]}"#)
    #expect(failure.path == "condition" && failure.reason == "not_an_object")
    let warned = try shop.result("customers.match", #"{"condition":{"goal":{"$foo":1}}}"#)
    #expect(warned["warnings"]?.each("path") == ["condition.goal.$foo"])
    #expect(warned["count"]?.int == 0)
  }
}
