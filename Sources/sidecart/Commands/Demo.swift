import Engine
import Shop
import Storage

/// `sidecart demo`: a made-up shop, the three questions, and what the answers mean.
enum Demo: Command {
  static let name = "demo"
  static let summary = "Makes up a shop and asks it the three questions."
  static let usage = "[OPTIONS]"
  static let options: [Option] = [
    .value("seed", "N", "which shop to make up; 1 where not said. The same seed, the same output"),
    .value("customers", "N", "how many customers it has; 3000 where not said"),
    .value("state", "DIR", "leave the shop in this folder, to ask it more"),
  ]
  static let details = """
    Nothing is written anywhere unless --state names a folder, which must not hold a shop yet.

      sidecart demo
      sidecart demo --seed 7 --customers 20000 --state teahouse
    """

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 0)
    let seed = try arguments.integer("seed", in: 0...Int.max) ?? 1
    let customerCount = try arguments.integer("customers", in: 100...200_000) ?? 3_000
    System.ignoreWriteSignals()
    let host = try Host(state: arguments["state"], fixedMoment: DemoShop.now)
    if let state = arguments["state"], let recovery = host.recovery, recovery.lastSequence > 0 {
      throw HostFailure("\(state) holds a shop already; name a folder that is not there yet")
    }
    let session = DemoSession(host: host)
    _ = try session.ask(
      "shop.configure", #"{"currency":"CNY","timezone":"Asia/Shanghai"}"#)
    Console.progress("making up \(DemoText.grouped(customerCount)) customers")
    let shop = DemoShop(
      seed: UInt64(seed), customerCount: customerCount,
      zone: host.service.engine.facts.settings.zone)
    try session.feed("items", shop.items) { $0.write(to: &$1) }
    try session.feed("customers", shop.customers) { $0.write(to: &$1) }
    try session.feed("orders", shop.orders) { $0.write(to: &$1) }
    try session.feed("events", shop.events) { $0.write(to: &$1) }
    try session.put("policies.put", DemoPolicies.parameters)
    let story = DemoStory(
      session: session, shop: shop, seed: seed, customerCount: customerCount,
      state: arguments["state"])
    let text = try story.text()
    try host.close()
    try Console.write(text)
    return 0
  }
}
