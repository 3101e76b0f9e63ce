import Shop

// What the demo prints
// --------------------
// The three questions, each with the request that was sent, what came back, and what it means in
// plain words. Everything that is said of customers and coupons is read from replies, except
// titles, and how often somebody bought their favourites, which are the shop's own books.

/// The demo's text, part by part.
struct DemoStory {
  let session: DemoSession
  let shop: DemoShop
  let seed: Int
  let customerCount: Int
  /// The folder in which the shop stays, if it does.
  let state: String?
  private let names: [String: String]
  let policyTitles: [String: String]

  init(session: DemoSession, shop: DemoShop, seed: Int, customerCount: Int, state: String?) {
    self.session = session
    self.shop = shop
    self.seed = seed
    self.customerCount = customerCount
    self.state = state
    var names: [String: String] = [:]
    for customer in shop.customers {
      if case .set(let name) = customer.name { names[customer.id] = name }
    }
    self.names = names
    policyTitles = DemoPolicies.titles
  }

  func text() throws -> String {
    let parts = [beginning(), try recommendPart(), try targetPart(), try winBackPart(), ending()]
    return parts.joined(separator: "\n")
  }

  /// The name of a customer with the id, which is what requests take.
  func person(_ id: String) -> String { names[id].map { "\($0) (\(id))" } ?? id }

  func policyTitle(_ id: String) -> String { policyTitles[id] ?? id }

  /// A request, set off so that it can be found and copied whole.
  func quoted(_ request: String) -> String { "\n> \(request)\n" }

  private func beginning() -> String {
    let orders = DemoText.grouped(shop.orders.count)
    return DemoText.wrapped(
      "A tea house, made up from seed \(seed): \(DemoText.grouped(customerCount)) customers, "
        + "\(orders) orders in two years, \(shop.items.count) items, fed to sidecart as a real "
        + "shop would. Below are its replies, put into words. Today is 1 July 2026. A line that "
        + "begins with > is a request, as it was sent.", indent: 0)
  }

  private func ending() -> String {
    let folder = state ?? "DIR"
    let keep =
      state == nil
      ? "  sidecart demo --state DIR        keeps this shop in a folder. Then ask it yourself:\n"
      : "  The shop is in \(folder) now. Ask it yourself, with the clock held on 1 July 2026:\n"
    return "WHAT NEXT\n\n" + keep
      + """
        sidecart serve --state \(folder) --now 2026-07-01T08:00:00+08:00
                                         then paste a request from above; Ctrl-D ends
        sidecart call --state \(folder) customers.get '{"customer":"member-1"}'
        sidecart import --help           bring in your own orders, from CSV or a pipe
        README.md                        a host in Python, Node or shell, in a few lines each

      """
  }
}
