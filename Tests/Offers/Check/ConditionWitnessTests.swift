import Offers
import Shop
import Testing

/// Made-up people meet what they were made up for, and nobody meets what is said to be impossible.
struct ConditionWitnessTests {
  private static let domains = ConditionWitness.profileDomains(words: ["tier": ["high", "low"]])

  private static func result(_ json: String) throws -> ConditionWitness.Result {
    var witness = ConditionWitness(domains: domains)
    return witness.search([try Condition(OfferFixture.value(json))])
  }

  @Test(arguments: [
    #"{}"#, #"{"orders":{"$gte":3,"$lt":4}}"#, #"{"tier":"low","region":{"$ne":"x"}}"#,
    #"{"attributes.vip":true}"#, #"{"rfm.recency":{"$in":[4,5]},"orders":{"$gt":1}}"#,
    #"{"$or":[{"orders":{"$lt":0}},{"region":{"$exists":false}}]}"#,
    #"{"$and":[{"spend":{"$gt":10}},{"spend":{"$lt":12}}]}"#, #"{"$nor":[{"orders":0}]}"#,
    #"{"p_alive":{"$gt":0.25,"$lt":0.5}}"#, #"{"tags":{"$all":["a","b"]}}"#,
    #"{"tags":{"$elemMatch":{"$eq":"a"}}}"#, #"{"tags":{"$size":2}}"#,
  ])
  func somebodyIsFound(json: String) throws {
    guard case .found(let fields) = try Self.result(json) else {
      Issue.record("nobody for \(json)")
      return
    }
    #expect(try Condition(OfferFixture.value(json)).matches(fields), "\(fields)")
  }

  @Test(arguments: [
    #"{"orders":{"$gt":3,"$lt":4}}"#, #"{"orders":{"$lt":0}}"#, #"{"tier":"gold"}"#,
    #"{"p_alive":{"$gte":1.5}}"#, #"{"$and":[{"region":"n"},{"region":"s"}]}"#,
    #"{"orders":0,"silence":{"$gt":1}}"#, #"{"region":{"$in":[]}}"#,
  ])
  func nobodyIsFound(json: String) throws {
    guard case .impossible = try Self.result(json) else {
      Issue.record("\(try Self.result(json)) for \(json)")
      return
    }
  }

  @Test func whatIsNotUnderstoodProvesNothing() throws {
    #expect(try Self.result(#"{"region":{"$regex":"^n+$"}}"#) == .unknown)
  }
}
