import Storage
import Testing

/// A disk of which another process writes the files while they are read: between any two calls of
/// the reader the writer may get on.
private final class BusyDisk: Disk {
  let disk: SimulatedDisk
  /// Called before each call of the reader, with the call's ordinal from 1.
  var meanwhile: (Int) -> Void = { _ in }
  private var calls = 0

  init(_ disk: SimulatedDisk) { self.disk = disk }

  private func count() {
    calls += 1
    meanwhile(calls)
  }

  func names() throws(SystemError) -> [String] {
    count()
    return try disk.names()
  }

  func open(_ name: String, for opening: DiskOpening) throws(SystemError) -> any DiskFile {
    count()
    return BusyFile(file: try disk.open(name, for: opening), disk: self)
  }

  func rename(_ name: String, to newName: String) throws(SystemError) {
    preconditionFailure("a reader changes nothing")
  }

  func remove(_ name: String) throws(SystemError) {
    preconditionFailure("a reader changes nothing")
  }

  func synchronize() throws(SystemError) { preconditionFailure("a reader changes nothing") }

  private final class BusyFile: DiskFile {
    let file: any DiskFile
    let disk: BusyDisk

    init(file: any DiskFile, disk: BusyDisk) {
      self.file = file
      self.disk = disk
    }

    func sizeBytes() throws(SystemError) -> UInt64 {
      // After the size was taken: what is written then is beyond it.
      defer { disk.count() }
      return try file.sizeBytes()
    }

    func read(
      into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(SystemError) -> Int {
      disk.count()
      return try file.read(into: buffer, at: offset)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(SystemError) {
      preconditionFailure("a reader changes nothing")
    }

    func resize(toBytes size: UInt64) throws(SystemError) {
      preconditionFailure("a reader changes nothing")
    }

    func synchronize() throws(SystemError) { preconditionFailure("a reader changes nothing") }
  }
}

/// A reader beside a living writer never cries damage, and gets all that was there when it began.
@Suite("A reader beside a writer")
struct ReaderBesideWriterTests {
  @Test("whenever the writer gets on, the reader gets a prefix, and no less than there was before")
  func prefix() throws {
    for reserveBytes in [0, 64, 512] {
      for before in [0, 1, 5] {
        for step in 1...12 {
          try check(reserveBytes: reserveBytes, before: before, step: step)
        }
      }
    }
  }

  private func check(reserveBytes: Int, before: Int, step: Int) throws {
    let disk = SimulatedDisk()
    let options = smallOptions(segmentLimitBytes: 1_000, reserveBytes: reserveBytes)
    let log = try openLog(disk, options).log
    var written: [[UInt8]] = []
    func write(_ count: Int) throws {
      for _ in 0..<count {
        let payload = [UInt8](repeating: UInt8(written.count + 1), count: 5 + written.count * 7)
        try log.append(payload)
        try log.commit()
        written.append(payload)
      }
    }
    try write(before)
    let busy = BusyDisk(disk)
    var failure: (any Error)?
    busy.meanwhile = { call in
      // Often enough to roll over, also more than once.
      guard call >= step, call < step + 6 else { return }
      do { try write(3) } catch { failure = error }
    }
    let words = "reserve \(reserveBytes), \(before) before, from call \(step)"
    do {
      let (payloads, report) = try readAll(busy)
      #expect(payloads == Array(written.prefix(payloads.count)), "\(words)")
      #expect(payloads.count >= before, "\(words)")
      #expect(report.ending == .clean, "\(words): \(report)")
    } catch { Issue.record("\(words): \(error)") }
    #expect(failure == nil, "\(words)")
  }
}
