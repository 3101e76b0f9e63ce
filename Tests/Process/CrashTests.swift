import Foundation
import TestSupport
import Testing

/// Kills the real process at any moment and looks whether everything that it said is still so.
@Suite("crashes", .enabled(if: SidecartProcess.isPresent))
struct CrashTests {
  private let folder: TemporaryFolder
  private var state: String { folder.path + "/shop" }

  init() throws { folder = try TemporaryFolder() }

  // MARK: kill -9

  @Test func whateverWasAcknowledgedSurvivesAKillAtAnyMoment() throws {
    let seeds: [UInt64] = (1...20).map { 0xC0FFEE + $0 }
    print("kill -9 rounds with seeds \(seeds[0])...\(seeds[seeds.count - 1])")
    var shop = KilledShop()
    for seed in seeds {
      var generator = SeededGenerator(seed: seed)
      let process = try SidecartProcess.serve(state: state, KilledShop.arguments)
      try shop.comeBack(process, "seed \(seed)")
      try shop.workUntilKilled(process, &generator, "seed \(seed)")
    }
    let last = try SidecartProcess.serve(state: state, KilledShop.arguments)
    try shop.comeBack(last, "the end")
    try shop.checkAll(last)
    try last.finish()
    #expect(shop.orderQuantities.count > 100)
    #expect(shop.states.values.contains("redeemed") && shop.states.values.contains("reserved"))
  }

  // MARK: Damage

  /// A folder with so many orders, each in a write of its own, closed in order.
  private func fill(_ count: Int) throws {
    let process = try SidecartProcess.serve(state: state)
    for number in 1...count { _ = try process.ask("orders.put", orderParameters("o-\(number)")) }
    try process.finish()
  }

  private var logFile: URL { URL(fileURLWithPath: state + "/log-00000001") }

  private func orderCount(_ process: SidecartProcess) throws -> Int? {
    (try process.ask("status")["counts"] as? [String: Int])?["orders"]
  }

  @Test func aTornTailIsCutAndSaid() throws {
    try fill(5)
    var bytes = try Data(contentsOf: logFile)
    let garbage = Data((0..<100).map { UInt8(truncatingIfNeeded: $0 * 37 | 1) })
    bytes.append(garbage)
    try bytes.write(to: logFile)
    let reader = try SidecartProcess.serve(state: state, ["--read-only"])
    #expect(try orderCount(reader) == 5)
    try reader.finish()
    #expect(reader.stderrText.contains("torn tail of 100 bytes in log-00000001 at offset"))
    #expect(try Data(contentsOf: logFile) == bytes)

    let process = try SidecartProcess.serve(state: state)
    #expect(try orderCount(process) == 5)
    #expect(process.stderrText.contains("torn tail of 100 bytes in log-00000001 at offset"))
    _ = try process.ask("orders.put", orderParameters("o-6"))
    try process.finish()
    let kept = try FileManager.default.contentsOfDirectory(atPath: state)
      .filter { $0.contains(".torn-") }
    #expect(kept.count == 1)
    #expect(try Data(contentsOf: URL(fileURLWithPath: state + "/" + kept[0])) == garbage)
    let again = try SidecartProcess.serve(state: state)
    #expect(try orderCount(again) == 6)
    #expect(!again.stderrText.contains("torn"))
    try again.finish()
  }

  @Test func aRecordThatWasTornInTheMiddleWasNeverAcknowledged() throws {
    try fill(3)
    let bytes = try Data(contentsOf: logFile)
    try bytes.dropLast(20).write(to: logFile)
    let process = try SidecartProcess.serve(state: state)
    #expect(try orderCount(process) == 2)
    #expect(process.stderrText.contains("torn tail"))
    try process.finish()
  }

  @Test(arguments: [70, 90, 120]) func aFlippedByteIsNamedAndNothingIsServed(_ at: Int) throws {
    try fill(5)
    var bytes = try Data(contentsOf: logFile)
    bytes[at] ^= 0x10
    try bytes.write(to: logFile)
    for arguments in [["serve"], ["serve", "--read-only"], ["log"], ["call", "status"]] {
      let process = try SidecartProcess(arguments + ["--state", state])
      process.closeInput()
      #expect(try process.wait() == .code(1), "\(arguments)")
      #expect(process.stderrText.contains("log-00000001 at offset 64"), "\(process.stderrText)")
    }
    #expect(try Data(contentsOf: logFile) == bytes)
  }

  // MARK: Two writers

