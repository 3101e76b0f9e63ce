// One question of `recommend` inside the process, over a shop of many lines.
//
//   recommend-benchmark [LINES …]      500000 and 5000000 where none is said
//
// Prints the median and the 99th percentile of a customer with 50 items of history, with everything
// on and with co-purchase alone, of a basket of three items, and of an order folded in with the
// answer after it. The reference of the same run is a plain count of what shares baskets with the
// customer's items, without weights, rules or reasons; what is timed is checked against an index
// that is made anew from the same orders.

import Affinity
import Engine
import Shop

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What shares baskets with the customer's items, counted from the baskets alone: the items of the
/// ten greatest counts.
func plainCounts(_ shop: BenchmarkShop, _ customer: Int32, _ scratch: inout [Int32]) -> [Int32] {
  var own: Set<Int32> = []
  shop.facts.orders.forEachOrder(of: customer) { order in
    own.formUnion(shop.index.baskets.items(of: order))
    return true
  }
  var touched: [Int32] = []
  for item in own {
    shop.index.baskets.forEachBasket(of: item) { order in
      for other in shop.index.baskets.items(of: order) {
        if scratch[Int(other)] == 0 { touched.append(other) }
        scratch[Int(other)] += 1
      }
    }
  }
  let best = touched.filter { !own.contains($0) }.sorted { scratch[Int($0)] > scratch[Int($1)] }
    .prefix(10)
  for item in touched { scratch[Int(item)] = 0 }
  return Array(best)
}

/// The memory that the process has, in bytes.
func residentBytes() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  guard fgets(&line, 256, file) != nil else { return 0 }
  let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0) * 4_096
}

func measure(lineCount: Int) {
  let before = residentBytes()
  var building = Samples()
  var shop = building.time { BenchmarkShop(lineCount: lineCount, seed: 7) }
  let bytes = residentBytes() - before
  let orders = shop.facts.orders.count
  print("\(lineCount) lines in \(orders) orders")
  print("  memory                       \(bytes / lineCount) bytes per line")
  let seconds = building.quantile(0.5) / 1e6
  print("  orders folded in, nobody asks \(Int(Double(orders) / seconds)) /s, with making them up")
  let customers = shop.customers(1_000)
  func question(_ customer: Int32) -> RecommendQuery {
    RecommendQuery(
      customer: customer, basket: [], count: 10, viewpoint: Viewpoint(now: shop.now))
  }
  var scratch = [Int32](repeating: 0, count: shop.facts.items.count)
  var reference = Samples()
  for customer in customers { _ = reference.time { plainCounts(shop, customer, &scratch) } }
  print("  plain counts (reference)     \(reference.text)")
  func show(_ name: String, _ samples: Samples) {
    let ratio = samples.quantile(0.5) / reference.quantile(0.5)
    print("  \(name)\(samples.text), \((ratio * 1_000).rounded() / 1_000) of the reference")
  }
  for round in ["first", "again"] {
    var samples = Samples()
    for customer in customers {
      var query = question(customer)
      query.voices = [.coPurchase]
      _ = samples.time { shop.recommend(query, Ranker.standard) }
    }
    show("co-purchase alone, \(round)     ", samples)
  }
  for round in ["first", "again"] {
    var samples = Samples()
    for customer in customers {
      let query = question(customer)
      _ = samples.time { shop.recommend(query, Ranker.standard) }
    }
    show("all and the ranker, \(round)    ", samples)
  }
  var baskets = Samples()
  for customer in customers {
    var query = question(-1)
    let newest = shop.facts.orders.newest(of: customer)
    query.basket = Array(shop.index.baskets.items(of: newest).prefix(3))
    _ = baskets.time { shop.recommend(query, Ranker.standard) }
  }
  show("a guest's basket of three    ", baskets)
  var folds = Samples()
  var answers = Samples()
  for customer in customers {
    let draft = shop.next()
    folds.time { shop.add(draft) }
    let query = question(customer)
    _ = answers.time { shop.recommend(query, Ranker.standard) }
  }
  show("an order folded in           ", folds)
  show("the answer after it          ", answers)
  let questions = customers.prefix(50).map(question)
  verify(&shop, questions)
}

/// What the index answers after all these orders is what one made anew from them does.
func verify(_ shop: inout BenchmarkShop, _ questions: [RecommendQuery]) {
  var anew = AffinityIndex()
  for order in 0..<Int32(shop.facts.orders.count) { anew.added(order, orders: shop.facts.orders) }
  for query in questions {
    let kept = shop.recommend(query, Ranker.standard).slots
    let fresh = anew.recommend(query, facts: shop.facts, ranker: Ranker.standard) { _ in nil }.slots
    precondition(kept == fresh, "an index kept fresh answers as one made anew")
  }
  print("  \(questions.count) answers equal those of an index made anew")
}

let asked = CommandLine.arguments.dropFirst().compactMap { Int($0) }
for count in asked.isEmpty ? [500_000, 5_000_000] : asked { measure(lineCount: count) }
