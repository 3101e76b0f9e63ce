import Engine
import Shop
import Storage
import Wire

// How coupons are measured
// ------------------------
// Targeting is asked of an engine inside this process, with the log of the large shop: the request
// is read, every customer's profile is looked at, 20 policies are valued for each, coupons are
// allocated and the reply is written. Reserving and redeeming goes through the program that is
// measured, with a log on disk: 64 reservations are sent together, and then the 64 redemptions of
// what came back. Both are checked: a plan keeps its budget, and every reservation is redeemed.

/// The part of the benchmark that is about coupons.
struct BenchOffers {
  let folder: String
  let program: String
  let secondsEach: Double

  private static let policyCount = 20
  private static let window = 64
  private static let issueCount = 512
  private static let now = "2026-01-01T00:00:00Z"

  func measure() throws -> [BenchRow] { try [targeting()] + redeeming() }

  // MARK: Targeting

  /// Ask one policy after the other what it costs and whom it is for: face values, percentages,
  /// customers who were silent, and those who spent.
  private static func policy(_ index: Int) -> String {
    let amount = 200 + 130 * index
    let gives =
      index % 3 == 0
      ? "{\"kind\":\"percent_off\",\"percent\":\(5 + index),\"cap\":\(amount)}"
      : "{\"kind\":\"amount_off\",\"amount\":\(amount)}"
    let audience =
      switch index % 4 {
      case 0: ""
      case 1: ",\"for\":{\"recency_days\":{\"$gte\":\(3 * index)}}"
      case 2: ",\"for\":{\"orders\":{\"$gte\":\(1 + index % 5)}}"
      default: ",\"for\":{\"average_order_value\":{\"$lt\":\(2_000 + 100 * index)}}"
      }
    let uplift = "0.\(index % 7 + 2)"
    return "{\"id\":\"bench-\(index)\",\"gives\":\(gives)\(audience),"
      + "\"limits\":{\"total\":\(5_000 + 500 * index)},"
      + "\"prior\":{\"redemption\":0.\(index % 5 + 3),\"uplift\":\(uplift)}}"
  }

  private func targeting() throws -> BenchRow {
    Console.progress("targeting")
    guard let now = Instant(rfc3339: Self.now) else { throw HostFailure("no such moment") }
    let host = try Host(
      state: folder + "/large", fixedMoment: now, snapshotAfterBytes: 1 << 50)
    host.stamp()
    let policies = (0..<Self.policyCount).map(Self.policy).joined(separator: ",")
    let scanner = JSONScanner(limits: Limits(maximumLineBytes: (1 << 28) - 1))
    func ask(_ method: String, _ parameters: String) throws -> [UInt8] {
      var reply: [UInt8] = []
      try Array(Self.line(1, method, parameters).utf8.dropLast()).withUnsafeBufferPointer {
        try host.answer($0, appendingTo: &reply)
      }
      return reply
    }
    _ = try ask("policies.put", "{\"policies\":[\(policies)]}")
    let customerCount = host.service.engine.facts.customers.count
    let budget = customerCount * 50
    var own = Timings()
    var reply: [UInt8] = []
    for _ in 0..<4 {
      let asked = "{\"budget\":\(budget),\"limit\":100000,\"holdout_percent\":5,\"campaign\":\"b\"}"
      try own.time { reply = try ask("target", asked) }
    }
    try host.close()
    return try reply.withUnsafeBufferPointer { bytes in
      guard let result = try scanner.scan(bytes)["result"],
        let spent = result["spent"]?["exposure"]?.integerValue, spent <= budget,
        let gap = result["certificate"]?["gap"]?.doubleValue,
        let considered = result["considered"]?.integerValue,
        let none = result["none"]?.integerValue, none < considered
      else { throw HostFailure("a plan of the benchmark has no answer: \(text(reply))") }
      let first = Double(own.nanoseconds[0]) / 1_000
      return BenchRow(
        name: "target, \(grouped(customerCount)) customers x \(Self.policyCount) policies",
        figure: "\(duration(own.median)), first \(duration(first))",
        reference: "\(grouped(Int(considered - none))) coupons, gap \(decimal(gap * 100, 4)) %",
        ratio: nil, aim: "")
    }
  }

  // MARK: Reserving and redeeming

  private static func line(_ id: Int, _ method: String, _ parameters: String) -> String {
    "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"\(method)\",\"params\":\(parameters)}\n"
  }

  private func text(_ reply: [UInt8]) -> String {
    String(decoding: reply.prefix(400), as: UTF8.self)
  }

