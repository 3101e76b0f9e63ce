import Storage
import Testing

@Suite("Memory")
struct MemoryTests {
  @Test(
    "the files of a process's own control group and of those above it",
    arguments: [
      (
        "0::/user.slice/a b\n",
        [
          "/sys/fs/cgroup/user.slice/a b/memory.max", "/sys/fs/cgroup/user.slice/memory.max",
          "/sys/fs/cgroup/memory.max",
        ]
      ), ("0::/\n", ["/sys/fs/cgroup/memory.max"]),
      (
        "5:cpu,cpuacct:/x\n4:memory:/x:y\n",
        [
          "/sys/fs/cgroup/memory/x:y/memory.limit_in_bytes",
          "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        ]
      ), ("0::/../..\n", ["/sys/fs/cgroup/memory.max"]), ("", []), ("nonsense\n:\n", []),
    ])
  func paths(groups: String, expected: [String]) {
    #expect(System.memoryLimitPaths(groups: groups) == expected)
  }

  @Test("a process occupies something, and less than there is")
  func sizes() throws {
    let resident = try #require(System.residentBytes())
    let available = try #require(System.availableMemoryBytes())
    #expect(resident > 1 << 20 && resident < available)
  }
}
