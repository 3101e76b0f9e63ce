/// Several conditions asked of many sources: each field is read once of a source, however many of
/// the conditions ask for it.
package struct ConditionSheet: Sendable {
  private let conditions: [Condition]
  private let names: [String]

  package init(_ conditions: [Condition]) {
    self.conditions = conditions
    var names: [String] = []
    for condition in conditions {
      for name in condition.fieldNames where !names.contains(name) { names.append(name) }
    }
    self.names = names
  }

  /// For each condition, in their order, for which of the sources it holds.
  ///
  /// O(sources x (fields + size of the conditions)).
  package func masks(
    count: Int, source: (_ place: Int) -> any FieldSource
  ) -> [[Bool]] {
    var masks = conditions.map { _ in Array(repeating: false, count: count) }
    if conditions.isEmpty { return masks }
    for place in 0..<count {
      let whole = source(place)
      let row = Row(names: names, values: names.map { whole.field($0) })
      for index in conditions.indices {
        masks[index][place] = conditions[index].matches(row)
      }
    }
    return masks
  }

  /// What was read of one source. There are few names: a search is as fast as a table.
  private struct Row: FieldSource {
    let names: [String]
    let values: [Value?]

    func field(_ name: String) -> Value? {
      names.firstIndex(of: name).flatMap { values[$0] }
    }
  }
}
