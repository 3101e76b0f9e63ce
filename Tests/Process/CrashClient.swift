import Foundation
import TestSupport

// A host that is careful
// ----------------------
// It keeps a list of all that it asked for, in order, with what it was told. Whatever it was told
// must be true for good. Of the rest it knows only that each is wholly there or not at all; it asks
// for those again, as they were, and is told then. Codes are taken from replies alone.

/// One request that writes, and its reply once there is one.
struct CrashRequest {
  enum Kind {
    case orders(Range<Int>)
    case customer(Int, level: Int)
    case issue(key: String, customers: [Int])
    case redeem(key: String, customer: Int, code: String)
    case reserve(key: String, customer: Int, code: String)
    case redeemReserved(key: String, code: String, reservation: String)
    case release(key: String, customer: Int, code: String, reservation: String)
  }

  var kind: Kind
  /// The result as it came.
  var result: [String: Any]?

  static let cart = #"{"lines":[{"item":"tea","quantity":1,"unit_price":1000}]}"#

  var method: String {
    switch kind {
    case .orders: "orders.put"
    case .customer: "customers.put"
    case .issue: "coupons.issue"
    case .redeem, .redeemReserved: "coupons.redeem"
    case .reserve: "coupons.reserve"
    case .release: "coupons.release"
    }
  }

  /// The coupon that it is about, and the state that it leaves it in.
  var step: (code: String, state: String)? {
    switch kind {
    case .orders, .customer, .issue: nil
    case .redeem(_, _, let code), .redeemReserved(_, let code, _): (code, "redeemed")
    case .reserve(_, _, let code): (code, "reserved")
    case .release(_, _, let code, _): (code, "live")
    }
  }

  var parameters: String {
    switch kind {
    case .orders(let numbers): return TestOrder.put(numbers)
    case .customer(let number, let level):
      return "{\"customers\":[{\"id\":\"c-\(number)\",\"attributes\":{\"level\":\(level)}}]}"
    case .issue(let key, let customers):
      let names = customers.map { "\"c-\($0)\"" }.joined(separator: ",")
      return "{\"policy\":\"p\",\"customers\":[\(names)],\"key\":\"\(key)\"}"
    case .redeemReserved(let key, _, let reservation), .release(let key, _, _, let reservation):
      return "{\"key\":\"\(key)\",\"reservation\":\"\(reservation)\"}"
    case .redeem(let key, let customer, let code), .reserve(let key, let customer, let code):
      return "{\"key\":\"\(key)\",\"customer\":\"c-\(customer)\",\"order\":\"r-\(key)\","
        + "\"cart\":\(Self.cart),\"codes\":[\"\(code)\"]}"
    }
  }
}

