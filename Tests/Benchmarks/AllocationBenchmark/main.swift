// The time of choosing a coupon for each customer, and how close the choice is to its bound.
//
//     swift run -c release allocation-benchmark CUSTOMERS OPTIONS [ROUNDS [PROBLEM]]
//
// A made-up problem: each option has a face value; what it is worth to a customer grows with the
// face value and varies; a budget on all of it, a total and a budget on each option, and a limit on
// all coupons, each of which leaves about a third of what would be given freely. Before it prints
// anything it counts what the choice uses and is worth by itself, and ends with an error if a bound
// is broken. With a fourth argument the problem is written there for other solvers: a line of
// sizes, the bounds, then the pairs.

import Statistics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

func argument(_ index: Int) -> Int? {
  CommandLine.arguments.count > index ? Int(CommandLine.arguments[index]) : nil
}

let customerCount = argument(1) ?? 1_000_000
let optionCount = argument(2) ?? 20
let roundCount = argument(3) ?? 3
var random = SplitMix(seed: 20_261_123)

let faces = (0..<optionCount).map { _ in Int64(200 + random.next(below: 2_800)) }
var pairs: [(customer: Int32, option: Int32, value: Double, cost: Int64)] = []
pairs.reserveCapacity(customerCount * optionCount)
for customer in 0..<customerCount {
  // Who is moved much by one coupon is by others as well.
  let response = random.unit()
  for option in 0..<optionCount where random.next(below: 10) > 0 {
    let value = Double(faces[option]) * (response + random.unit() - 0.7)
    pairs.append((Int32(customer), Int32(option), value.rounded(), faces[option]))
  }
}

let free = Double(customerCount) * 0.7
let meanFace = Double(faces.reduce(0, +)) / Double(optionCount)
var bounds: [Knapsack.Bound] = [
  .init(measure: .cost, limit: Int64(free * meanFace / 3)),
  .init(measure: .count, limit: Int64(free / 2)),
]
for option in 0..<optionCount {
  let share = free / Double(optionCount)
  bounds.append(
    .init(options: [option], measure: .cost, limit: Int64(share * Double(faces[option]) / 2)))
  bounds.append(.init(options: [option], measure: .count, limit: Int64(share * 0.6)))
}

func milliseconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) * 1e3 + Double(now.tv_nsec) / 1e6
}

@MainActor func makeKnapsack() -> Knapsack {
  // Locals: a global asks for exclusive access at every look, which is not what is timed here.
  let (pairs, customerCount) = (pairs, customerCount)
  var knapsack = Knapsack(optionCount: optionCount, bounds: bounds)
  knapsack.reserveCapacity(customers: customerCount, pairs: pairs.count)
  var next = 0
  for customer in 0..<customerCount {
    while next < pairs.count, Int(pairs[next].customer) == customer {
      knapsack.append(
        option: Int(pairs[next].option), value: pairs[next].value, cost: pairs[next].cost)
      next += 1
    }
    knapsack.closeCustomer()
  }
  return knapsack
}

/// What a choice uses and is worth, counted from the pairs; nil if it names one that is not there.
@MainActor func counted(_ solution: Knapsack.Solution) -> (used: [Int64], value: Double)? {
  var used = [Int64](repeating: 0, count: bounds.count)
  var (value, taken) = (0.0, 0)
  for pair in pairs where solution.choices[Int(pair.customer)] == pair.option {
    value += pair.value
    taken += 1
    for (index, bound) in bounds.enumerated()
    where bound.options?.contains(Int(pair.option)) ?? true {
      used[index] += bound.measure == .cost ? pair.cost : 1
    }
  }
  return taken == solution.choices.count { $0 >= 0 } ? (used, value) : nil
}

if CommandLine.arguments.count > 4 {
  guard let file = fopen(CommandLine.arguments[4], "w") else {
    print("cannot write \(CommandLine.arguments[4])")
    exit(1)
  }
  fputs("\(customerCount) \(optionCount) \(bounds.count) \(pairs.count)\n", file)
  for bound in bounds {
    fputs(
      "\(bound.options?.first ?? -1) \(bound.measure == .cost ? "cost" : "count") \(bound.limit)\n",
      file)
  }
  for pair in pairs {
    fputs("\(pair.customer) \(pair.option) \(Int64(pair.value)) \(pair.cost)\n", file)
  }
  fclose(file)
}

var times: [Double] = []
var last: Knapsack.Solution?
for _ in 0..<max(1, roundCount) {
  let start = milliseconds()
  let solution = makeKnapsack().solve()
  times.append(milliseconds() - start)
  guard let (used, value) = counted(solution), used == solution.used,
    zip(used, bounds).allSatisfy({ $0 <= $1.limit }), abs(value - solution.value) < 1e-6 * value,
    value <= solution.upperBound
  else {
    print("the choice breaks a bound or is not worth what it says")
    exit(1)
  }
  last = solution
}
times.sort()
if let last {
  print(
    "{\"customers\":\(customerCount),\"options\":\(optionCount),\"pairs\":\(pairs.count),"
      + "\"median_ms\":\(times[times.count / 2]),\"least_ms\":\(times[0]),\"value\":\(last.value),"
      + "\"upper_bound\":\(last.upperBound),\"gap\":\(last.gap)}")
}
