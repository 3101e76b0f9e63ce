// How a sheet is read
// -------------------
// Many conditions of one list, such as those of twenty policies, ask for the same few fields of
// each of a million members. Each field is read once per source, into a row. Most conditions are
// comparisons of fields with whole numbers; of these a row needs no more than to compare integers.
// Everything else, and a field that turns out to be no integer, goes the way of all conditions.

/// Several conditions asked of many sources: each field is read once of a source, however many of
/// the conditions ask for it.
package struct ConditionSheet: Sendable {
  private let conditions: [Condition]
  private let names: [String]
  /// Of each condition: the comparisons that it comes to, or nil where it is more than that.
  private let tests: [[Test]?]

  /// A field compared with a whole number.
  private struct Test: Sendable {
    let column: Int
    let comparison: Comparison
    let bound: Int64
    /// The same, for a value of another type.
    let predicate: Predicate

    func holds(for value: Value?) -> Bool {
      guard case .integer(let number)? = value else { return predicate.holds(for: value ?? .null) }
      return comparison.holds(number, bound)
    }
  }

  package init(_ conditions: [Condition]) {
    self.conditions = conditions
    var names: [String] = []
    for condition in conditions {
      for name in condition.fieldNames where Self.column(of: name, in: names) == nil {
        names.append(name)
      }
    }
    self.names = names
    tests = conditions.map { condition in
      var tests: [Test] = []
      for clause in condition.clauses {
        guard case .field(let path, let predicate) = clause, path.rest.isEmpty,
          let column = Self.column(of: path.first, in: names),
          let own = Self.tests(predicate, column)
        else { return nil }
        tests += own
      }
      return tests
    }
  }

  /// By bytes: text that merely looks the same is another field.
  private static func column(of name: String, in names: [String]) -> Int? {
    names.firstIndex { $0.isIdentical(toText: name) }
  }

  private static func tests(_ predicate: Predicate, _ column: Int) -> [Test]? {
    switch predicate {
    case .ordered(let comparison, .integer(let bound)):
      return [Test(column: column, comparison: comparison, bound: bound, predicate: predicate)]
    case .every(let parts):
      var tests: [Test] = []
      for part in parts {
        guard let own = Self.tests(part, column) else { return nil }
        tests += own
      }
      return tests
    default: return nil
    }
  }

  /// For each condition, in their order, for which of the sources it holds.
  ///
  /// O(sources x (fields + size of the conditions)).
  package func masks(
    count: Int, source: (_ place: Int) -> any FieldSource
  ) -> [[Bool]] {
    var masks = conditions.map { _ in Array(repeating: false, count: count) }
    if conditions.isEmpty { return masks }
    let row = Row(names)
    for place in 0..<count {
      row.read(source(place))
      for index in conditions.indices { masks[index][place] = holds(index, for: row) }
    }
    return masks
  }

  private func holds(_ index: Int, for row: Row) -> Bool {
    guard let tests = tests[index] else { return conditions[index].matches(row) }
    for test in tests where !test.holds(for: row.values[test.column]) { return false }
    return true
  }

  /// What was read of one source. There are few names: a search is as fast as a table.
  private final class Row: FieldSource {
    private let names: [String]
    private(set) var values: [Value?]

    init(_ names: [String]) {
      self.names = names
      values = names.map { _ in nil }
    }

    func read(_ source: any FieldSource) {
      for (column, name) in names.enumerated() { values[column] = source.field(name) }
    }

    func field(_ name: String) -> Value? {
      ConditionSheet.column(of: name, in: names).flatMap { values[$0] }
    }
  }
}
