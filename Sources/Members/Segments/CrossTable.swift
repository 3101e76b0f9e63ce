import Shop

/// How many customers, and how much spend, share a value of one field and a value of another.
package struct CrossTable: Equatable, Sendable {
  /// Different values of one dimension; more make no table.
  package static let maximumValueCount = 200

  package struct Cell: Equatable, Sendable {
    package var customers = 0
    /// What they ever spent, minor units.
    package var spend: Int64 = 0

    fileprivate mutating func add(_ spend: Int64) {
      customers += 1
      self.spend = Money.sum(self.spend, spend)
    }
  }

  /// Ascending: nothing known, no, yes, numbers, texts by their bytes.
  package private(set) var rows: [Value]
  package private(set) var columns: [Value]
  /// By row, then by column.
  package private(set) var cells: [[Cell]]
  package private(set) var total = Cell()

  /// Every customer is in exactly one cell. A list or an object has no value of its own, so it
  /// counts as nothing known.
  ///
  /// - Parameters:
  ///   - row: a field of the profile, dotted.
  ///   - customers: each once; who is not known from the viewpoint is passed over.
  /// - Returns: nil where a dimension has more than `maximumValueCount` values.
  /// - Complexity: O(customers x (fields + log values)).
  package init?(row: String, column: String, of customers: [Int32], in view: MemberView) {
    var counted: [Pair: Cell] = [:]
    var rowValues: Set<Label> = []
    var columnValues: Set<Label> = []
    for customer in customers {
      let profile = view.profile(of: customer)
      guard profile.isKnown else { continue }
      let pair = Pair(
        row: Label(profile.value(at: row)), column: Label(profile.value(at: column)))
      rowValues.insert(pair.row)
      columnValues.insert(pair.column)
      guard max(rowValues.count, columnValues.count) <= CrossTable.maximumValueCount else {
        return nil
      }
      let spend = view.summary(of: customer).spend
      counted[pair, default: Cell()].add(spend)
      total.add(spend)
    }
    let rowLabels = rowValues.sorted()
    let columnLabels = columnValues.sorted()
    rows = rowLabels.map(\.value)
    columns = columnLabels.map(\.value)
    cells = rowLabels.map { row in
      columnLabels.map { counted[Pair(row: row, column: $0)] ?? Cell() }
    }
  }

  private struct Pair: Hashable {
    var row: Label
    var column: Label
  }

  /// A value of a dimension, with the order in which tables list them.
  private enum Label: Hashable, Comparable {
    case unknown
    case flag(Bool)
    case number(Double)
    case text(String)

    init(_ value: Value) {
      switch value {
      case .null, .array, .object: self = .unknown
      case .bool(let flag): self = .flag(flag)
      case .integer(let integer): self = .number(Double(integer))
      case .number(let number): self = .number(number)
      case .string(let text): self = .text(text)
      }
    }

    var value: Value {
      switch self {
      case .unknown: return .null
      case .flag(let flag): return .bool(flag)
      case .number(let number):
        return Int64(exactly: number).map(Value.integer) ?? .number(number)
      case .text(let text): return .string(text)
      }
    }

    private var rank: Int {
      switch self {
      case .unknown: 0
      case .flag(let flag): flag ? 2 : 1
      case .number: 3
      case .text: 4
      }
    }

    static func < (left: Label, right: Label) -> Bool {
      switch (left, right) {
      case (.number(let one), .number(let other)): one < other
      case (.text(let one), .text(let other)): one.utf8.lexicographicallyPrecedes(other.utf8)
      default: left.rank < right.rank
      }
    }
  }
}
