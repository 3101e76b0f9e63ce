import Shop
import Storage

/// The columns of the state, on their way into a snapshot's file.
final class SnapshotSink: ColumnSink {
  private let writer: SnapshotWriter

  init(_ writer: SnapshotWriter) { self.writer = writer }

  func put(_ name: String, elementBytes: Int, _ bytes: UnsafeRawBufferPointer) throws {
    try writer.put(name, elementBytes: elementBytes, bytes)
  }
}

/// The columns of a snapshot's file, on their way into the state.
final class SnapshotSource: ColumnSource {
  private let snapshot: Snapshot

  init(_ snapshot: Snapshot) { self.snapshot = snapshot }

  func region(_ name: String, elementBytes: Int) -> (region: ColumnRegion, byteCount: Int)? {
    snapshot.region(name, elementBytes: elementBytes).map { found in
      (
        ColumnRegion(
          start: found.region.start, byteCapacity: found.region.byteCapacity,
          owner: found.region.owner), found.byteCount
      )
    }
  }
}
