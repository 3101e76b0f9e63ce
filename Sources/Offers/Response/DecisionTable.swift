import Shop

/// All decisions that committed plans made, in the order in which they were logged.
///
/// Rows of plain values; names are interned. About 130 bytes a decision.
package struct DecisionTable: Sendable {
  struct Row: BitwiseCopyable, Sendable {
    var time: Instant
    var days: Double
    var base: Double
    var shape: Double
    var redemption: Double
    var propensity: Double
    var discount: Int64
    var version: Int64
    var traits: Decision.Traits
    /// The shop's number of the customer; below zero once they were forgotten.
    var customer: Int32
    var policy: Int32
    /// Index of the tier's name, below zero where there was none.
    var tier: Int32
    var campaign: Int32
    /// Index of the coupon's code, below zero for the held.
    var code: Int32
    /// No bytes of a row are left unsaid, so that equal tables are equal bytes.
    var filler: Int32 = 0
  }

  private(set) var rows = Column<Row>()
  private(set) var names = NameTable()
  private(set) var codes = NameTable()
  /// Grows with each change.
  package private(set) var revision: UInt64 = 0
  private var forgottenCount = 0

  package init() {}

  /// How many decisions there are.
  package var count: Int { rows.count - forgottenCount }

  /// Adds a decision about the customer of that number. O(1).
  package mutating func add(_ decision: Decision, customer: Int32) {
    func name(_ text: String?) -> Int32 { text.map { names.intern($0) } ?? -1 }
    rows.append(
      Row(
        time: decision.time, days: decision.days, base: decision.base, shape: decision.shape,
        redemption: decision.redemption, propensity: decision.propensity,
        discount: decision.discount, version: decision.version, traits: decision.traits,
        customer: customer, policy: name(decision.policy), tier: name(decision.tier),
        campaign: name(decision.campaign), code: decision.code.map { codes.intern($0) } ?? -1))
    revision &+= 1
  }

  /// Overwrites all decisions about a customer. O(decisions).
  package mutating func forget(customer: Int32) {
    for index in 0..<rows.count where rows[index].customer == customer {
      if rows[index].code >= 0 { codes.remove(rows[index].code) }
      rows[index] = Row(
        time: .earliest, days: 0, base: 0, shape: 0, redemption: 0, propensity: 0, discount: 0,
        version: 0,
        traits: Decision.Traits(
          orders: 0, value: 0, sensitivity: -1, silentDays: -1, gapDays: -1), customer: -1,
        policy: -1, tier: -1, campaign: -1, code: -1)
      forgottenCount += 1
      revision &+= 1
    }
  }

  func name(_ index: Int32) -> String? { index < 0 ? nil : names[index] }
}

// MARK: - Snapshot

extension DecisionTable {
  package func write(to sink: some ColumnSink) throws {
    try names.write("decisions.names", to: sink)
    try codes.write("decisions.codes", to: sink)
    try sink.put("decisions.rows", rows)
    try sink.put(
      "decisions.revision", Column([revision, UInt64(forgottenCount), UInt64(rows.count)]))
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    names = try NameTable("decisions.names", from: source)
    codes = try NameTable("decisions.codes", from: source)
    rows = try source.column("decisions.rows")
    let revisions: Column<UInt64> = try source.column("decisions.revision", count: 3)
    revision = revisions[0]
    guard revisions[2] == UInt64(rows.count), revisions[1] <= revisions[2] else {
      throw SnapshotProblem("decisions", "another number of decisions than there were")
    }
    forgottenCount = Int(revisions[1])
    for row in rows {
      let isSound =
        row.policy < names.count && row.tier < names.count && row.campaign < names.count
        && row.code < codes.count
      guard isSound else { throw SnapshotProblem("decisions", "a name that is not there") }
    }
  }
}
