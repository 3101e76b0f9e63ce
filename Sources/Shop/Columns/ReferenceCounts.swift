/// How many facts name each entry of a table: an entry that none names any more can go.
struct ReferenceCounts: Sendable {
  private var counts = Column<Int64>()

  init() {}

  mutating func add(_ index: Int32) {
    counts.extend(to: Int(index) + 1, with: 0)
    counts[Int(index)] += 1
  }

  /// Takes one reference back; true where it was the last.
  mutating func remove(_ index: Int32) -> Bool {
    precondition(
      Int(index) < counts.count && counts[Int(index)] > 0, "only what was counted is taken back")
    counts[Int(index)] -= 1
    return counts[Int(index)] == 0
  }
}

extension ReferenceCounts {
  func write(_ name: String, to sink: some ColumnSink) throws { try sink.put(name, counts) }

  /// - Parameter count: how many entries the table has.
  init(_ name: String, count: Int, from source: some ColumnSource) throws(SnapshotProblem) {
    counts = try source.column(name)
    guard counts.count <= count else { throw SnapshotProblem(name, "references to nothing") }
  }
}
