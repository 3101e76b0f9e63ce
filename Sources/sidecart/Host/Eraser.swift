import Engine
import Storage
import Wire

/// Takes forgotten customers out of the log's closed segments.
enum Eraser {
  /// Writes anew, beside the log, the segments that speak of customers forgotten up to a record.
  ///
  /// Reads the log twice: first whom it forgets, then what is to go. O(bytes).
  ///
  /// - Parameter tag: tells these files from those that another process writes.
  static func erase(on disk: any Disk, through last: UInt64, tag: String) throws {
    let scanner = JSONScanner(
      limits: Limits(
        maximumLineBytes: Log.payloadLimitBytes, maximumDepth: Limits().maximumDepth + 8))
    var filter = ForgetFilter()
    _ = try Log.read(on: disk, through: last) { sequence, payload in
      filter.note(sequence, try scanner.scan(payload.bindMemory(to: UInt8.self)))
    }
    if filter.isEmpty { return }
    _ = try LogRewrite.write(on: disk, through: last, tag: tag) { sequence, payload in
      try filter.rewritten(sequence, try scanner.scan(payload.bindMemory(to: UInt8.self)))
    }
  }
}
