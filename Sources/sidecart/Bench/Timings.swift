import Storage

/// Durations of one thing done many times.
struct Timings {
  private(set) var nanoseconds: [UInt64] = []

  mutating func add(_ duration: UInt64) { nanoseconds.append(duration) }

  /// Times `body` and adds how long it took.
  mutating func time<Result>(_ body: () throws -> Result) rethrows -> Result {
    let start = System.monotonicNanoseconds()
    let result = try body()
    add(System.monotonicNanoseconds() - start)
    return result
  }

  /// The duration that the given share of all is not above, in microseconds; 0 without any.
  func microseconds(at share: Double) -> Double {
    if nanoseconds.isEmpty { return 0 }
    let sorted = nanoseconds.sorted()
    let index = min(sorted.count - 1, Int(Double(sorted.count) * share))
    return Double(sorted[index]) / 1_000
  }

  var median: Double { microseconds(at: 0.5) }
  var p99: Double { microseconds(at: 0.99) }
  var longest: Double { Double(nanoseconds.max() ?? 0) / 1_000 }

  /// How long one thing takes that is too long to be done often, in microseconds.
  static func once(_ body: () throws -> Void) rethrows -> Double {
    var timings = Timings()
    try timings.time(body)
    return timings.median
  }
}

/// One line of the table: a figure, the reference of the same run, and how they compare.
struct BenchRow {
  var name: String
  /// Median and p99, each with its unit, or a rate.
  var figure: String
  var reference: String
  /// Figure over reference, or nil where the comparison says nothing.
  var ratio: Double?
  var aim: String
}

/// Text of numbers without a formatter: so many decimals, thousands apart.
func decimal(_ number: Double, _ decimals: Int) -> String {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let scaled = Int((number * scale).rounded())
  let whole = grouped(scaled / Int(scale))
  if decimals == 0 { return whole }
  let digits = String(scaled % Int(scale))
  return whole + "." + String(repeating: "0", count: decimals - digits.count) + digits
}

/// A duration in microseconds in the unit that reads best.
func duration(_ microseconds: Double) -> String {
  if microseconds < 1_000 { return decimal(microseconds, 1) + " us" }
  if microseconds < 1_000_000 { return decimal(microseconds / 1_000, 1) + " ms" }
  return decimal(microseconds / 1_000_000, 2) + " s"
}
