// Looking at a log without opening it: how far it is good, what follows, and what would help.
//
// How it works. The pass of recovery runs over the log and stops where recovery would refuse. What
// it read until then is good; from there on a repair would set everything aside. So the inspection
// names the last good place, and the pieces behind it that a repair would cut, with the number of
// whole records in them: those may have been acknowledged.
//
// What no cut helps against is said too: a newer format or a fact that is not understood wants a
// newer program, and where nothing at all is good a cut would leave an empty shop.

/// What was found in a log, and what a repair would cut.
package struct LogInspection: Equatable, Sendable {
  /// What was read; up to the damage where there is one.
  package internal(set) var report: RecoveryReport
  /// Where the last good record ends; nil where there is none, not even a header.
  package internal(set) var lastGood: LogPlace?
  /// Why a start refuses; nil where it does not.
  package internal(set) var damage: StorageError?
  /// The file in which a start would keep a torn tail; nil where there is none.
  package internal(set) var tornKeptAs: String?
  /// What a repair would set aside, in the order of the log; empty where nothing needs to be, and
  /// where that would not help.
  package internal(set) var cuts: [LogCut] = []

  /// True where a start needs no repair.
  package var isSound: Bool { damage == nil }
  /// The whole records in what a repair would set aside.
  package var cutRecordCount: Int { cuts.reduce(0) { $0 + $1.wholeRecordCount } }
}

/// A part of the log that a repair sets aside: the end of one segment, or a whole one.
package struct LogCut: Equatable, Sendable {
  /// Where it begins; at offset 0 it is a whole segment.
  package let place: LogPlace
  /// Its bytes, without the room that was reserved behind them.
  package let bytes: UInt64
  /// Records in it whose checksum holds.
  package let wholeRecordCount: Int
  /// The file that keeps it.
  package let keptAs: String
}

extension Log {
  /// Reads the log as a start would, and says what it would find. Changes nothing. O(bytes).
  ///
  /// - Parameter covered: as in `Log.open`.
  /// - Throws: `.system` alone; damage is part of the result.
  package static func inspect(
    on disk: any Disk, after covered: UInt64 = 0, _ consume: RecordConsumer
  ) throws(StorageError) -> LogInspection {
    var recovery = LogRecovery(disk: disk, covered: covered)
    var damage: StorageError?
    do throws(StorageError) { try recovery.read(opening: .reading, consume) } catch {
      if case .system = error { throw error }
      damage = error
    }
    var inspection = LogInspection(report: recovery.report, damage: damage)
    if let good = recovery.lastGood {
      inspection.lastGood = LogPlace(file: SegmentName.name(good.segment), offset: good.offset)
    }
    let names = try lifted { () throws(SystemError) in try disk.names() }
    if let damage {
      inspection.report.lastSequence = recovery.expected - 1
      if let good = recovery.lastGood, recovery.expected > covered, isHelpedByCut(damage) {
        inspection.cuts = try cuts(after: good, on: disk, names)
      }
    } else if case .tornTail(let tail) = recovery.report.ending {
      inspection.tornKeptAs = Aside.name(tail.place, .torn, among: Set(names))
    }
    return inspection
  }

  private static func isHelpedByCut(_ damage: StorageError) -> Bool {
    switch damage {
    case .damagedHeader, .foreignSegment, .missingSegment, .damagedRecord, .tornBeforeLast,
      .sequenceGap:
      true
    default: false
    }
  }

  private static func cuts(
    after good: (segment: Int, offset: UInt64), on disk: any Disk, _ names: [String]
  ) throws(StorageError) -> [LogCut] {
    var cuts: [LogCut] = []
    let numbers = names.compactMap(SegmentName.number).sorted()
    for number in numbers where number >= good.segment {
      let start = number == good.segment ? good.offset : 0
      let place = LogPlace(file: SegmentName.name(number), offset: start)
      let file = try lifted { () throws(SystemError) in try disk.open(place.file, for: .reading) }
      let reader = try SegmentReader(name: place.file, file: file)
      let remains = try reader.remains(from: start)
      let end = min(remains.end, reader.sizeBytes)
      if number == good.segment, end == start { continue }
      cuts.append(
        LogCut(
          place: place, bytes: end - start, wholeRecordCount: remains.recordCount,
          keptAs: Aside.name(place, .cut, among: Set(names))))
    }
    return cuts
  }
}
