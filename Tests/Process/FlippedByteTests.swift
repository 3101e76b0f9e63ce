import Foundation
import TestSupport
import Testing

/// The real binary on a log in which one byte is another: it names the damage, or reports a torn
/// tail, and never serves a shop that was not so. Every byte is flipped in Tests/Storage and
/// Tests/Fuzz, in process; these are a sample of them.
@Suite("flipped bytes", .enabled(if: SidecartProcess.isPresent))
struct FlippedByteTests {
  @Test func damageIsNamedOrCutAndNeverServed() throws {
    let kept = KeptLogTests.folder.appendingPathComponent("format-1/state/log-00000001")
    let bytes = [UInt8](try Data(contentsOf: kept))
    let whole = try DocumentedSegment(bytes)
    let last = try #require(whole.records.last)
    let state = try ServeState()
    try FileManager.default.createDirectory(
      atPath: state.path, withIntermediateDirectories: true)
    var ends = (refused: 0, cut: 0)
    var places = Array(stride(from: 0, to: bytes.count, by: 331))
    // The header, the first record's header, and the last record, of which nobody knows better.
    places += [8, 20, 62, 64, 68, 72, 80, 88, last.offset, last.offset + 4, last.offset + 40]
    for place in places {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      try Data(damaged).write(to: state.log)
      let printed = try CommandLineRun.run(["log", "--state", state.path])
      let served = try CommandLineRun.run(["serve", "--read-only", "--state", state.path])
      #expect(served.exit == printed.exit, "\(place)")
      #expect(served.errorText.contains("log-00000001"), "\(place): \(served.errorText)")
      #expect(try [UInt8](Data(contentsOf: state.log)) == damaged, "\(place): it was changed")
      if served.exit == .code(0) {
        ends.cut += 1
        #expect(place >= last.offset, "\(place)")
        #expect(served.errorText.contains("torn tail"), "\(place): \(served.errorText)")
      } else {
        ends.refused += 1
        #expect(served.exit == .code(1) && place < last.offset, "\(place)")
      }
    }
    #expect(ends.refused > 20 && ends.cut >= 3)
  }
}
