import Foundation
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

  /// 3,000 operations; `SIDECART_OPERATIONS=1000000` runs as many.
  @Test(arguments: 0..<2) func crashesAndRetriesLoseNothingAndDoNothingTwice(lane: Int) throws {
    let asked = ProcessInfo.processInfo.environment["SIDECART_OPERATIONS"].flatMap { Int($0) }
    let hostCount = (asked ?? 3_000) / 150
    var (operations, kept, lost, records) = (0, 0, 0, 0)
    for value in UInt64(1)...UInt64(max(2, hostCount)) where value % 2 == UInt64(lane) {
      let seed = Seed(value)
      var generator = SeededGenerator(seed: value + 3_000_000)
      var host = try LedgerHost(seed: value, fate: SeededGenerator(seed: value + 4_000_000))
      for step in 1...150 {
        do { try host.act(&generator, seed) } catch {
          Issue.record("\(seed): \(error)")
          return
        }
        if step % 15 == 0 { try host.check(seed) }
      }
      operations += 150
      kept += host.keptCount
      lost += host.lostCount
      records += host.shop.records.count
    }
    #expect(kept > 0 && lost > 0)
    print(
      "engine, lane \(lane): \(operations) operations, \(records) records, crashes \(kept) with "
        + "what the call logged and \(lost) without; seeds 1...\(hostCount)")
  }
}