  @Test func aSecondWriterIsRefusedAndToldWhoHoldsTheFolder() throws {
    let first = try SidecartProcess.serve(state: state)
    _ = try first.ask("orders.put", orderParameters("o-1"))
    for arguments in [["serve"], ["call", "orders.put", orderParameters("o-2")]] {
      let second = try SidecartProcess(arguments + ["--state", state])
      #expect(try second.wait() == .code(1))
      #expect(second.stderrText.contains("in use by process \(first.child.processIdentifier)"))
      #expect(second.child.takeOutput().isEmpty)
    }
    // A lock does not outlive a process that was killed.
    first.kill()
    #expect(try first.wait() == .signal(SIGKILL))
    let third = try SidecartProcess.serve(state: state)
    #expect(try orderCount(third) == 1)
    try third.finish()
  }
}

/// What a host knows of the shop that it keeps killing.
private struct KilledShop {
  /// The clock is held, so that no coupon expires between two rounds.
  static let arguments = ["--now", "2026-03-01T12:00:00+08:00"]
  private static let budget = 12_000

  private struct Call {
    var method: String
    var parameters: String
    /// Of an order: its quantity. Of coupons: the code.
    var order: (id: String, quantity: Int)?
    var coupon: (code: String, customer: String)?
  }

  private(set) var orderQuantities: [String: Int] = [:]
  /// Acknowledged codes with the state that they were left in.
  private(set) var states: [String: String] = [:]
  private var holders: [String: String] = [:]
  private var pending: [(id: Int, call: Call)] = []
  /// Keyed calls with their replies; a replay must give the same line.
  private var answered: [(line: String, reply: String)] = []
  private var fresh: (orders: Set<String>, customers: Set<String>) = ([], [])
  private var number = 0

  // MARK: Working

