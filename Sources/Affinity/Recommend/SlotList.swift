import Shop

/// The list as it fills: what was taken, what a rule took out.
struct SlotList {
  private(set) var slots: [RecommendSlot] = []
  private(set) var removed: [(rule: String, count: Int)] = []
  private var seen = ItemSet()
  /// Items that the rules were asked about before they were offered, and let through.
  private var admitted = ItemSet()
  private let count: Int
  private let rule: (Int32) -> String?
  private let marks: [ItemMarks]
  private let maximumPerCategory: Int?
  private let maximumPerBrand: Int?
  private var categories: [Int32: Int] = [:]
  private var brands: [Int32: Int] = [:]

  init(_ query: RecommendQuery, marks: [ItemMarks], rule: @escaping (Int32) -> String?) {
    count = query.count
    maximumPerCategory = query.maximumPerCategory
    maximumPerBrand = query.maximumPerBrand
    self.marks = marks
    self.rule = rule
  }

  var isFull: Bool { slots.count >= count }

  /// Whether there is a place for an item that was not seen before and that no rule is against; if
  /// so its slot has to be appended.
  ///
  /// Apart from `append`, so that the slot can be made from what is being changed meanwhile: a
  /// closure that made it would copy all of that.
  mutating func takes(_ item: Int32) -> Bool {
    guard !isFull, seen.insert(item) else { return false }
    if !admitted.contains(item), let rule = rule(item) { return refuse(by: rule) }
    if maximumPerCategory == nil, maximumPerBrand == nil { return true }
    let mark = marks[Int(item)]
    if let maximum = maximumPerCategory, categories[mark.category, default: 0] >= maximum {
      return refuse(by: "per_category")
    }
    if let maximum = maximumPerBrand, brands[mark.brand, default: 0] >= maximum {
      return refuse(by: "per_brand")
    }
    if mark.category >= 0 { categories[mark.category, default: 0] += 1 }
    if mark.brand >= 0 { brands[mark.brand, default: 0] += 1 }
    return true
  }

  mutating func append(_ slot: RecommendSlot) { slots.append(slot) }

  private mutating func refuse(by rule: String) -> Bool {
    count(rule)
    return false
  }

  /// Whether the rules let an item through that is not offered yet.
  mutating func admits(_ item: Int32) -> Bool {
    if admitted.contains(item) { return true }
    if let rule = rule(item) {
      if seen.insert(item) { count(rule) }
      return false
    }
    _ = admitted.insert(item)
    return true
  }

  /// Takes note that the question itself leaves the item out.
  mutating func remove(_ item: Int32, by rule: String) {
    if seen.insert(item) { count(rule) }
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
