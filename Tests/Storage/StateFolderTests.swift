import Foundation
import Storage
import Testing

@Suite("State folder")
struct StateFolderTests {
  private func permissions(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  @Test("a writer makes folder and files for its owner alone")
  func created() throws {
    try withTemporaryFolder { root in
      let path = root + "/state"
      let folder = try StateFolder(path: path, for: .writing)
      let log = try openLog(folder).log
      try log.append([1, 2, 3])
      try log.commit()
      #expect(try permissions(path) == 0o700)
      for name in try folder.names() { #expect(try permissions(path + "/" + name) == 0o600) }
      #expect(try folder.names() == ["lock", "log-00000001"])
      try log.close()
      let attributes = try FileManager.default.attributesOfItem(atPath: path + "/log-00000001")
      #expect(attributes[.size] as? Int == 64 + 32)
    }
  }

  @Test("a second writer is refused with the first one's process id, readers are not")
  func locked() throws {
    try withTemporaryFolder { root in
      let path = root + "/state"
      do {
        let folder = try StateFolder(path: path, for: .writing)
        let log = try openLog(folder).log
        try log.append([1])
        try log.commit()
        let own = System.processID
        #expect(throws: StorageError.locked(path: path, processID: own)) {
          try StateFolder(path: path, for: .writing)
        }
        #expect(StateFolder.writerProcessID(path: path) == own)
        #expect(try readAll(StateFolder(path: path, for: .reading)).payloads == [[1]])
      }
      // The lock went with its holder.
      #expect(try openLog(StateFolder(path: path, for: .writing)).payloads == [[1]])
    }
  }

  @Test(
    "the lock of another process counts, and dies with it",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/flock")))
  func lockedByAnother() throws {
    try withTemporaryFolder { root in
      _ = try StateFolder(path: root, for: .writing)
      // flock(1) of util-linux holds the lock while `cat` waits for its input to end.
      let other = try System.spawn([
        "flock", "-x", root + "/lock", "sh", "-c", "echo held; exec cat",
      ])
      defer { System.closeFile(other.output) }
      var answer = [UInt8](repeating: 0, count: 5)
      let count = try answer.withUnsafeMutableBytes { try System.read(other.output, into: $0) }
      #expect(count == 5)
      #expect(throws: StorageError.self) { try StateFolder(path: root, for: .writing) }
      System.closeFile(other.input)
      #expect(try System.wait(for: other.processID) == .exited(status: 0))
      _ = try StateFolder(path: root, for: .writing)
    }
  }

  @Test("a reader needs a folder, a writer its parent")
  func missing() throws {
    try withTemporaryFolder { root in
      let path = root + "/none"
      #expect(throws: StorageError.noFolder(path: path)) {
        try StateFolder(path: path, for: .reading)
      }
      #expect(!FileManager.default.fileExists(atPath: path))
      #expect(throws: StorageError.self) {
        try StateFolder(path: root + "/a/b", for: .writing)
      }
      try Data().write(to: URL(fileURLWithPath: path))
      #expect(throws: StorageError.self) { try StateFolder(path: path, for: .writing) }
    }
  }

  @Test("a torn tail on a real disk is kept and cut")
  func tornTail() throws {
    try withTemporaryFolder { root in
      let disk = try RealDisk(path: root)
      let log = try openLog(disk).log
      for size in [100, 2000, 7] { try log.append([UInt8](repeating: 5, count: size)) }
      try log.close()
      let file = root + "/log-00000001"
      let whole = try Data(contentsOf: URL(fileURLWithPath: file))
      try whole.dropLast(3).write(to: URL(fileURLWithPath: file))
      let (reopened, payloads) = try openLog(disk)
      #expect(payloads.map(\.count) == [100, 2000])
      guard case .tornTail(let tail) = reopened.recovery.ending, let kept = tail.keptAs else {
        Issue.record("not noticed")
        return
      }
      let keptBytes = try Data(contentsOf: URL(fileURLWithPath: root + "/" + kept))
      #expect(keptBytes.count == 29 || keptBytes.count == Int(tail.bytes))
      #expect(whole.dropFirst(Int(tail.place.offset)).starts(with: keptBytes))
    }
  }
}
