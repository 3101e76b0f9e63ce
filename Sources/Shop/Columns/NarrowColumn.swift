// Quantities, prices and discounts may be large, and hardly ever are: in four bytes a value, an
// order line takes half of what it would in eight. A value that does not fit stands in a dictionary
// beside the column, where a mark says so.

/// A column of 64-bit integers that takes four bytes for each that fits.
package struct NarrowColumn: Sendable {
  @usableFromInline var narrow = Column<Int32>()
  @usableFromInline var wide: [Int: Int64] = [:]

  /// Stands for a value that is kept in `wide`.
  @usableFromInline static let mark = Int32.min

  package init() {}

  @inlinable package var count: Int { narrow.count }

  @inlinable package subscript(index: Int) -> Int64 {
    get {
      let value = narrow[index]
      return value == NarrowColumn.mark ? wideValue(index) : Int64(value)
    }
    set { set(index, newValue) }
  }

  package mutating func append(_ value: Int64) {
    narrow.append(0)
    if value != 0 { set(narrow.count - 1, value) }
  }

  @usableFromInline func wideValue(_ index: Int) -> Int64 {
    guard let value = wide[index] else { preconditionFailure("a marked value is kept") }
    return value
  }

  @usableFromInline mutating func set(_ index: Int, _ value: Int64) {
    if let small = Int32(exactly: value), small != NarrowColumn.mark {
      if narrow[index] == NarrowColumn.mark { wide[index] = nil }
      narrow[index] = small
    } else {
      narrow[index] = NarrowColumn.mark
      wide[index] = value
    }
  }
}

extension NarrowColumn {
  package func write(_ name: String, to sink: some ColumnSink) throws {
    try sink.put(name, narrow)
    let places = wide.keys.sorted()
    try sink.put(name + ".wide.places", Column(places.map(Int64.init)))
    try sink.put(name + ".wide", Column(places.map { wideValue($0) }))
  }

  package init(_ name: String, from source: some ColumnSource) throws(SnapshotProblem) {
    narrow = try source.column(name)
    let places: Column<Int64> = try source.column(name + ".wide.places")
    let values: Column<Int64> = try source.column(name + ".wide", count: places.count)
    for (place, value) in zip(places, values) {
      guard place >= 0, place < narrow.count, narrow[Int(place)] == NarrowColumn.mark else {
        throw SnapshotProblem(name, "a wide value without its place")
      }
      wide[Int(place)] = value
    }
    // That no other place bears a mark is not looked at: it would read the whole column.
    guard wide.count == places.count else {
      throw SnapshotProblem(name, "a place that is named twice")
    }
  }
}
