import Storage

/// A folder in memory, for bytes that a reader is to make sense of.
final class MemoryDisk: Disk {
  private(set) var files: [String: [UInt8]]
  /// How much was ever asked for in one read.
  private(set) var longestReadBytes = 0

  init(_ files: [String: [UInt8]] = [:]) { self.files = files }

  func names() throws(SystemError) -> [String] { files.keys.sorted() }

  func open(_ name: String, for opening: DiskOpening) throws(SystemError) -> any DiskFile {
    switch (files[name] != nil, opening) {
    case (false, .reading), (false, .writing):
      throw SystemError(call: "open", code: 2, path: name)
    case (true, .creatingNew): throw SystemError(call: "open", code: 17, path: name)
    case (false, _): files[name] = []
    case (true, _): break
    }
    return File(name: name, disk: self)
  }

  func rename(_ name: String, to newName: String) throws(SystemError) {
    files[newName] = files.removeValue(forKey: name)
    for file in open where file.name == name { file.name = newName }
  }

  func remove(_ name: String) throws(SystemError) { files[name] = nil }

  func synchronize() throws(SystemError) {}

  private var open: [File] = []

  private final class File: DiskFile {
    var name: String
    private unowned let disk: MemoryDisk

    init(name: String, disk: MemoryDisk) {
      self.name = name
      self.disk = disk
      disk.open.append(self)
    }

    func sizeBytes() throws(SystemError) -> UInt64 { UInt64(disk.files[name]?.count ?? 0) }

    func read(
      into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(SystemError) -> Int {
      disk.longestReadBytes = max(disk.longestReadBytes, buffer.count)
      let bytes = disk.files[name] ?? []
      guard offset < UInt64(bytes.count) else { return 0 }
      let part = bytes[Int(offset)...].prefix(buffer.count)
      buffer.copyBytes(from: part)
      return part.count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(SystemError) {
      let end = Int(offset) + bytes.count
      let missing = end - (disk.files[name]?.count ?? 0)
      if missing > 0 {
        disk.files[name, default: []] += [UInt8](repeating: 0, count: missing)
      }
      disk.files[name, default: []].replaceSubrange(Int(offset)..<end, with: bytes)
    }

    func resize(toBytes size: UInt64) throws(SystemError) {
      let bytes = disk.files[name] ?? []
      let more = max(0, Int(size) - bytes.count)
      disk.files[name] = bytes.prefix(Int(size)) + [UInt8](repeating: 0, count: more)
    }

    func synchronize() throws(SystemError) {}
  }
}
