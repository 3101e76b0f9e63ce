/// A column of yes and no, a byte each.
///
/// Bytes and not `Bool`: a byte of a file that is neither 0 nor 1 must not become a `Bool` of
/// undefined meaning.
package struct FlagColumn: Sendable {
  @usableFromInline package var bytes = Column<UInt8>()

  package init() {}

  package init(bytes: Column<UInt8>) { self.bytes = bytes }

  @inlinable package var count: Int { bytes.count }

  @inlinable package subscript(index: Int) -> Bool {
    get { bytes[index] != 0 }
    set { bytes[index] = newValue ? 1 : 0 }
  }

  package mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  /// Appends `flag` until there are so many; does nothing where there are.
  package mutating func extend(to newCount: Int, with flag: Bool) {
    bytes.extend(to: newCount, with: flag ? 1 : 0)
  }
}
