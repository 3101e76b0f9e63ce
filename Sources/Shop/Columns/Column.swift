// How columns lie in memory
// -------------------------
// A table is columns of plain values, and a snapshot is the same columns in a file. So that a start
// need not read them, a column's memory may be the mapped file itself: privately mapped, so that a
// write changes this process's copy of a page and never the file, with room behind it, so that an
// append goes on where the file's values end. `ColumnMemory` keeps whatever the memory hangs on.
//
// Three ways were weighed: arrays filled by reading (200 MB take 112-136 ms), a mapped base beside
// an array of what came later (every access asks which of the two), and this one, in which an
// access is a pointer, an index and a bounds check, as with an array.
//
// A column is a value: a copy shares the memory until one of the two is written, which then takes a
// copy of its own. As with arrays, whoever lends a column while changing it pays for that.
//
// The types are public and not of the package, as everything else is: the compiler specializes a
// generic type across rooms only then (measured: a loop over a column 20 times as fast).

/// Dense plain values that may lie in a mapped file.
public struct Column<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var memory: ColumnMemory
  @usableFromInline var capacity: Int
  @usableFromInline var valueCount: Int

  @inlinable public var count: Int { valueCount }

  /// A column without values; allocates nothing.
  @inlinable public init() {
    base = Column.nowhere
    memory = ColumnMemory.none
    capacity = 0
    valueCount = 0
  }

  /// A column over memory that is there already and holds `count` values, with room for `capacity`.
  ///
  /// The column may write to all of it.
  package init(_ region: ColumnRegion, count: Int) {
    base = region.start.assumingMemoryBound(to: Element.self)
    memory = ColumnMemory(keeping: region.owner)
    capacity = region.byteCapacity / MemoryLayout<Element>.stride
    valueCount = count
    precondition(count <= capacity, "the values lie inside of the memory")
  }

  @inlinable public init(repeating value: Element, count: Int) {
    self.init()
    extend(to: count, with: value)
  }

  @inlinable public init(_ values: some Sequence<Element>) {
    self.init()
    append(contentsOf: values)
  }

  /// Where a column without memory points; nothing is ever read or written there.
  @inlinable static var nowhere: UnsafeMutablePointer<Element> {
    guard let place = UnsafeMutablePointer<Element>(bitPattern: MemoryLayout<Element>.alignment)
    else { preconditionFailure("an alignment is above zero") }
    return place
  }
}

/// What a column's memory hangs on: its own allocation, or something else's, such as a mapped file.
@usableFromInline
final class ColumnMemory: @unchecked Sendable {
  private let allocation: UnsafeMutableRawPointer?
  private let owner: AnyObject?

  /// The memory of every column without values.
  @usableFromInline static let none = ColumnMemory(keeping: nil)

  init(keeping owner: AnyObject?) {
    self.owner = owner
    allocation = nil
  }

  @usableFromInline init(allocation: UnsafeMutableRawPointer) {
    self.allocation = allocation
    owner = nil
  }

  deinit { allocation?.deallocate() }
}

/// Memory that somebody else keeps: where it starts, how much there is, and what keeps it.
package struct ColumnRegion {
  package var start: UnsafeMutableRawPointer
  /// How many bytes may be written from `start` on.
  package var byteCapacity: Int
  package var owner: AnyObject?

  package init(start: UnsafeMutableRawPointer, byteCapacity: Int, owner: AnyObject?) {
    self.start = start
    self.byteCapacity = byteCapacity
    self.owner = owner
  }
}

// MARK: - Writing

extension Column {
  /// Adds a value at the end. O(1) amortised; O(count) where the memory is shared.
  @inlinable public mutating func append(_ value: Element) {
    if count == capacity || !isKnownUniquelyReferenced(&memory) { makeRoom(for: count + 1) }
    (base + count).initialize(to: value)
    valueCount += 1
  }

  @inlinable public mutating func append(contentsOf values: some Sequence<Element>) {
    let known = values.underestimatedCount
    if known > 0 { reserveCapacity(count + known) }
    for value in values { append(value) }
  }

  /// Makes room for so many values in all.
  @inlinable public mutating func reserveCapacity(_ needed: Int) {
    if needed > capacity || !isKnownUniquelyReferenced(&memory) { makeRoom(for: needed) }
  }

