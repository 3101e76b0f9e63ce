import Foundation
import Storage

/// Numbers that look random and are the same for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Collects the records of a log and checks that their sequences are 1, 2, 3 …
final class Collector {
  var payloads: [[UInt8]] = []
  var isInOrder = true

  func take(_ sequence: UInt64, _ payload: UnsafeRawBufferPointer) {
    payloads.append(Array(payload))
    if sequence != UInt64(payloads.count) { isInOrder = false }
  }
}

func readAll(_ disk: any Disk) throws(StorageError) -> (payloads: [[UInt8]], RecoveryReport) {
  let collector = Collector()
  let report = try Log.read(on: disk, collector.take)
  precondition(collector.isInOrder)
  return (collector.payloads, report)
}

func openLog(
  _ disk: any Disk, _ options: LogOptions = LogOptions()
) throws(StorageError) -> (log: Log, payloads: [[UInt8]]) {
  let collector = Collector()
  let log = try Log.open(on: disk, options: options, collector.take)
  precondition(collector.isInOrder)
  return (log, collector.payloads)
}

/// Small segments and reserves, so that short tests roll over.
func smallOptions(segmentLimitBytes: UInt64 = 4096, reserveBytes: Int = 1024) -> LogOptions {
  var options = LogOptions()
  options.segmentLimitBytes = segmentLimitBytes
  options.reserveBytes = reserveBytes
  options.clock = { 1_767_225_600_000 }
  return options
}

/// A log whose groups (one commit each) have the given payload lengths; returns the files and
/// payloads.
func makeLog(
  groups: [[Int]], options: LogOptions = smallOptions(), isClosed: Bool = true
) throws -> (files: [String: [UInt8]], payloads: [[UInt8]]) {
  let disk = SimulatedDisk()
  let log = try openLog(disk, options).log
  var payloads: [[UInt8]] = []
  for group in groups {
    for length in group {
      let payload = (0..<length).map { UInt8(truncatingIfNeeded: payloads.count * 31 + $0 + 1) }
      try log.append(payload)
      payloads.append(payload)
    }
    try log.commit()
  }
  if isClosed { try log.close() }
  return (disk.contents, payloads)
}

/// Runs the body with the path of a new folder, and removes that afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "sidecart-storage-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

func bytes(hex: String) -> [UInt8] {
  let digits = hex.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue!) }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
