/// A system call that the operating system refused, for a reason that a running service must
/// expect.
///
/// Programmer errors (a closed descriptor, a bad address) never become a `SystemError`: they end
/// the process where they happen, because what follows them would write to the wrong file.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system call's own name, such as `fdatasync`.
  package let call: String
  /// The value of `errno`.
  package let code: Int32
  /// The path or file name that the call was about, where there was one.
  package let path: String?

  package init(call: String, code: Int32, path: String? = nil) {
    self.call = call
    self.code = code
    self.path = path
  }

  /// One line for people: the call, the path and the system's own words.
  package var description: String {
    let words = System.words(for: code)
    guard let path else { return "\(call): \(words)" }
    return "\(call) \(path): \(words)"
  }

  /// True where the disk, the quota or the file size limit has no room: retrying later can succeed.
  package var isNoRoom: Bool { System.noRoomCodes.contains(code) }

  /// True where the thing named does not exist.
  package var isMissing: Bool { code == System.missingCode }

  /// True where something stands in the place of a folder that is none.
  package var isNotFolder: Bool { code == System.notFolderCode }

  /// True where the reader of a pipe has gone.
  package var isClosedPipe: Bool { code == System.closedPipeCode }
}
