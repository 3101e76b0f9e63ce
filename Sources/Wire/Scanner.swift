/// Checks a text against RFC 8259 and lays it out on a tape that is reused from text to text.
///
/// The views that `scan` returns point into the bytes given and into this scanner's tape. They are
/// valid until the next `scan`, and only as long as both the bytes and the scanner are there.
package final class JSONScanner {
  private let document: UnsafeMutablePointer<Document>
  private let limits: Limits

  package init(limits: Limits = Limits()) {
    self.limits = limits
    document = .allocate(capacity: 1)
    document.initialize(to: Document())
  }

  deinit {
    document.pointee.entries.deallocate()
    document.deinitialize(count: 1)
    document.deallocate()
  }

  /// Scans one text and returns the view of its outermost value. O(bytes), one pass.
  ///
  /// - Parameter rootName: what paths in errors call the outermost value.
  package func scan(
    _ text: UnsafeBufferPointer<UInt8>, rootName: StaticString = "params"
  ) throws(ScanError) -> JSON {
    let base = text.baseAddress ?? Document.emptyText
    // Each value but the first of a container comes after a separator, and each container that is
    // closed takes two bytes: so there is at most one entry to two bytes, and one more for each
    // container that is open. With that much room the loop below never has to ask for more.
    document.pointee.prepare(
      capacity: min(text.count, limits.maximumLineBytes) / 2 + limits.maximumDepth + 4)
    document.pointee.bytes = base
    document.pointee.rootName = rootName
    guard text.count <= limits.maximumLineBytes else {
      throw ScanError(reason: .tooLong, offset: limits.maximumLineBytes)
    }
    var builder = TapeBuilder(
      base: base, end: text.count, entries: document.pointee.entries,
      maximumDepth: limits.maximumDepth)
    defer { document.pointee.count = builder.count }
    try builder.build()
    return JSON(document: document, index: Document.rootIndex)
  }

  /// What was laid out before the last scan failed; containers still open have the length 0.
  var prefix: UnsafeBufferPointer<TapeEntry> {
    UnsafeBufferPointer(start: document.pointee.entries, count: document.pointee.count)
  }

  /// The view that stands for parameters that were not sent: an object without members.
  var absent: JSON { JSON(document: document, index: Document.absentIndex) }

  /// Lets paths begin at this view, which is then called by the name given to `scan`.
  func beginPaths(at root: JSON) {
    document.pointee.pathRoot = Int(root.index)
    document.pointee.pathCursor = nil
  }
}
