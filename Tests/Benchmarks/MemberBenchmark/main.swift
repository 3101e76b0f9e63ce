// Fits models of members to what stands on standard input, and says how long that took and how good
// they are. `Tests/Benchmarks/members.py` writes the input and runs this beside others' programs.
//
//   member-benchmark fit ROUNDS        lines: repeats last age
//   member-benchmark rank START END    lines: customer day cents, in order of time; days are whole
//                                      numbers, the holdout is START <= day < END
//   member-benchmark intent END        lines: customer day cents channel, in order of time, with
//                                      - for no channel; all before END
//   member-benchmark cluster K ROUNDS  binary: four Float64 for each point
//   member-benchmark profile N         reads nothing; a shop of N customers with five orders each:
//                                      a profile, an order folded in, the fifths after it

import Members
import Shop
import Statistics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The fields of all lines.
func lines() -> [[Substring]] {
  var lines: [[Substring]] = []
  while let line = readLine() { lines.append(line.split(separator: " ")) }
  return lines
}

func milliseconds(_ duration: Duration) -> Double {
  let (seconds, attoseconds) = duration.components
  return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
}

/// One object a line: times of so many fits, from the histories in memory.
func fit(rounds: Int) {
  let histories = lines().compactMap { fields -> LifetimeHistory? in
    guard fields.count == 3, let repeats = Int(fields[0]), let last = Double(fields[1]),
      let age = Double(fields[2])
    else { return nil }
    return LifetimeHistory(repeats: repeats, last: last, age: age)
  }
  for _ in 0..<rounds {
    let clock = ContinuousClock()
    let start = clock.now
    let fit = LifetimeFit(.plain, to: LifetimeHistories(histories))
    let time = milliseconds(clock.now - start)
    guard let model = fit.model else { continue }
    print(
      "{\"ms\":\(time),\"log_likelihood\":\(fit.logLikelihood),\"r\":\(model.r),"
        + "\"alpha\":\(model.alpha),\"a\":\(model.a),\"b\":\(model.b),"
        + "\"evaluations\":\(fit.evaluationCount),\"rows\":\(fit.rows),\"sound\":\(fit.isSound)}")
  }
}

/// A row a score: its area under the curve of "orders in the holdout", and the orders expected.
func rank(start: Int, end: Int) {
  func moment(_ day: Int) -> Instant {
    Instant(milliseconds: Int64(day) * Instant.millisecondsPerDay)
  }
  var facts = ShopFacts()
  var bought: Set<String> = []
  var visits: Set<String> = []
  for (index, fields) in lines().enumerated() {
    guard fields.count == 3, let day = Int(fields[1]), let cents = Int64(fields[2]), day < end
    else { continue }
    let customer = String(fields[0])
    if day >= start {
      bought.insert(customer)
      visits.insert("\(customer) \(day)")
    }
    // At noon, so that a day is a day.
    facts.apply(
      OrderDraft(
        id: "o-\(index)", customer: customer, time: moment(day).advanced(byDays: 0.5),
        channel: nil,
        lines: [.init(item: "any", quantity: 1, unitPrice: max(0, cents), discount: 0)],
        coupons: []))
  }
  let cut = moment(start)
  guard let study = LifetimeStudy(facts, at: cut) else { return }
  var members = MemberIndex()
  let days = Double(end - start)
  func score(_ name: String, _ lifetime: ShopLifetime?, _ value: (MemberProfile) -> Double?) {
    members.fitted.lifetime = lifetime
    let view = members.view(from: Viewpoint(asOf: cut), facts: facts)
    var scores: [Double] = []
    var outcomes: [Bool] = []
    var sum = 0.0
    for customer in 0..<Int32(facts.customers.count) {
      let profile = view.profile(of: customer)
      guard profile.summary.orders > 0, let value = value(profile) else { continue }
      scores.append(value)
      outcomes.append(bought.contains(profile.id))
      sum += profile.expectedOrders(withinDays: days)
    }
    let known = Set((0..<Int32(facts.customers.count)).map { facts.customers.names[$0] })
    let actual = visits.count { visit in
      let id = String(visit.prefix { $0 != " " })
      return known.contains(id)
        && view.profile(of: facts.customers.index(of: id) ?? 0).summary.orders > 0
    }
    let area = RankArea.area(scores: scores, outcomes: outcomes) ?? .nan
    print(
      "{\"score\":\"\(name)\",\"auc\":\(area),\"customers\":\(scores.count),"
        + "\"expected\":\(sum),\"actual\":\(actual)}")
  }
  func model(_ fit: LifetimeFit) -> ShopLifetime? {
    fit.model.map { ShopLifetime(purchases: $0, spend: nil) }
  }
  let expected = { (profile: MemberProfile) -> Double? in
    profile.expectedOrders(withinDays: days)
  }
  score("frequency", nil) { Double($0.summary.repeats) }
  score("recency", nil) { profile in
    profile.summary.last.map { -profile.view.viewpoint.daysSince($0) }
  }
  score("prior, expected orders", nil, expected)
  score("BG/NBD (\(study.plain.problem?.rawValue ?? "sound"))", model(study.plain), expected)
  score("MBG/NBD penalised, expected orders", model(study.modified), expected)
  score("chosen (\(study.reason.rawValue)), expected orders", study.chosen, expected)
  score("chosen, probability of an order", study.chosen) {
    $0.orderProbability(withinDays: days)
  }
  score("chosen, p_alive", study.chosen) { $0.aliveProbability }
}

