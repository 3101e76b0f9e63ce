/// A place in the log: a file of the state folder and a byte offset in it.
package struct LogPlace: Equatable, Sendable, CustomStringConvertible {
  package let file: String
  package let offset: UInt64

  package init(file: String, offset: UInt64) {
    self.file = file
    self.offset = offset
  }

  package var description: String { "\(file) at offset \(offset)" }
}

/// Why the state could not be opened, read or written. Each case is one row of the recovery table
/// or one way for a write to fail; none changed anything on disk that was acknowledged.
package enum StorageError: Error, Equatable, Sendable {
  /// The system refused a call.
  case system(SystemError)
  /// There is no state folder of that path.
  case noFolder(path: String)
  /// The folder is not there, and neither is the one to make it in.
  case noParent(path: String)
  /// What stands there is no folder.
  case notFolder(path: String)
  /// Another process writes to this folder.
  case locked(path: String, processID: Int32?)
  /// There is no room for another record. Nothing was written; a later try can succeed.
  case noRoom(SystemError)
  /// The record is longer than a record may be.
  case payloadTooLarge(bytes: Int, limitBytes: Int)
  /// An earlier write or sync failed, so what is on disk is unknown and nothing more is written.
  case unusable(after: SystemError)
  /// The manifest is damaged: which snapshots count is unknown.
  case damagedManifest(file: String)
  /// The segment's header is damaged.
  case damagedHeader(file: String)
  /// The segment was written by a newer version of the format.
  case newerFormat(file: String, version: UInt32, supported: UInt32)
  /// The segment belongs to another log.
  case foreignSegment(file: String)
  /// A segment between others, or the first one that is needed, is not there.
  case missingSegment(file: String)
  /// A record is damaged, and durable ones follow it: the first of them is at `nextIntact`.
  case damagedRecord(LogPlace, nextIntact: UInt64)
  /// A segment that later ones follow does not end cleanly.
  case tornBeforeLast(LogPlace)
  /// An intact record, or a segment's first one, is not the next in sequence.
  case sequenceGap(LogPlace, expected: UInt64, found: UInt64)
  /// An intact record could not be understood by the one who reads it.
  case refusedRecord(LogPlace, sequence: UInt64, reason: String)

  /// A follower stands at the end of a segment that is gone, and so are records after it.
  case missedSegments(after: LogPlace)
  /// A follower has applied records up to there, and others stand in their place now.
  case rewritten(LogPlace)
  /// A copy of the state cannot be made there.
  case badTarget(path: String, reason: String)

  /// True where the same call can succeed later without anyone repairing anything.
  package var isRetryable: Bool {
    if case .noRoom = self { true } else { false }
  }
}

extension StorageError: CustomStringConvertible {
  /// One line for people, naming the file and the offset.
  package var description: String {
    switch self {
    case .system(let error): "\(error)"
    case .noFolder(let path): "\(path): no such state folder"
    case .noParent(let path):
      "\(path): no such state folder, and none can be made, as the folder above it is not "
        + "there either"
    case .notFolder(let path): "\(path) is not a folder, and the state needs one"
    case .locked(let path, .some(let processID)):
      "\(path) is in use by process \(processID), which alone may write to it"
    case .locked(let path, nil): "\(path) is in use by another process, which alone may write to it"
    case .noRoom(let error): "no room for another record: \(error)"
    case .payloadTooLarge(let bytes, let limit):
      "a record of \(bytes) bytes is over the limit of \(limit)"
    case .unusable(let error): "nothing more is written since an earlier failure: \(error)"
    case .damagedManifest(let file): "\(file): the manifest is damaged"
    case .damagedHeader(let file): "\(file): the segment's header is damaged"
    case .newerFormat(let file, let version, let supported):
      "\(file): written in format version \(version), this program reads up to "
        + "\(supported): upgrade it"
    case .foreignSegment(let file): "\(file): the segment belongs to another log"
    case .missingSegment(let file): "\(file): the segment is missing"
    case .damagedRecord(let place, let next):
      "\(place): the record is damaged, and an intact one follows at offset \(next)"
    case .tornBeforeLast(let place):
      "\(place): the segment ends in a torn record, and it is not the last segment"
    case .sequenceGap(let place, let expected, let found):
      "\(place): record \(expected) should be here, found \(found)"
    case .refusedRecord(let place, let sequence, let reason):
      "\(place): record \(sequence) was refused: \(reason)"
    case .missedSegments(let place):
      "\(place): what followed was removed before it was read"
    case .rewritten(let place): "\(place): the log before this place is no longer what was read"
    case .badTarget(let path, let reason): "\(path) \(reason)"
    }
  }
}

/// Runs file calls and lifts their errors into `StorageError`.
@inline(__always)
func lifted<Result>(
  _ body: () throws(SystemError) -> Result
) throws(StorageError) -> Result {
  do throws(SystemError) { return try body() } catch { throw .system(error) }
}
