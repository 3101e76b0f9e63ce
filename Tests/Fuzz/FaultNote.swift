// Which seed a trap was met with
// ------------------------------
// A trap is a signal that ends the process, so the seed is kept where a signal handler may look: in
// plain memory, one place for each fuzzer, as they run side by side. The handler writes what stands
// there with write(2), puts the former handler back and returns; the same instruction then traps
// again, and the process ends as it would have.

import Foundation

enum FaultNote {
  struct Slot: @unchecked Sendable { fileprivate let entry: UnsafeMutablePointer<Entry> }

  fileprivate struct Entry {
    var name: UnsafePointer<UInt8>?
    var nameBytes = 0
    var seed: UInt64 = 0
  }

  private static let capacity = 32
  nonisolated(unsafe) private static let entries: UnsafeMutablePointer<Entry> = {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
    entries.initialize(repeating: Entry(), count: capacity)
    return entries
  }()
  nonisolated(unsafe) private static let former: UnsafeMutablePointer<sigaction> = {
    let former = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    former.initialize(repeating: sigaction(), count: 65)
    return former
  }()
  nonisolated(unsafe) private static var count = 0
  private static let lock = NSLock()

  /// A place for a fuzzer's seed. The first call installs the handler.
  static func slot(_ name: StaticString) -> Slot {
    lock.withLock {
      if count == 0 { install() }
      precondition(count < capacity, "more fuzzers than places for their seeds")
      let entry = entries + count
      count += 1
      entry.pointee.name = name.utf8Start
      entry.pointee.nameBytes = name.utf8CodeUnitCount
      return Slot(entry: entry)
    }
  }

  static func note(_ seed: UInt64, in slot: Slot) { slot.entry.pointee.seed = seed }

  private static func install() {
    // Made now: a handler must not be the first to touch them.
    _ = (entries, former)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      FaultNote.tell()
      _ = sigaction(number, FaultNote.former + Int(number), nil)
    }
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
      sigaction(number, &action, former + Int(number))
    }
  }

  private static func tell() {
    for index in 0..<capacity {
      guard let name = entries[index].name, entries[index].seed != 0 else { continue }
      say("\ntrapped while ")
      _ = write(2, name, entries[index].nameBytes)
      say(" ran with SIDECART_FUZZ_SEED=")
      say(entries[index].seed)
    }
    say("\n")
  }

  private static func say(_ text: StaticString) {
    _ = write(2, text.utf8Start, text.utf8CodeUnitCount)
  }

  private static func say(_ number: UInt64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = number
      var place = 20
      repeat {
        place -= 1
        digits[place] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      } while rest > 0
      if let start = digits.baseAddress { _ = write(2, start + place, 20 - place) }
    }
  }
}
