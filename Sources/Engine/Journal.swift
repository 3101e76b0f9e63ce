import Shop
import Wire

/// Facts on their way to the log: one record for each request that committed any.
///
/// Their room in the log is made sure of before the first fact (`Admission`). The loop takes the
/// records after each line, or before the next request of a batch asks for its room, and makes them
/// durable before it lets the replies out.
package struct Journal: ~Copyable {
  private var writer = JSONWriter(capacity: 4_096)
  /// Whether the current request has committed a fact.
  private(set) var isOpen = false
  private var sealed: [UInt8] = []
  private var ends: [Int] = []
  /// False while facts come from the log itself.
  var isRecording = true

  init() {}

  /// Adds a fact to the record of the current request.
  mutating func append(_ fact: Fact, now: Instant) {
    guard isRecording else { return }
    if !isOpen {
      isOpen = true
      writer.removeAll()
      writer.beginObject()
      writer.key("now")
      writer.string(now.rfc3339())
      writer.key("facts")
      writer.beginArray()
    }
    fact.write(to: &writer)
  }

  /// Ends the record of the current request, if it committed anything.
  mutating func seal() {
    guard isOpen else { return }
    isOpen = false
    writer.endArray()
    writer.endObject()
    writer.withBytes { sealed.append(contentsOf: $0) }
    ends.append(sealed.count)
  }

  /// Whether records wait to be taken.
  package var isEmpty: Bool { ends.isEmpty }

  /// Hands each sealed record to `body`, in order, and forgets them.
  package mutating func drain<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    var start = 0
    for end in ends {
      // The span of a record is copied out by the log; nothing here outlives the loop.
      let record = Array(sealed[start..<end])
      start = end
      try Journal.lend(record, body)
    }
    sealed.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  private static func lend<Failure: Error>(
    _ record: [UInt8], _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    var failure: Failure?
    record.withUnsafeBytes { bytes in
      do throws(Failure) { try body(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
