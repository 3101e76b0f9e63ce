import Foundation

/// The public data sets that lie in `shared/data` next to the package, or where `SIDECART_DATA`
/// says.
///
/// They are no part of the package: tests that read them are `.enabled(if: SharedData.isPresent)`.
package enum SharedData {
  package static let root: URL = {
    if let folder = ProcessInfo.processInfo.environment["SIDECART_DATA"] {
      return URL(fileURLWithPath: folder)
    }
    return PackageRoot.url.deletingLastPathComponent().appendingPathComponent("shared/data")
  }()

  package static var isPresent: Bool { FileManager.default.fileExists(atPath: root.path) }

  /// Whether that one file is there.
  package static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  /// The file's bytes; what ends in `.gz` is unpacked.
  package static func bytes(of path: String) throws -> [UInt8] {
    let file = root.appendingPathComponent(path)
    guard path.hasSuffix(".gz") else { return [UInt8](try Data(contentsOf: file)) }
    let result = try ChildProcess.run("/usr/bin/env", ["gzip", "-dc", file.path])
    guard result.exit == .code(0) else {
      throw ChildProcess.Failure("gzip -dc \(path): \(result.exit), \(result.errorText)")
    }
    return result.output
  }

  /// The file's lines without their ends, empty ones left out.
  package static func lines(of path: String) throws -> [String] {
    Text.lines(try bytes(of: path))
  }

  /// A CSV file as its header and its records.
  package static func table(
    of path: String
  ) throws -> (header: [String], records: [[String]]) {
    var records = try lines(of: path).map(Text.fields)
    guard !records.isEmpty else { return ([], []) }
    let header = records.removeFirst()
    return (header, records)
  }
}

/// Taking text apart, quickly enough for debug builds.
package enum Text {
  /// Lines without `\n` or `\r\n`; empty ones are left out.
  package static func lines(_ bytes: [UInt8]) -> [String] {
    var lines: [String] = []
    bytes.withUnsafeBytes { raw in
      var start = 0
      while start < raw.count, let base = raw.baseAddress {
        let rest = raw.count - start
        let found = memchr(base + start, 0x0A, rest)
        let end = found.map { base.distance(to: UnsafeRawPointer($0)) } ?? raw.count
        let length = end > start && raw[end - 1] == 0x0D ? end - 1 - start : end - start
        if length > 0 {
          lines.append(String(decoding: raw[start..<start + length], as: UTF8.self))
        }
        start = end + 1
      }
    }
    return lines
  }

  /// The fields of one CSV line (RFC 4180, no line breaks inside quotes).
  package static func fields(_ line: String) -> [String] {
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var wasQuote = false
    for byte in line.utf8 {
      switch byte {
      case 0x22 where !isQuoted:
        // A quote right after a closing one stands for itself.
        if wasQuote { field.append(byte) }
        isQuoted = true
        wasQuote = false
      case 0x22:
        isQuoted = false
        wasQuote = true
      case 0x2C where !isQuoted:
        fields.append(String(decoding: field, as: UTF8.self))
        field.removeAll(keepingCapacity: true)
        wasQuote = false
      default:
        field.append(byte)
        wasQuote = false
      }
    }
    fields.append(String(decoding: field, as: UTF8.self))
    return fields
  }
}
