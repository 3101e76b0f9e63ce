// How much memory there is, and how much of it this process has.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension System {
  /// The memory of this process that is in RAM, in bytes; nil where the system does not say.
  package static func residentBytes() -> Int? {
    guard let text = shortText("/proc/self/statm") else { return nil }
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
    return pages.multipliedReportingOverflow(by: pageBytes).partialValue
  }

  /// The memory that this process may come to have, in bytes, before the system ends it: the
  /// machine's, or what its control groups allow where that is less; nil where nothing says.
  package static func availableMemoryBytes() -> Int? {
    let machine = Int(clamping: sysconf(Int32(_SC_PHYS_PAGES)))
    var least = machine > 0 ? machine.multipliedReportingOverflow(by: pageBytes).partialValue : nil
    let groups = shortText("/proc/self/cgroup") ?? ""
    for path in memoryLimitPaths(groups: groups) {
      // Without a limit there stands "max", or a number beyond all machines.
      guard let text = shortText(path), let line = text.split(whereSeparator: \.isWhitespace).first,
        let bytes = Int(line), bytes > 0
      else { continue }
      least = min(least ?? bytes, bytes)
    }
    return least
  }

  /// The files that may hold a memory limit of a process, by what its /proc/self/cgroup says: its
  /// own group and those above it, in version 2 and in version 1.
  package static func memoryLimitPaths(groups: String) -> [String] {
    var paths: [String] = []
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isSecond = fields[0] == "0" && fields[1].isEmpty
      guard isSecond || fields[1].split(separator: ",").contains("memory") else { continue }
      let root = isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      let file = isSecond ? "/memory.max" : "/memory.limit_in_bytes"
      // Groups outside of what a container sees are written with "..", and cannot be looked at.
      var names = fields[2].split(separator: "/").filter { $0 != ".." }
      while true {
        paths.append(root + names.map { "/" + $0 }.joined() + file)
        if names.isEmpty { break }
        names.removeLast()
      }
    }
    return paths
  }

  /// The beginning of a small file of the system's; nil where it cannot be read.
  private static func shortText(_ path: String) -> String? {
    guard let file = try? openFile(path, for: .reading) else { return nil }
    defer { closeFile(file) }
    return withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { buffer in
      guard let count = try? readFully(file, into: buffer, at: 0) else { return nil }
      return String(decoding: buffer[..<count], as: UTF8.self)
    }
  }
}
