extension [(rule: String, count: Int)] {
  /// Takes note that a rule was against one item more.
  mutating func count(_ rule: String) {
    if let index = firstIndex(where: { $0.rule == rule }) {
      self[index].count += 1
    } else {
      append((rule: rule, count: 1))
    }
  }
}
