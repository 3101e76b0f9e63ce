// Files and folders: open, size, synchronise, rename, remove, list, lock.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension System {
  /// What a file is opened for.
  package enum Opening: Sendable {
    /// An existing file, to read.
    case reading
    /// An existing file, to read and write.
    case writing
    /// A file that may or may not exist, to read and write; created with mode 0600.
    case creating
    /// A file that must not exist yet, to read and write; created with mode 0600.
    case creatingNew

    fileprivate var flags: Int32 {
      switch self {
      case .reading: O_RDONLY
      case .writing: O_RDWR
      case .creating: O_RDWR | O_CREAT
      case .creatingNew: O_RDWR | O_CREAT | O_EXCL
      }
    }
  }

  /// What `stat` says of a file.
  package struct FileStatus: Sendable {
    package let sizeBytes: UInt64
    /// The permission bits.
    package let permissions: UInt32
    package let isFolder: Bool
  }

  /// Opens a file, relative to the working directory or to an open folder.
  package static func openFile(
    _ path: String, in folder: Int32? = nil, for opening: Opening
  ) throws(SystemError) -> Int32 {
    let flags = opening.flags | O_CLOEXEC
    let start = folder ?? AT_FDCWD
    return Int32(try call("open", path: path) { Int(openat(start, path, flags, 0o600)) })
  }

  /// Opens a folder, to list and synchronise it and to open files in it.
  package static func openFolder(_ path: String) throws(SystemError) -> Int32 {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
    return Int32(try call("open", path: path) { Int(open(path, flags)) })
  }

  /// Closes a descriptor. An interrupted close is not repeated: on Linux the descriptor is gone.
  package static func closeFile(_ descriptor: Int32) {
    let result = close(descriptor)
    precondition(result == 0 || errno != EBADF, "close failed: the descriptor was not open")
  }

  /// Makes the file's bytes durable, and its size where that changed. Never retried by a caller:
  /// after a failure the kernel may have dropped the bytes and would report success the next time.
  package static func synchronizeData(
    _ descriptor: Int32, path: String? = nil
  ) throws(SystemError) {
    _ = try call("fdatasync", path: path) { Int(fdatasync(descriptor)) }
  }

  /// Makes a file or a folder's entries durable.
  package static func synchronizeAll(
    _ descriptor: Int32, path: String? = nil
  ) throws(SystemError) {
    _ = try call("fsync", path: path) { Int(fsync(descriptor)) }
  }

  /// Cuts or extends a file to a size in bytes; new bytes read as zero.
  package static func resize(
    _ descriptor: Int32, toBytes size: UInt64, path: String? = nil
  ) throws(SystemError) {
    _ = try call("ftruncate", path: path) { Int(ftruncate(descriptor, off_t(clamping: size))) }
  }

  /// Takes room for the bytes between two offsets and leaves the file's size as it is. False where
  /// the file system cannot.
  ///
  /// A file size limit of the process is not looked at by a call that leaves the size alone, and
  /// would be met by the write later; so it is looked at here.
  package static func reserve(
    _ descriptor: Int32, from start: UInt64, to end: UInt64, path: String? = nil
  ) throws(SystemError) -> Bool {
    precondition(start < end, "room of no bytes")
    var limit = rlimit()
    if getrlimit(fileSizeResource, &limit) == 0, end > UInt64(limit.rlim_cur) {
      throw SystemError(call: "fallocate", code: EFBIG, path: path)
    }
    do throws(SystemError) {
      _ = try call("fallocate", path: path) {
        Int(fallocate(descriptor, 1, off_t(clamping: start), off_t(clamping: end - start)))
      }
      return true
    } catch {
      if error.code == EOPNOTSUPP || error.code == ENOSYS { return false }
      throw error
    }
  }

  #if canImport(Glibc)
    private static let fileSizeResource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
  #else
    private static let fileSizeResource = Int32(RLIMIT_FSIZE)
  #endif

  /// The size, permissions and kind of an open file.
  package static func status(of descriptor: Int32) throws(SystemError) -> FileStatus {
    var result = stat()
    _ = try call("fstat") { Int(fstat(descriptor, &result)) }
    return FileStatus(
      sizeBytes: UInt64(clamping: result.st_size), permissions: UInt32(result.st_mode & 0o7777),
      isFolder: result.st_mode & S_IFMT == S_IFDIR)
  }

  /// Makes a folder with mode 0700; false where something of that name exists already.
  package static func makeFolder(_ path: String) throws(SystemError) -> Bool {
    do throws(SystemError) {
      _ = try call("mkdir", path: path) { Int(mkdir(path, 0o700)) }
      return true
    } catch {
      if error.code == EEXIST { return false }
      throw error
    }
  }

  /// Renames a file inside a folder, replacing a file of the new name in one step.
  package static func renameFile(
    _ name: String, to newName: String, in folder: Int32
  ) throws(SystemError) {
    _ = try call("rename", path: newName) { Int(renameat(folder, name, folder, newName)) }
  }

  /// Renames a folder, in the place of an empty one where there is one.
  package static func renameFolder(_ path: String, to newPath: String) throws(SystemError) {
    _ = try call("rename", path: newPath) { Int(rename(path, newPath)) }
  }

  /// Removes an empty folder.
  package static func removeFolder(_ path: String) throws(SystemError) {
    _ = try call("rmdir", path: path) { Int(rmdir(path)) }
  }

  /// Removes a file from a folder.
  package static func removeFile(_ name: String, in folder: Int32) throws(SystemError) {
    _ = try call("unlink", path: name) { Int(unlinkat(folder, name, 0)) }
  }

  /// The names in an open folder, without `.` and `..`, sorted by their bytes.
  package static func names(in folder: Int32) throws(SystemError) -> [String] {
    // A stream closes its descriptor and shares the read position, so it gets its own.
    let copy = try call("open") { Int(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) }
    guard let stream = fdopendir(Int32(copy)) else {
      let code = errno
      closeFile(Int32(copy))
      throw SystemError(call: "opendir", code: code)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw SystemError(call: "readdir", code: errno) }
        break
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Takes the file's exclusive lock, or says false where another open file holds it. The system
  /// drops the lock when the process ends, however it ends.
  package static func lockExclusively(
    _ descriptor: Int32, path: String? = nil
  ) throws(SystemError) -> Bool {
    do throws(SystemError) {
      _ = try call("flock", path: path) { Int(flock(descriptor, LOCK_EX | LOCK_NB)) }
      return true
    } catch {
      if error.code == EWOULDBLOCK { return false }
      throw error
    }
  }

  /// Marks the file as held by this process, so that others can see it without taking part in the
  /// locking: `flock` has no question for that, and to try it for a moment could refuse a writer
  /// that starts just then. The system drops the mark when the process ends.
  package static func markAsHeld(_ descriptor: Int32) throws(SystemError) {
    var range = wholeFile(Int16(F_WRLCK))
    _ = try call("fcntl") { Int(fcntl(descriptor, setOwnedLock, &range)) }
  }

  /// True where another open file has marked the file as held. Takes nothing.
  package static func isHeld(_ descriptor: Int32) throws(SystemError) -> Bool {
    var range = wholeFile(Int16(F_RDLCK))
    _ = try call("fcntl") { Int(fcntl(descriptor, getOwnedLock, &range)) }
    return range.l_type != Int16(F_UNLCK)
  }

  // F_OFD_GETLK and F_OFD_SETLK, which the C library's module does not show.
  private static let getOwnedLock: Int32 = 36
  private static let setOwnedLock: Int32 = 37

  private static func wholeFile(_ kind: Int16) -> flock {
    var range: flock = .init()
    range.l_type = kind
    range.l_whence = Int16(SEEK_SET)
    return range
  }

  /// True where the descriptor is open and can be read. A host may have closed standard input.
  package static func isReadable(_ descriptor: Int32) -> Bool {
    let flags = fcntl(descriptor, F_GETFL)
    return flags >= 0 && flags & O_ACCMODE != O_WRONLY
  }

  /// True where the descriptor is open and can be written.
  package static func isWritable(_ descriptor: Int32) -> Bool {
    let flags = fcntl(descriptor, F_GETFL)
    return flags >= 0 && flags & O_ACCMODE != O_RDONLY
  }

  /// Opens the null device in the place of each standard stream that the process was started
  /// without.
  ///
  /// Otherwise the first file opened would become, say, descriptor 2, and a note to people would be
  /// written into the log. Input is opened to write and output to read, so that `isReadable` and
  /// `isWritable` still say that they are not there; notes to standard error go nowhere. Call
  /// first.
  package static func fillStandardStreams() {
    for (descriptor, flags) in [(Int32(0), O_WRONLY), (1, O_RDONLY), (2, O_RDWR)]
    where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free descriptor is taken, which is this one.
      _ = open("/dev/null", flags)
    }
  }

  /// True where the descriptor is a terminal.
  package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}

/// Linux's fallocate(2), which both C libraries have and their modules do not show. It takes mode
/// 1, FALLOC_FL_KEEP_SIZE; posix_fallocate would make the file longer.
@_silgen_name("fallocate")
private func fallocate(
  _ descriptor: Int32, _ mode: Int32, _ offset: off_t, _ length: off_t
) -> Int32
