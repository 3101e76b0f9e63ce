/// The named limits of the wire; whatever goes beyond one is refused, never truncated.
package struct Limits: Equatable, Sendable {
  /// The longest line that is read, in bytes without its line end. A longer one is drained.
  package var maximumLineBytes: Int
  /// How many objects and arrays may be open inside each other, the envelope included.
  package var maximumDepth: Int
  /// How many requests one batch may hold.
  package var maximumBatchCount: Int
  /// The longest request id, in bytes as written, quotes included.
  package var maximumIdentifierBytes: Int
  /// The resident memory of the process above which nothing is taken that would add to it; nil for
  /// no limit. Nothing of the wire looks at it.
  package var maximumMemoryBytes: Int?

  package init(
    maximumLineBytes: Int = 16 << 20, maximumDepth: Int = 64, maximumBatchCount: Int = 1_000,
    maximumIdentifierBytes: Int = 256, maximumMemoryBytes: Int? = nil
  ) {
    precondition((1...TapeEntry.maximumLength).contains(maximumLineBytes))
    precondition((2...JSONWriter.maximumDepth - 8).contains(maximumDepth))
    precondition(maximumBatchCount >= 1 && maximumIdentifierBytes >= 1)
    self.maximumLineBytes = maximumLineBytes
    self.maximumDepth = maximumDepth
    self.maximumBatchCount = maximumBatchCount
    self.maximumIdentifierBytes = maximumIdentifierBytes
    self.maximumMemoryBytes = maximumMemoryBytes
  }
}
