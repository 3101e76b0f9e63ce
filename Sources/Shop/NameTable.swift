// How names become numbers
// ------------------------
// Every id that a host uses (an item, a customer, an order, a channel) is interned once: it gets
// the next dense `Int32`, and all tables are columns over those. The names' bytes lie one behind
// the other in `bytes`; `ends[i]` says where name i ends. Lookup is open addressing with linear
// probing over a power of two of slots, at most half full; a slot holds the index, and `hashes`
// spares the comparison of bytes on a probe that misses.
//
// Names come from outside, so the hash is keyed with random words of this process: without them a
// host could choose names that all fall into one run of slots and make each lookup linear. Nothing
// that leaves the process depends on the key: order in answers is by name (`precedes`), never by
// slot and never by the number a name got, since that depends on which order arrived first. A
// snapshot keeps the key with the slots that were filled by it, where only the owner can read it.
//
// A name that is removed is overwritten with zeros and leaves its slot; its number is given to
// nobody again, so that columns over the numbers stay as they are. The slots behind it move up as
// far as their hashes let them: a lookup still stops at the first empty slot.

/// Interned names: bytes to dense `Int32` and back.
package struct NameTable: Sendable {
  @usableFromInline var bytes = Column<UInt8>()
  @usableFromInline var ends = Column<Int64>()
  @usableFromInline var hashes = Column<UInt32>()
  @usableFromInline var slots = Column<Int32>(repeating: -1, count: 16)
  @usableFromInline let key: (UInt64, UInt64)
  private var removedCount = 0

  package init() {
    key = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max) | 1)
  }

  /// How many names there have been; their indices are `0 ..< count`.
  @inlinable package var count: Int { ends.count }

  /// How many names there are.
  package var liveCount: Int { count - removedCount }

  /// The indices of the names that there are, in no stated order. O(names).
  package var live: [Int32] { slots.filter { $0 >= 0 } }

  /// The bytes that all names take together.
  package var byteCount: Int { bytes.count }

  /// The index of that name, or nil. O(length).
  @inlinable package func index(of name: UnsafeBufferPointer<UInt8>) -> Int32? {
    let hash = NameTable.hash(name, key)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let index = slots[slot]
      if index < 0 { return nil }
      if hashes[Int(index)] == hash, equals(index, name) { return index }
      slot = (slot + 1) & mask
    }
  }

  @inlinable package func index(of name: String) -> Int32? {
    var name = name
    return name.withUTF8 { index(of: $0) }
  }

  /// The index of that name, which is added if it was not there. O(length) amortised.
  ///
  /// More than 2^31 - 1 names are a programmer error: the engine's limits refuse long before.
  @inlinable package mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> Int32 {
    if let index = index(of: name) { return index }
    precondition(ends.count < Int(Int32.max), "the table of names is full")
    let index = Int32(ends.count)
    bytes.append(contentsOf: name)
    ends.append(Int64(bytes.count))
    hashes.append(NameTable.hash(name, key))
    if ends.count * 2 > slots.count { grow() }
    place(index)
    return index
  }

  @inlinable package mutating func intern(_ name: String) -> Int32 {
    var name = name
    return name.withUTF8 { intern($0) }
  }

  /// Takes a name away and overwrites it; the same name gets another index if it comes again.
  /// O(length), plus the run of slots that it lies in.
  package mutating func remove(_ index: Int32) {
    let mask = slots.count - 1
    var hole = Int(truncatingIfNeeded: hashes[Int(index)]) & mask
    while slots[hole] != index {
      precondition(slots[hole] >= 0, "a name is removed once")
      hole = (hole + 1) & mask
    }
    var next = (hole + 1) & mask
    while slots[next] >= 0 {
      let home = Int(truncatingIfNeeded: hashes[Int(slots[next])]) & mask
      if (next &- home) & mask >= (next &- hole) & mask {
        slots[hole] = slots[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    slots[hole] = -1
    let start = index == 0 ? 0 : Int(ends[Int(index) - 1])
    for place in start..<Int(ends[Int(index)]) { bytes[place] = 0 }
    hashes[Int(index)] = 0
    removedCount += 1
  }

  /// Counts an index that no name has, as if one had been added and removed.
  package mutating func appendRemoved() {
    ends.append(Int64(bytes.count))
    hashes.append(0)
    if ends.count * 2 > slots.count { grow() }
    removedCount += 1
  }

  /// The name behind an index. O(length).
  package subscript(index: Int32) -> String {
    withBytes(of: index) { String(decoding: $0, as: UTF8.self) }
  }

  /// Hands the name's bytes to `body`, without a copy.
  @inlinable package func withBytes<Result>(
    of index: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    let start = index == 0 ? 0 : Int(ends[Int(index) - 1])
    let end = Int(ends[Int(index)])
    return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<end])) }
  }

  /// Whether the first name comes before the second, by bytes: the order of every tie in every
  /// answer.
  package func precedes(_ left: Int32, _ right: Int32) -> Bool {
    if left == right { return false }
    return withBytes(of: left) { left in
      withBytes(of: right) { right in
        let (left, right) = (UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right))
        let shared = min(left.count, right.count)
        var offset = 0
        while offset + 8 <= shared {
          let one = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          let other = right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          if one != other { return one.bigEndian < other.bigEndian }
          offset += 8
        }
        while offset < shared {
          if left[offset] != right[offset] { return left[offset] < right[offset] }
          offset += 1
        }
        return left.count < right.count
      }
    }
  }

  /// The first eight bytes of a name as a number: of two names with different ones, the less comes
  /// first.
  package func prefix(of index: Int32) -> UInt64 {
    withBytes(of: index) { name in
      let raw = UnsafeRawBufferPointer(name)
      if raw.count >= 8 { return raw.loadUnaligned(as: UInt64.self).bigEndian }
      return raw.reduce(0) { $0 << 8 | UInt64($1) } << UInt64(64 - 8 * raw.count)
    }
  }

  @usableFromInline func equals(_ index: Int32, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    withBytes(of: index) { own in own.count == name.count && own.elementsEqual(name) }
  }

  @usableFromInline mutating func place(_ index: Int32) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hashes[Int(index)]) & mask
    while slots[slot] >= 0 { slot = (slot + 1) & mask }
    slots[slot] = index
  }

  @usableFromInline mutating func grow() {
    let before = slots
    slots = Column(repeating: -1, count: before.count * 2)
    for index in before where index >= 0 { place(index) }
  }

  /// Multiply-and-fold over eight bytes at a time, keyed at both ends.
  @usableFromInline static func hash(
    _ name: UnsafeBufferPointer<UInt8>, _ key: (UInt64, UInt64)
  ) -> UInt32 {
    var state = key.0 ^ UInt64(truncatingIfNeeded: name.count)
    let raw = UnsafeRawBufferPointer(name)
    var offset = 0
    while offset + 8 <= raw.count {
      let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let product = (state ^ word).multipliedFullWidth(by: key.1)
      state = product.high ^ product.low ^ key.0
      offset += 8
    }
    var tail: UInt64 = 0
    while offset < raw.count {
      tail = tail << 8 | UInt64(raw[offset])
      offset += 1
    }
    let product = (state ^ tail).multipliedFullWidth(by: key.1)
    state = product.high ^ product.low
    return UInt32(truncatingIfNeeded: state ^ state >> 32)
  }
}

// MARK: - Snapshot

extension NameTable {
  package func write(_ name: String, to sink: some ColumnSink) throws {
    try sink.put(name + ".bytes", bytes)
    try sink.put(name + ".ends", ends)
    try sink.put(name + ".hashes", hashes)
    try sink.put(name + ".slots", slots)
    try sink.put(name + ".key", Column([key.0, key.1, UInt64(removedCount)]))
  }

  package init(_ name: String, from source: some ColumnSource) throws(SnapshotProblem) {
    bytes = try source.column(name + ".bytes")
    ends = try source.column(name + ".ends")
    hashes = try source.column(name + ".hashes", count: ends.count)
    slots = try source.column(name + ".slots")
    let words: Column<UInt64> = try source.column(name + ".key", count: 3)
    key = (words[0], words[1])
    guard let removed = Int(exactly: words[2]), removed <= ends.count else {
      throw SnapshotProblem(name, "more names removed than there were")
    }
    removedCount = removed
    guard slots.count >= 16, slots.count & (slots.count - 1) == 0, ends.count * 2 <= slots.count,
      Int(ends.last ?? 0) == bytes.count
    else { throw SnapshotProblem(name, "names without their slots") }
  }
}
