/// The list as it fills: what was taken, what a rule took out.
struct SlotList {
  private(set) var slots: [RecommendSlot] = []
  private(set) var removed: [(rule: String, count: Int)] = []
  private var seen: Set<Int32> = []
  /// Items that the rules were asked about before they were offered, and let through.
  private var admitted: Set<Int32> = []
  private let count: Int
  private let rule: (Int32) -> String?

  init(count: Int, rule: @escaping (Int32) -> String?) {
    self.count = count
    self.rule = rule
  }

  var isFull: Bool { slots.count >= count }

  /// Takes an item unless it was seen before or a rule is against it.
  mutating func offer(_ item: Int32, _ slot: () -> RecommendSlot) {
    guard !isFull, seen.insert(item).inserted else { return }
    if admitted.contains(item) {
      slots.append(slot())
    } else if let rule = rule(item) {
      count(rule)
    } else {
      slots.append(slot())
    }
  }

  /// Whether the rules let an item through that is not offered yet.
  mutating func admits(_ item: Int32) -> Bool {
    if let rule = rule(item) {
      if seen.insert(item).inserted { count(rule) }
      return false
    }
    admitted.insert(item)
    return true
  }

  /// Takes note that the question itself leaves the item out.
  mutating func remove(_ item: Int32, by rule: String) {
    if seen.insert(item).inserted { count(rule) }
  }

  /// Whether an item was taken or refused.
  func hasSeen(_ item: Int32) -> Bool { seen.contains(item) }

  /// Takes note that a rule was against so many items.
  mutating func count(_ rule: String, _ amount: Int = 1) {
    if let index = removed.firstIndex(where: { $0.rule == rule }) {
      removed[index].count += amount
    } else {
      removed.append((rule: rule, count: amount))
    }
  }
}
