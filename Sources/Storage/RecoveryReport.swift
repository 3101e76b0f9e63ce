/// What stood at the end of the log when it was read.
package enum LogEnding: Equatable, Sendable {
  /// The last record is intact, and nothing follows it.
  case clean
  /// A record was being written when the process or the machine stopped; none of it was
  /// acknowledged.
  case tornTail(TornTail)
  /// The last segment's header is damaged and nothing follows it: it was being made.
  case tornHeader(file: String)
}

/// The torn end of the last segment.
package struct TornTail: Equatable, Sendable {
  /// Where the last intact record ends.
  package let place: LogPlace
  /// The bytes after it, up to the last that is not zero.
  package let bytes: UInt64
  /// How many whole records stand behind the first damaged one. They belong to the same unfinished
  /// group, so none of them was acknowledged.
  package let intactAfter: Int
  /// The file that keeps those bytes; nil where the log was only read.
  package let keptAs: String?
}

/// What was found when the log was read from its beginning.
package struct RecoveryReport: Equatable, Sendable {
  /// The segments in the folder.
  package var segments = 0
  /// The records given to the consumer.
  package var records: UInt64 = 0
  /// The sequence of the last intact record; 0 for none.
  package var lastSequence: UInt64 = 0
  /// The bytes of all segments up to their last intact record, headers included.
  package var bytes: UInt64 = 0
  /// How the log ends.
  package var ending = LogEnding.clean
}

extension RecoveryReport: CustomStringConvertible {
  /// One line for people: what was read, and what was cut.
  package var description: String {
    let read = "\(lastSequence) records in \(segments) segments, \(bytes) bytes"
    switch ending {
    case .clean: return read
    case .tornTail(let tail):
      let kept = tail.keptAs.map { ", cut and kept as \($0)" } ?? ""
      return "\(read); torn tail of \(tail.bytes) bytes in \(tail.place)\(kept)"
    case .tornHeader(let file): return "\(read); \(file) was just being made"
    }
  }
}