  mutating func workUntilKilled(
    _ process: SidecartProcess, _ generator: inout SeededGenerator, _ seed: String
  ) throws {
    if number == 0 {
      let policy = """
        {"policies":[{"id":"p","gives":{"kind":"amount_off","amount":100},\
        "budget":\(Self.budget),"limits":{"per_customer":100000}}]}
        """
      #expect(try process.ask("policies.put", policy)["accepted"] as? Int == 1)
    }
    fresh = ([], [])
    answered = []
    for _ in 0..<generator.integer(in: 0...4) {
      try send(generator.integer(in: 1...12), process, &generator)
      while !pending.isEmpty { try take(try #require(try process.readLine()), seed) }
    }
    try send(generator.integer(in: 10...60), process, &generator)
    // Some moments are those of a reply, some lie anywhere.
    if generator.oneIn(2) {
      for _ in 0..<generator.integer(in: 0...pending.count - 1) {
        try take(try #require(try process.readLine()), seed)
      }
    } else {
      usleep(UInt32(generator.integer(in: 0...15_000)))
    }
    process.kill()
    #expect(try process.wait() == .signal(SIGKILL))
    // A reply that reached the pipe as a whole was given, whether it was read before or after.
    let output = process.child.takeOutput()
    let whole = output.prefix((output.lastIndex(of: 0x0A) ?? -1) + 1)
    for line in whole.split(separator: 0x0A) {
      try take(String(decoding: line, as: UTF8.self), seed)
    }
  }

  private mutating func send(
    _ count: Int, _ process: SidecartProcess, _ generator: inout SeededGenerator
  ) throws {
    var text = ""
    var taken: Set<String> = []
    for _ in 0..<count {
      number += 1
      let call = makeCall(&generator, &taken)
      pending.append((number, call))
      text += requestLine(number, call.method, call.parameters) + "\n"
    }
    try process.send(bytes: Array(text.utf8))
  }

  private func makeCall(_ generator: inout SeededGenerator, _ taken: inout Set<String>) -> Call {
    let customer = "c-\(generator.integer(in: 1...20))"
    let kind = generator.integer(in: 0...9)
    if kind < 3 {
      return Call(
        method: "coupons.issue",
        parameters: "{\"policy\":\"p\",\"customers\":[\"\(customer)\"],\"key\":\"k-\(number)\"}")
    }
    if kind < 6 {
      let live = states.filter { $0.value == "live" && !taken.contains($0.key) }.keys.sorted()
      if let code = live.randomElement(using: &generator), let holder = holders[code] {
        taken.insert(code)
        let method = kind == 3 ? "coupons.reserve" : "coupons.redeem"
        return Call(
          method: method,
          parameters: """
            {"key":"k-\(number)","customer":"\(holder)","order":"o-\(number)","codes":["\(code)"],\
            "cart":{"lines":[{"item":"sku-1","quantity":2,"unit_price":1290}]}}
            """, coupon: (code, holder))
      }
    }
    let quantity = generator.integer(in: 1...9)
    let id = "o-\(number)"
    return Call(
      method: "orders.put",
      parameters: orderParameters(id, customer: customer, quantity: quantity),
      order: (id, quantity))
  }

  /// Takes a reply in: from now on it must stay true.
  private mutating func take(_ line: String, _ seed: String) throws {
    let reply = try Reply(line)
    try #require(!pending.isEmpty, "\(seed): \(line)")
    let (id, call) = pending.removeFirst()
    try #require(reply.id == id, "\(seed): \(line)")
    let result = try #require(reply.result, "\(seed): \(line)")
    if let order = call.order {
      #expect(
        (result["accepted"] as? Int ?? 0) + (result["unchanged"] as? Int ?? 0) == 1, "\(seed)")
      orderQuantities[order.id] = order.quantity
      fresh.orders.insert(order.id)
      return
    }
    answered.append((requestLine(id, call.method, call.parameters), line))
    if let coupon = call.coupon {
      states[coupon.code] = call.method == "coupons.redeem" ? "redeemed" : "reserved"
      fresh.customers.insert(coupon.customer)
    } else {
      for entry in result["issued"] as? [[String: String]] ?? [] {
        guard let code = entry["code"], let customer = entry["customer"] else { continue }
        #expect(states[code] == nil, "\(seed): \(code) was issued twice")
        states[code] = "live"
        holders[code] = customer
        fresh.customers.insert(customer)
      }
    }
  }

  // MARK: Looking

  /// What a host does after a crash: repeats what has no answer, and finds all else as it was.
  mutating func comeBack(_ process: SidecartProcess, _ seed: String) throws {
    guard number > 0 else { return }
    try checkOrders(fresh.orders, process, seed)
    try checkCoupons(fresh.customers, process, seed)
    for (line, reply) in answered.suffix(10) {
      try process.send(line)
      #expect(try process.readLine() == reply, "\(seed)")
    }
    let repeated = pending
    for (id, call) in repeated {
      try process.send(requestLine(id, call.method, call.parameters))
      try take(try #require(try process.readLine()), seed)
    }
    for (id, call) in repeated where call.order == nil {
      try process.send(requestLine(id, call.method, call.parameters))
      #expect(try process.readLine() == answered.last { $0.line.contains("\"id\":\(id),") }?.reply)
    }
    try checkTotals(process, seed)
  }

  func checkAll(_ process: SidecartProcess) throws {
    try checkOrders(Set(orderQuantities.keys), process, "the end")
    try checkCoupons(Set(holders.values), process, "the end")
  }

  private func checkOrders(
    _ ids: Set<String>, _ process: SidecartProcess, _ seed: String
  ) throws {
    for id in ids {
      let order = try process.ask("orders.get", "{\"order\":\"\(id)\"}")
      let lines = order["lines"] as? [[String: Any]] ?? []
      #expect(lines.count == 1, "\(seed): \(id)")
      #expect(lines.first?["item"] as? String == "sku-1", "\(seed): \(id)")
      #expect(lines.first?["quantity"] as? Int == orderQuantities[id], "\(seed): \(id)")
      #expect(order["net"] as? Int == (orderQuantities[id] ?? 0) * 1290, "\(seed): \(id)")
    }
  }

  /// Every acknowledged coupon is in the state that it was left in, unless the last call, which has
  /// no answer, was about it.
  private func checkCoupons(
    _ customers: Set<String>, _ process: SidecartProcess, _ seed: String
  ) throws {
    let open = Set(pending.compactMap { $0.call.coupon?.code })
    for customer in customers {
      let result = try process.ask("coupons.list", "{\"customer\":\"\(customer)\"}")
      var held: [String: String] = [:]
      for coupon in result["coupons"] as? [[String: Any]] ?? [] {
        if let code = coupon["code"] as? String { held[code] = coupon["state"] as? String }
      }
      for (code, holder) in holders where holder == customer {
        if open.contains(code) {
          #expect(["live", "reserved", "redeemed"].contains(held[code] ?? ""), "\(seed): \(code)")
        } else {
          #expect(held[code] == states[code], "\(seed): \(code)")
        }
      }
    }
  }

  private func checkTotals(_ process: SidecartProcess, _ seed: String) throws {
    let totals = try process.ask("coupons.totals", "{\"policy\":\"p\"}")
    func count(_ name: String) -> Int { totals[name] as? Int ?? -1_000_000 }
    let parts = ["live", "reserved", "redeemed", "expired", "void"].map(count)
    #expect(count("issued") == parts.reduce(0, +), "\(seed)")
    // Nothing is without an answer here, so the two sides know of the same coupons.
    #expect(count("issued") == states.count, "\(seed)")
    #expect(count("redeemed") == states.values.count { $0 == "redeemed" }, "\(seed)")
    let budget = totals["budget"] as? [String: Any] ?? [:]
    #expect(budget["limit"] as? Int == Self.budget)
    #expect(budget["exposure"] as? Int == states.count * 100, "\(seed)")
    #expect(states.count * 100 <= Self.budget, "\(seed)")
  }
}