  private func redeeming() throws -> [BenchRow] {
    let server = try BenchChild([
      program, "serve", "--state", folder + "/coupons", "--now", Self.now,
    ])
    let path = folder + "/append-coupons"
    let bare = try System.openFile(path, for: .creating)
    defer { System.closeFile(bare) }
    let policy = "{\"id\":\"p\",\"gives\":{\"kind\":\"amount_off\",\"amount\":100}}"
    _ = try asked(server, "shop.configure", "{\"currency\":\"CNY\"}")
    _ = try asked(server, "policies.put", "{\"policies\":[\(policy)]}")
    Console.progress("reserving and redeeming")
    var pairs = Timings()
    var reserves = Timings()
    var reference = Timings()
    var codes: [(customer: String, code: String)] = []
    var number = 0
    var offset: UInt64 = 0
    let end = System.monotonicNanoseconds() + UInt64(secondsEach * 1e9)
    while System.monotonicNanoseconds() < end {
      if codes.count < Self.window { codes += try issue(server, from: number) }
      let own = codes.suffix(Self.window)
      codes.removeLast(Self.window)
      let reserved = own.enumerated().map { place, entry in
        Self.reserve(number + place, entry.customer, entry.code)
      }
      let batch = Array(reserved.joined().utf8)
      let start = System.monotonicNanoseconds()
      try server.send(batch)
      var redeems: [String] = []
      for place in 0..<Self.window {
        let reservation = try reservation(in: server.readLine())
        let asked = "{\"key\":\"d\(number + place)\",\"reservation\":\"\(reservation)\"}"
        redeems.append(Self.line(number + place, "coupons.redeem", asked))
      }
      reserves.add(System.monotonicNanoseconds() - start)
      try server.send(Array(redeems.joined().utf8))
      for _ in 0..<Self.window {
        guard String(decoding: try server.readLine(), as: UTF8.self).contains("\"redeemed\":[\"")
        else { throw HostFailure("a reservation of the benchmark was not redeemed") }
      }
      pairs.add(System.monotonicNanoseconds() - start)
      number += Self.window
      try reference.time {
        try batch.withUnsafeBytes { try System.writeAll(bare, $0, at: offset) }
        try System.synchronizeData(bare, path: path)
      }
      offset += UInt64(batch.count)
    }
    _ = try server.finish()
    func rate(_ timings: Timings) -> String {
      decimal(Double(Self.window) / timings.median * 1_000_000, 0)
    }
    return [
      BenchRow(
        name: "coupons.reserve, durable, 64 at a time", figure: "\(rate(reserves)) /s",
        reference: "append+fdatasync of 64 \(duration(reference.median))",
        ratio: reserves.median / reference.median, aim: ""),
      BenchRow(
        name: "reserve + redeem, durable, 64 at a time", figure: "\(rate(pairs)) pairs/s",
        reference: "append+fdatasync of 64 \(duration(reference.median))",
        ratio: pairs.median / reference.median, aim: ""),
    ]
  }

  private func asked(
    _ server: BenchChild, _ method: String, _ parameters: String
  ) throws -> [UInt8] {
    try server.send(Array(Self.line(0, method, parameters).utf8))
    let reply = Array(try server.readLine())
    if text(reply).contains("\"error\"") { throw HostFailure("\(method): \(text(reply))") }
    return reply
  }

  /// Coupons for customers who have none yet.
  private func issue(
    _ server: BenchChild, from number: Int
  ) throws -> [(customer: String, code: String)] {
    let names = (number..<number + Self.issueCount).map { "\"c\($0)\"" }.joined(separator: ",")
    let asked = "{\"key\":\"i\(number)\",\"policy\":\"p\",\"customers\":[\(names)]}"
    let reply = try self.asked(server, "coupons.issue", asked)
    let scanner = JSONScanner(limits: Limits())
    return try reply.withUnsafeBufferPointer { bytes in
      guard let issued = try scanner.scan(bytes)["result"]?["issued"] else { return [] }
      return issued.elements.compactMap { entry in
        guard let customer = entry["customer"]?.stringValue, let code = entry["code"]?.stringValue
        else { return nil }
        return (customer, code)
      }
    }
  }

  private static func reserve(_ number: Int, _ customer: String, _ code: String) -> String {
    let lines = "[{\"item\":\"i\",\"quantity\":2,\"unit_price\":900}]"
    return line(
      number, "coupons.reserve",
      "{\"key\":\"r\(number)\",\"customer\":\"\(customer)\",\"order\":\"o\(number)\","
        + "\"cart\":{\"lines\":\(lines)},\"codes\":[\"\(code)\"]}")
  }

  private func reservation(in line: ArraySlice<UInt8>) throws -> String {
    let bytes = Array(line)
    let scanner = JSONScanner(limits: Limits())
    let id = try bytes.withUnsafeBufferPointer {
      try scanner.scan($0)["result"]?["reservation"]?.stringValue
    }
    guard let id else { throw HostFailure("a coupon was not reserved: \(text(bytes))") }
    return id
  }
}
