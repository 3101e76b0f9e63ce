// The log's reader on bytes that no writer wrote
// ----------------------------------------------
// A small log of several segments is written, and then damaged as disks, copies and people damage
// files. What is read must be a prefix of what was written, or the damage is named. Half of the
// time the damage is forged: checksums are made right again, so that the checks behind the checksum
// are met as well. A forger can write any record, so that then only this is promised: no trap, the
// sequences without a gap, one outcome for the same bytes, nothing changed by reading or refusing.

import Storage
import TestSupport
import Testing

@Suite struct LogFuzzTests {
  @Test func whatIsReadIsAPrefixOfWhatWasWritten() throws {
    var ends = Ends()
    let rounds = try Fuzz.run("log", rounds: 1_500) { generator in
      let (files, written) = try Self.makeLog(&generator)
      var damaged = files
      for _ in 0..<generator.integer(in: 0...3) { Damage.damage(&damaged, &generator) }
      try Self.check(damaged, written: written, &ends)
    }
    if rounds > 100 { #expect(ends.areAllMet(in: rounds), "\(ends)") }
  }

  @Test func forgedChecksumsDoNotTrap() throws {
    var ends = Ends()
    let rounds = try Fuzz.run("forged log", rounds: 1_500) { generator in
      var (files, _) = try Self.makeLog(&generator)
      for _ in 0..<generator.integer(in: 1...3) { Damage.forge(&files, &generator) }
      if generator.oneIn(3) { Damage.damage(&files, &generator) }
      try Self.check(files, written: nil, &ends)
    }
    if rounds > 100 { #expect(ends.areAllMet(in: rounds), "\(ends)") }
  }

  // MARK: Writing

  static func options(_ generator: inout SeededGenerator) -> LogOptions {
    var options = LogOptions()
    options.segmentLimitBytes = UInt64(generator.integer(in: 200...1_200))
    options.reserveBytes = generator.oneIn(2) ? 0 : generator.integer(in: 1...400)
    options.durability = generator.oneIn(4) ? .never : .always
    options.clock = { 1_767_225_600_000 }
    return options
  }

  private static func makeLog(
    _ generator: inout SeededGenerator
  ) throws -> (files: [String: [UInt8]], written: [[UInt8]]) {
    let disk = MemoryDisk()
    let log = try Log.open(on: disk, options: options(&generator)) { _, _ in }
    var written: [[UInt8]] = []
    for _ in 0..<generator.integer(in: 1...8) {
      for _ in 0..<generator.integer(in: 1...3) {
        let payload = (0..<generator.integer(in: 0...90)).map { UInt8(truncatingIfNeeded: $0) }
        written.append(payload)
        try log.append(payload)
      }
      try log.commit()
    }
    if generator.oneIn(2) { try log.close() }
    return (disk.files, written)
  }

  // MARK: Reading

  /// How the logs ended, so that a fuzzer which always meets the same end shows.
  private struct Ends {
    var clean = 0
    var torn = 0
    var refused: Set<String> = []

    mutating func note(_ outcome: Outcome) {
      switch outcome.end {
      case .refused(let error): refused.insert(String("\(error)".filter { !$0.isNumber }))
      case .read(let report): if report.ending == .clean { clean += 1 } else { torn += 1 }
      }
    }

    func areAllMet(in rounds: Int) -> Bool {
      clean > rounds / 20 && torn > rounds / 50 && refused.count >= 5
    }
  }

  private struct Outcome: Equatable {
    enum End: Equatable {
      case read(RecoveryReport)
      case refused(StorageError)
    }
    var payloads: [[UInt8]]
    var sequences: [UInt64]
    var end: End
  }

  private static func read(_ disk: MemoryDisk) -> Outcome {
    var payloads: [[UInt8]] = []
    var sequences: [UInt64] = []
    do throws(StorageError) {
      let report = try Log.read(on: disk) { sequence, payload in
        sequences.append(sequence)
        payloads.append(Array(payload))
      }
      return Outcome(payloads: payloads, sequences: sequences, end: .read(report))
    } catch {
      return Outcome(payloads: payloads, sequences: sequences, end: .refused(error))
    }
  }

  private static func check(
    _ files: [String: [UInt8]], written: [[UInt8]]?, _ ends: inout Ends
  ) throws {
    let disk = MemoryDisk(files)
    let outcome = read(disk)
    ends.note(outcome)
    func words(_ text: String) -> String {
      "\(text)\n  \(outcome.end)\n  "
        + files.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(
          separator: "\n  ")
    }
    try promise(disk.files == files, words("reading changed the disk"))
    try promise(read(MemoryDisk(files)) == outcome, words("the same bytes, another outcome"))
    let numbers = outcome.sequences.indices.map { UInt64($0) + (outcome.sequences.first ?? 1) }
    try promise(outcome.sequences == numbers, words("sequences with a gap"))
    // Bounded reads: no more at once than a file holds, beyond the usual window.
    let longest = files.values.map(\.count).max() ?? 0
    try promise(
      disk.longestReadBytes <= max(longest, 1 << 20), words("\(disk.longestReadBytes) in one read"))
    if let written {
      let isPrefix = outcome.payloads == Array(written.prefix(outcome.payloads.count))
      try promise(isPrefix, words("not a prefix"))
      try promise(outcome.sequences.first ?? 1 == 1, words("does not begin at 1"))
    }
    try checkWriting(files, outcome, words)
  }

  /// Opening to write comes to the same judgement, and gives a log that goes on.
  private static func checkWriting(
    _ files: [String: [UInt8]], _ outcome: Outcome, _ words: (String) -> String
  ) throws {
    let disk = MemoryDisk(files)
    var payloads: [[UInt8]] = []
    do throws(StorageError) {
      let log = try Log.open(on: disk) { _, payload in payloads.append(Array(payload)) }
      guard case .read(let report) = outcome.end else {
        throw StorageError.refusedRecord(log.endPlace, sequence: 0, reason: "opened all the same")
      }
      guard payloads == outcome.payloads, log.lastSequence == report.lastSequence else {
        throw StorageError.refusedRecord(log.endPlace, sequence: 0, reason: "opened otherwise")
      }
      try log.append([7])
      try log.commit()
      let again = read(disk)
      guard again.payloads == payloads + [[7]], case .read(let after) = again.end,
        after.ending == .clean
      else {
        throw StorageError.refusedRecord(log.endPlace, sequence: 0, reason: "does not go on")
      }
    } catch {
      try promise(outcome.end == .refused(error), words("opened to write: \(error)"))
      try promise(disk.files == files, words("refusing changed the disk"))
    }
  }
}
