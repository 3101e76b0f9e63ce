/// A column of yes and no, a byte each.
///
/// Bytes and not `Bool`: a byte of a file that is neither 0 nor 1 must not become a `Bool` of
/// undefined meaning.
package struct FlagColumn: Sendable {
  package private(set) var bytes = Column<UInt8>()

  package init() {}

  package init(bytes: Column<UInt8>) { self.bytes = bytes }

  @inlinable package var count: Int { bytes.count }

  @inlinable package subscript(index: Int) -> Bool {
    get { bytes[index] != 0 }
    set { set(index, newValue) }
  }

  package mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  @usableFromInline mutating func set(_ index: Int, _ flag: Bool) { bytes[index] = flag ? 1 : 0 }
}