/// What the host knows, and what it checks against the process.
struct CrashClient {
  static let customerCount = 40
  static let perCustomer = 6
  static let total = 150
  static let budget = 12_000
  static let setup = [
    ("shop.configure", #"{"currency":"CNY","timezone":"Asia/Shanghai","holdout_percent":0}"#),
    ("policies.put", policy),
  ]
  private static let policy =
    "{\"policies\":[{\"id\":\"p\",\"gives\":{\"kind\":\"amount_off\",\"amount\":100},"
    + "\"limits\":{\"total\":\(total),\"per_customer\":\(perCustomer)},\"budget\":\(budget)}]}"

  private(set) var requests: [CrashRequest] = []
  /// Up to here everything was answered.
  private(set) var answeredCount = 0
  /// Customers that were put once more since nobody had answered.
  private var repeatedCustomers = 0
  private(set) var sequence = 0
  private var orderCount = 0
  private var keyCount = 0

  /// Codes that replies named, and have not been asked to be redeemed.
  private var unused: [(customer: Int, code: String)] = []
  /// Reservations that replies named, and that nothing was asked of since.
  private var held: [(customer: Int, code: String, reservation: String)] = []

  /// Requests of one life of the process, without those that are still unanswered.
  mutating func plan(_ count: Int, using generator: inout SeededGenerator) -> Range<Int> {
    let start = requests.count
    for _ in 0..<count {
      keyCount += 1
      let kind: CrashRequest.Kind
      switch generator.integer(in: 0...9) {
      case 0...4:
        let numbers = orderCount..<orderCount + generator.integer(in: 1...4)
        orderCount = numbers.upperBound
        kind = .orders(numbers)
      case 5:
        kind = .customer(
          generator.integer(in: 0...Self.customerCount - 1),
          level: generator.integer(in: 0...99))
      case 6...7:
        let first = generator.integer(in: 0...Self.customerCount - 1)
        let customers = (0..<generator.integer(in: 1...3)).map {
          (first + $0) % Self.customerCount
        }
        kind = .issue(key: "k-\(keyCount)", customers: customers)
      default:
        guard let next = planUse(key: "k-\(keyCount)", using: &generator) else { continue }
        kind = next
      }
      requests.append(CrashRequest(kind: kind))
    }
    return start..<requests.count
  }

  /// A use of a coupon or of a reservation that nothing else is under way for.
  private mutating func planUse(
    key: String, using generator: inout SeededGenerator
  ) -> CrashRequest.Kind? {
    if !held.isEmpty, generator.oneIn(2) {
      let (customer, code, reservation) = held.remove(
        at: generator.integer(in: 0...held.count - 1))
      return generator.oneIn(3)
        ? .release(key: key, customer: customer, code: code, reservation: reservation)
        : .redeemReserved(key: key, code: code, reservation: reservation)
    }
    guard !unused.isEmpty else { return nil }
    let (customer, code) = unused.remove(at: generator.integer(in: 0...unused.count - 1))
    return generator.oneIn(2)
      ? .redeem(key: key, customer: customer, code: code)
      : .reserve(key: key, customer: customer, code: code)
  }

  /// Takes the reply to a request in; an error is thrown, as these requests are all allowed.
  mutating func note(_ index: Int, _ line: String) throws {
    let reply = try ServeHost.object(line)
    guard reply["id"] as? Int == index, let result = reply["result"] as? [String: Any] else {
      throw ChildProcess.Failure("\(requests[index].method): \(line)")
    }
    requests[index].result = result
    switch requests[index].kind {
    case .reserve(_, let customer, let code):
      guard let reservation = result["reservation"] as? String else {
        throw ChildProcess.Failure(line)
      }
      held.append((customer, code, reservation))
    case .release(_, let customer, let code, _): unused.append((customer, code))
    case .issue:
      for entry in result["issued"] as? [[String: String]] ?? [] {
        guard let name = entry["customer"], let code = entry["code"],
          let customer = Int(name.dropFirst(2))
        else { throw ChildProcess.Failure(line) }
        unused.append((customer, code))
      }
    default: break
    }
  }

  /// Sends what was not answered once more, as it was, and then again: both replies are the same.
  mutating func repeatUnanswered(_ host: ServeHost) throws {
    for index in answeredCount..<requests.count where requests[index].result == nil {
      let request = requests[index]
      let line = ServeHost.line(index, request.method, request.parameters)
      if case .customer = request.kind { repeatedCustomers += 1 }
      try host.process.send(line)
      let reply = try host.process.readLine() ?? "end"
      try note(index, reply)
      guard request.parameters.contains("\"key\"") else { continue }
      try host.process.send(line)
      guard try host.process.readLine() == reply else {
        throw ChildProcess.Failure("a key with two replies: \(line)")
      }
    }
    answeredCount = requests.count
  }
}

// MARK: - Checking

extension CrashClient {
  struct Lie: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  private func check(_ truth: Bool, _ words: @autoclosure () -> String) throws {
    if !truth { throw Lie(words()) }
  }

  /// Holds the process against all that its predecessors acknowledged from a request on.
  mutating func verify(_ host: ServeHost, from first: Int) throws {
    try verifyOrders(host, from: first)
    try verifyLevels(host)
    let redeemed = try verifyCoupons(host)
    try verifyTotals(host, redeemed: redeemed)
    let storage = try host.ask("status")["storage"] as? [String: Any]
    let now = storage?["sequence"] as? Int ?? -1
    // Of what is acknowledged these were surely no repetition; a customer may have been so already.
    let certain = requests.count { request in
      if case .customer = request.kind { return false }
      if case .issue = request.kind { return false }
      return request.result != nil
    }
    try check(now >= sequence, "sequence \(now) after \(sequence)")
    // A level that is put again after a later one was kept changes the customer once more.
    let most = requests.count + Self.setup.count + repeatedCustomers
    try check((certain...most).contains(now), "\(now) records, not \(certain) to \(most)")
    try check(storage?["durable_sequence"] as? Int == now, "\(storage ?? [:])")
    sequence = now
  }