/// An object a span of days: how well learned chances of an order, and those of the lifetime model,
/// held in the last window before END.
func intent(end: Int) {
  var facts = ShopFacts()
  for (index, fields) in lines().enumerated() {
    guard fields.count == 4, let day = Double(fields[1]), let cents = Int64(fields[2]) else {
      continue
    }
    let time = Instant(milliseconds: Int64(day * Double(Instant.millisecondsPerDay)))
    facts.apply(
      OrderDraft(
        id: "o-\(index)", customer: String(fields[0]), time: time,
        channel: fields[3] == "-" ? nil : String(fields[3]),
        lines: [.init(item: "any", quantity: 1, unitPrice: max(0, cents), discount: 0)],
        coupons: []))
  }
  let moment = Instant(milliseconds: Int64(end) * Instant.millisecondsPerDay)
  let clock = ContinuousClock()
  let start = clock.now
  guard let study = IntentStudy(facts, at: moment) else { return }
  let time = milliseconds(clock.now - start)
  for span in study.spans {
    func text(_ score: IntentStudy.Score?) -> String {
      guard let score else { return "null" }
      let bins = score.reliability.bins.map { "[\($0.count),\($0.forecast),\($0.observed)]" }
      return "{\"auc\":\(score.area ?? .nan),\"log_loss\":\(score.reliability.logLoss),"
        + "\"calibration_error\":\(score.reliability.calibrationError),"
        + "\"bins\":[\(bins.joined(separator: ","))]}"
    }
    print(
      "{\"days\":\(span.days),\"reason\":\"\(span.reason.rawValue)\",\"ms\":\(time),"
        + "\"rows\":\(span.rows),\"customers\":\(span.customers),\"buyers\":\(span.buyers),"
        + "\"evidence\":\(span.evidence),\"learned\":\(text(span.learned)),"
        + "\"lifetime\":\(text(span.lifetime))}")
  }
}

/// One object a round: the time of clustering from the columns in memory.
func cluster(count: Int, rounds: Int) {
  var numbers: [Double] = []
  var bytes = [UInt8](repeating: 0, count: 1 << 20)
  var filled = 0
  while true {
    let taken = bytes.withUnsafeMutableBytes {
      read(0, $0.baseAddress! + filled, $0.count - filled)
    }
    if taken <= 0 { break }
    filled += taken
    let whole = filled / 8 * 8
    bytes.withUnsafeBytes { numbers += $0.bindMemory(to: Double.self).prefix(whole / 8) }
    bytes.replaceSubrange(0..<(filled - whole), with: Array(bytes[whole..<filled]))
    filled -= whole
  }
  let columns = (0..<4).map { column in
    stride(from: column, to: numbers.count, by: 4).map { numbers[$0] }
  }
  for round in 0..<rounds {
    var options = KMeans.Options()
    options.seed = UInt64(round + 1)
    let clock = ContinuousClock()
    let start = clock.now
    guard let found = KMeans(ClusterPoints(columns: columns), count: count, options) else {
      return
    }
    let time = milliseconds(clock.now - start)
    print(
      "{\"ms\":\(time),\"inertia\":\(found.inertia),\"iterations\":\(found.iterations),"
        + "\"points\":\(found.assignment.count)}")
  }
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "fit" where arguments.count == 3: fit(rounds: Int(arguments[2]) ?? 1)
case "rank" where arguments.count == 4:
  rank(start: Int(arguments[2]) ?? 0, end: Int(arguments[3]) ?? 0)
case "intent" where arguments.count == 3: intent(end: Int(arguments[2]) ?? 0)
case "cluster" where arguments.count == 4:
  cluster(count: Int(arguments[2]) ?? 8, rounds: Int(arguments[3]) ?? 1)
case "profile" where arguments.count == 3:
  var profiles = ProfileFigures(customers: Int(arguments[2]) ?? 100_000)
  profiles.measure()
default:
  print(
    "usage: member-benchmark fit ROUNDS | rank START END | intent END | cluster K ROUNDS | "
      + "profile N")
}
