import Shop

extension Policy {
  /// Items that are looked at to see how many a policy is on; of more, every so many.
  private static let breadthSample = 20_000

  /// How many items of the shop the policy is on: all where it is on everything or on what each
  /// customer prefers; estimated from 20,000 where there are more.
  ///
  /// O(items x size of the condition).
  package func breadth(among items: ItemTable, zone: Zone) -> Double {
    guard case .items(let condition) = scope else { return Double(items.count) }
    let step = 1 + (items.count - 1) / Policy.breadthSample
    guard items.count > 0 else { return 0 }
    var count = 0
    for index in stride(from: 0, to: items.count, by: step) {
      let item = ItemFields(
        id: items.names[Int32(index)], item: items[Int32(index)], zone: zone)
      if condition.matches(item) { count += 1 }
    }
    return Double(count * step)
  }
}