  private func verifyOrders(_ host: ServeHost, from first: Int) throws {
    for request in requests[first...] {
      guard case .orders(let numbers) = request.kind else { continue }
      var found = 0
      for number in numbers {
        let line = try host.process.request("orders.get", "{\"order\":\"o-\(number)\"}")
        if ServeHost.reason(line) == "unknown_order" { continue }
        let order = try ServeHost.object(line)["result"] as? [String: Any]
        try check(order?["net"] as? Int == TestOrder.net(number), line)
        try check((order?["lines"] as? [Any])?.count == 2, line)
        found += 1
      }
      // One request is there as a whole or not at all.
      try check(found == numbers.count || found == 0, "\(found) of \(numbers) are there")
      try check(request.result == nil || found > 0, "orders \(numbers) were acknowledged")
    }
  }

  /// The level of a customer is the last acknowledged one, or one asked for after it.
  private func verifyLevels(_ host: ServeHost) throws {
    var allowed: [Int: Set<Int>] = [:]
    for request in requests {
      guard case .customer(let number, let level) = request.kind else { continue }
      if request.result != nil { allowed[number] = [] }
      allowed[number, default: [-1]].insert(level)
    }
    for (number, levels) in allowed {
      let line = try host.process.request("customers.get", "{\"customer\":\"c-\(number)\"}")
      let result = try ServeHost.object(line)["result"] as? [String: Any]
      let level = (result?["attributes"] as? [String: Any])?["level"] as? Int ?? -1
      try check(levels.contains(level), "level \(level) of c-\(number), not of \(levels)")
    }
  }

  /// How many coupons are redeemed.
  private func verifyCoupons(_ host: ServeHost) throws -> Int {
    var states: [String: String] = [:]
    for customer in 0..<Self.customerCount {
      let list = try host.ask("coupons.list", "{\"customer\":\"c-\(customer)\"}")["coupons"]
      let coupons = list as? [[String: Any]] ?? []
      try check(coupons.count <= Self.perCustomer, "\(coupons.count) coupons of c-\(customer)")
      for coupon in coupons {
        guard let code = coupon["code"] as? String, let state = coupon["state"] as? String else {
          throw Lie("\(coupon)")
        }
        try check(states.updateValue(state, forKey: code) == nil, "\(code) twice")
      }
    }
    var allowed: [String: Set<String>] = [:]
    for request in requests {
      if case .issue = request.kind {
        for entry in request.result?["issued"] as? [[String: String]] ?? [] {
          let code = entry["code"] ?? ""
          try check(states[code] != nil, "\(code) was acknowledged and is not there")
        }
      }
      guard let (code, state) = request.step else { continue }
      // What was asked for and not answered may be so or not.
      if request.result != nil { allowed[code] = [] }
      allowed[code, default: ["live"]].insert(state)
    }
    for (code, state) in states {
      try check(allowed[code, default: ["live"]].contains(state), "\(code) is \(state)")
    }
    let redeemed = states.values.count { $0 == "redeemed" }
    try check(states.count <= Self.total, "\(states.count) coupons")
    return redeemed
  }

  private func verifyTotals(_ host: ServeHost, redeemed: Int) throws {
    let totals = try host.ask("coupons.totals", "{\"policy\":\"p\"}")
    func count(_ name: String) -> Int { totals[name] as? Int ?? -1 }
    let sum = ["live", "reserved", "redeemed", "expired", "void"].map(count).reduce(0, +)
    try check(count("issued") == sum && count("redeemed") == redeemed, "\(totals)")
    let budget = totals["budget"] as? [String: Any]
    let exposure = budget?["exposure"] as? Int ?? -1
    try check((0...Self.budget).contains(exposure), "\(totals)")
    try check(exposure == 100 * (count("live") + count("reserved") + redeemed), "\(totals)")
    try check(budget?["realised"] as? Int == 100 * redeemed, "\(totals)")
    try check(count("issued") <= Self.total, "\(totals)")
  }
}