  /// Appends `value` until there are so many; does nothing where there are.
  @inlinable public mutating func extend(to newCount: Int, with value: Element) {
    if newCount > count + 1 { reserveCapacity(newCount) }
    while count < newCount { append(value) }
  }

  /// Takes the last value away.
  package mutating func removeLast() {
    precondition(count > 0, "there is a last value")
    valueCount -= 1
  }

  package mutating func removeAll() { self = Column() }

  /// Moves the values to memory that nobody else has, with room to grow.
  @inlinable mutating func makeRoom(for needed: Int) {
    let wanted = needed > capacity ? Swift.max(needed, count + count / 2, 8) : capacity
    let stride = MemoryLayout<Element>.stride
    let (byteCount, overflow) = wanted.multipliedReportingOverflow(by: stride)
    precondition(!overflow, "a column fits into memory")
    let allocation = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: Swift.max(16, MemoryLayout<Element>.alignment))
    allocation.copyMemory(from: base, byteCount: count * stride)
    base = allocation.assumingMemoryBound(to: Element.self)
    memory = ColumnMemory(allocation: allocation)
    capacity = wanted
  }
}

// MARK: - Reading

extension Column: RandomAccessCollection, MutableCollection {
  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { count }

  @inlinable public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "the index is of the column")
      return base[index]
    }
    set {
      precondition(index >= 0 && index < count, "the index is of the column")
      if !isKnownUniquelyReferenced(&memory) { makeRoom(for: count) }
      base[index] = newValue
    }
  }

  @inlinable public func withUnsafeBufferPointer<Result>(
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result {
    defer { withExtendedLifetime(memory) {} }
    return try body(UnsafeBufferPointer(start: base, count: count))
  }

  @inlinable public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result? {
    try withUnsafeBufferPointer(body)
  }

  @inlinable public mutating func withUnsafeMutableBufferPointer<Result>(
    _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&memory) { makeRoom(for: count) }
    defer { withExtendedLifetime(memory) {} }
    return try body(UnsafeMutableBufferPointer(start: base, count: count))
  }
}

// MARK: - Going through

// The iterator is a type of its own, and so is a run: plain pointers that a loop keeps in
// registers.

extension Column {
  /// Goes through values that lie one behind the other.
  @frozen
  public struct Iterator: IteratorProtocol {
    @usableFromInline var place: UnsafeMutablePointer<Element>
    @usableFromInline var rest: Int
    @usableFromInline let memory: ColumnMemory

    @inlinable init(_ place: UnsafeMutablePointer<Element>, count: Int, memory: ColumnMemory) {
      self.place = place
      rest = count
      self.memory = memory
    }

    @inlinable public mutating func next() -> Element? {
      if rest == 0 { return nil }
      defer {
        place += 1
        rest -= 1
      }
      return place.pointee
    }
  }

  @inlinable public func makeIterator() -> Iterator {
    Iterator(base, count: count, memory: memory)
  }

  /// The values of a range of places, as they are now.
  @inlinable public func run(_ range: Range<Int>) -> ColumnRun<Element> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "the range is of the column")
    return ColumnRun(base + range.lowerBound, count: range.count, memory: memory)
  }
}

/// Values of a column that lie one behind the other. Holds the column's memory: let go of it before
/// the column changes, or that takes a copy.
public struct ColumnRun<Element: BitwiseCopyable & Sendable>: RandomAccessCollection,
  @unchecked Sendable
{
  @usableFromInline let base: UnsafeMutablePointer<Element>
  @usableFromInline let memory: ColumnMemory
  public let count: Int

  @inlinable init(_ base: UnsafeMutablePointer<Element>, count: Int, memory: ColumnMemory) {
    self.base = base
    self.count = count
    self.memory = memory
  }

  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { count }
  @inlinable public var isEmpty: Bool { count == 0 }

  @inlinable public subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count, "the index is of the run")
    return base[index]
  }

  @inlinable public func makeIterator() -> Column<Element>.Iterator {
    Column<Element>.Iterator(base, count: count, memory: memory)
  }

  @inlinable public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result? {
    defer { withExtendedLifetime(memory) {} }
    return try body(UnsafeBufferPointer(start: base, count: count))
  }
}

extension Column: ExpressibleByArrayLiteral {
  @inlinable public init(arrayLiteral elements: Element...) { self.init(elements) }
}

extension Column: Equatable where Element: Equatable {
  @inlinable public static func == (left: Column, right: Column) -> Bool {
    left.elementsEqual(right)
  }
}
