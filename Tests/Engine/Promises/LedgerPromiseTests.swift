import Shop
import Testing
import TestSupport

/// Promises 5 and 6, with 3 and 4 for what the ledger keeps.
@Suite struct LedgerPromiseTests {
  @Test func noLimitIsEverExceededAndMoneyIsConserved() throws {
    var redeemed = 0
    try forEachSeed(6) { seed, generator in
      var host = try LedgerHost(seed: seed.value)
      for _ in 0..<120 {
        try host.act(&generator, seed)
        try host.check(seed)
      }
      redeemed += host.coupons.values.count { $0.state == "redeemed" }
    }
    #expect(redeemed > 10, "the hosts use coupons")
  }

  @Test func sameLogSameAnswersForWhateverTheLedgerDid() throws {
    try forEachSeed(3) { seed, generator in
      var host = try LedgerHost(seed: seed.value)
      for _ in 0..<100 { try host.act(&generator, seed) }
      let ask = { (shop: TestShop) in
        shop.answers(
          customers: LedgerHost.customers, items: ["x", "y"], policies: ["five", "tenth", "free"],
          moments: ["2026-02-25T00:00:00Z", "2026-03-03T00:00:00Z", "2026-04-01T00:00:00Z"])
      }
      let other = try host.shop.restarted()
      #expect(ask(host.shop) == ask(other), "\(seed)")
    }
  }
}
