import Shop
struct LedgerFactStub {}
package struct LedgerFact { var value: Value { .null }; init(_ value: Value) throws {} }
extension Engine {
  mutating func returnCoupons(of id: String, now: Instant) throws -> [String] { [] }
}
