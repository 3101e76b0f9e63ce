/// Every method that there is, in the order in which the contract lists them.
package enum Methods {
  package static let all: [any Method.Type] = [
    ShopConfigure.self, ItemsPut.self, CustomersPut.self, OrdersPut.self, OrdersCancel.self,
    OrdersReturn.self, EventsPut.self, OrdersGet.self, Recommend.self, Status.self, Ping.self,
    Discover.self, Shutdown.self,
  ]

  private static let byName: [String: any Method.Type] = Dictionary(
    uniqueKeysWithValues: all.map { ($0.name, $0) })

  package static func named(_ name: String) -> (any Method.Type)? { byName[name] }
}
