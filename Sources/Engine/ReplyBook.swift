import Shop

// How a retry is made harmless
// ----------------------------
// A call that changes the ledger may carry a `key`. The first call with it is carried out, and its
// reply is logged in the same record as the facts that it caused: either both survive a crash or
// neither does. Every later call with that key and the same body gets the stored reply, byte for
// byte, and causes nothing. The same key with another body is a mistake of the host's and refused
// as `conflict`. What "the same body" means is decided by a fingerprint of method and params that
// does not depend on the order of members or on white space.
//
// A reply is kept for 30 days: hosts retry in seconds, and after an outage in days. What is older
// counts as never made, whatever process asks and whether or not it is still in memory: age is
// counted from the logged moment of the call to the moment of the next one, so that the same log
// gives the same answers. A queue in the order of the log lets the oldest go as new ones come. Keys
// of `sidecart import` are kept for good: a row of a file that brings goods back has no other
// identity, and a file may be imported again at any time.

/// Replies of keyed calls, by key.
package struct ReplyBook: Sendable {
  package struct Entry: Equatable, Sendable {
    package var fingerprint: Fingerprint
    /// The result as it was written to the wire.
    package var reply: [UInt8]
    /// When the call was made.
    package var time: Instant
    /// The customers whom the call's facts were about; empty where they were about the shop, or
    /// where there were none.
    package var subjects: [String] = []
  }

  /// How long a retry is given the stored reply.
  package static let retentionDays: Int64 = 30

  private var entries: [String: Entry] = [:]
  /// Keys in the order of the log, from `oldest` on.
  private var keys: [String] = []
  private var oldest = 0
  /// Keys that do not grow old.
  private var lastingKeys: [String] = []
  /// What the keys of `sidecart import` begin with.
  package static let importPrefix = "import/"

  package init() {}

  package var count: Int { entries.count }

  /// The reply to an earlier call with that key, as a call at that moment finds it.
  package func entry(for key: String, at now: Instant) -> Entry? {
    guard let entry = entries[key] else { return nil }
    return ReplyBook.lasts(key) || ReplyBook.isKept(entry, at: now) ? entry : nil
  }

  private static func lasts(_ key: String) -> Bool { key.hasPrefix(importPrefix) }

  package mutating func store(_ entry: Entry, for key: String) {
    if entries.updateValue(entry, forKey: key) == nil {
      if ReplyBook.lasts(key) { lastingKeys.append(key) } else { keys.append(key) }
    }
    // A key that was used again stands in the queue by its first use; it goes when it is old.
    while oldest < keys.count, let first = entries[keys[oldest]],
      !ReplyBook.isKept(first, at: entry.time)
    {
      entries[keys[oldest]] = nil
      oldest += 1
    }
    if oldest > 1_024, oldest * 2 > keys.count {
      keys.removeFirst(oldest)
      oldest = 0
    }
  }

  /// Drops the replies to calls that were about a customer alone, and takes out of all others what
  /// speaks of them. O(bytes of the stored replies).
  mutating func forget(customer: String, _ mentions: Mentions) {
    var changed: [(key: String, entry: Entry?)] = []
    for (key, entry) in entries {
      var rest = entry
      rest.subjects.removeAll { $0 == customer }
      let isAboutNobodyElse = rest.subjects.isEmpty && !entry.subjects.isEmpty
      if isAboutNobodyElse || mentions.isIn(key: key, after: 0) {
        changed.append((key, nil))
      } else if let reply = mentions.rest(ofReply: entry.reply, after: 0) {
        rest.reply = reply
        if rest != entry { changed.append((key, rest)) }
      } else {
        changed.append((key, nil))
      }
    }
    for (key, entry) in changed { entries[key] = entry }
    if changed.allSatisfy({ $0.entry != nil }) { return }
    lastingKeys.removeAll { entries[$0] == nil }
    keys = keys[oldest...].filter { entries[$0] != nil }
    oldest = 0
  }

  private static func isKept(_ entry: Entry, at now: Instant) -> Bool {
    now.milliseconds - entry.time.milliseconds < retentionDays * Instant.millisecondsPerDay
  }
}

// MARK: - Snapshot

extension ReplyBook {
  package func write(to sink: some ColumnSink) throws {
    try sink.put(record: "replies") { packer in
      packer.list(lastingKeys + keys[oldest...]) { packer, key in
        guard let entry = entries[key] else { preconditionFailure("a key in the queue is kept") }
        packer.text(key)
        packer.unsigned(entry.fingerprint.high)
        packer.unsigned(entry.fingerprint.low)
        packer.instant(entry.time)
        packer.data(entry.reply)
        packer.list(entry.subjects) { $0.text($1) }
      }
    }
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    let read = try source.record("replies") { unpacker throws(SnapshotProblem) in
      try unpacker.list { unpacker throws(SnapshotProblem) in
        let key = try unpacker.text()
        let fingerprint = Fingerprint(high: try unpacker.unsigned(), low: try unpacker.unsigned())
        let time = try unpacker.instant()
        let reply = try unpacker.data()
        let subjects = try unpacker.list { unpacker throws(SnapshotProblem) in
          try unpacker.text()
        }
        return (
          key, Entry(fingerprint: fingerprint, reply: reply, time: time, subjects: subjects)
        )
      }
    }
    for (key, entry) in read {
      if ReplyBook.lasts(key) { lastingKeys.append(key) } else { keys.append(key) }
      entries[key] = entry
    }
  }
}

/// A 128-bit digest of a call: FNV-1a in its 128-bit form over a canonical writing of the value.
///
/// It tells a host's own mistake from a retry; it is no defence against a host that wants to
/// deceive itself.
package struct Fingerprint: Equatable, Sendable {
  package var high: UInt64
  package var low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  package init(method: String, parameters: Value) {
    var digest = Digest()
    digest.add(method.utf8)
    digest.add(parameters)
    high = UInt64(truncatingIfNeeded: digest.state >> 64)
    low = UInt64(truncatingIfNeeded: digest.state)
  }

  private struct Digest {
    var state: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
    static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013B

    mutating func mix(_ byte: UInt8) { state = (state ^ UInt128(byte)) &* Digest.prime }

    mutating func add(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { mix(byte) }
      mix(0xFF)
    }

    mutating func addWord(_ word: UInt64) {
      for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    /// Depth is bounded by what the wire lets in.
    mutating func add(_ value: Value) {
      switch value {
      case .null: mix(0)
      case .bool(let truth): mix(truth ? 2 : 1)
      case .integer(let integer):
        mix(3)
        addWord(UInt64(bitPattern: integer))
      case .number(let number):
        mix(4)
        addWord(number.bitPattern)
      case .string(let text):
        mix(5)
        add(text.utf8)
      case .array(let elements):
        mix(6)
        for element in elements { add(element) }
        mix(7)
      case .object(let members):
        mix(8)
        for member in members.sorted(by: {
          Array($0.name.utf8).lexicographicallyPrecedes($1.name.utf8)
        }) {
          add(member.name.utf8)
          add(member.value)
        }
        mix(9)
      }
    }
  }
}
