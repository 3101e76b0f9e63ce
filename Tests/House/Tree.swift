import Foundation
import TestSupport

/// A text file of the package.
struct SourceFile {
  /// From the root: `Sources/Shop/Money.swift`.
  let path: String
  let lines: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  var isSwift: Bool { path.hasSuffix(".swift") }

  var folders: [Substring] { path.split(separator: "/").dropLast() }

  /// The room of Sources that it lies in, or nil.
  var room: String? { folders.first == "Sources" && folders.count > 1 ? String(folders[1]) : nil }
}

/// Something that is not as it should be.
struct Finding: CustomStringConvertible, Equatable {
  let path: String
  /// From 1; 0 for the file as a whole.
  let line: Int
  let message: String

  init(_ path: String, line: Int = 0, _ message: String) {
    self.path = path
    self.line = line
    self.message = message
  }

  var description: String { "\(path):\(line): \(message)" }
}

/// The package's own files: what git tracks, or, where there is no git, all that no tool made.
enum Tree {
  static let paths: [String] = tracked() ?? listed()

  static let files: [SourceFile] = paths.compactMap { path in
    guard let data = FileManager.default.contents(atPath: PackageRoot.url(of: path).path),
      let text = String(data: data, encoding: .utf8)
    else { return nil }
    return SourceFile(path: path, text: text)
  }

  private static func tracked() -> [String]? {
    let arguments = ["git", "-C", PackageRoot.path, "ls-files", "-z"]
    guard let result = try? ChildProcess.run("/usr/bin/env", arguments), result.exit == .code(0)
    else { return nil }
    let paths = result.output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return paths.isEmpty ? nil : paths
  }

  private static func listed() -> [String] {
    let made: Set<String> = [".git", ".build", ".swiftpm", "Package.resolved", "__pycache__"]
    let enumerator = FileManager.default.enumerator(atPath: PackageRoot.path)
    var paths: [String] = []
    while let path = enumerator?.nextObject() as? String {
      let name = String(path.split(separator: "/").last ?? "")
      let isFolder = enumerator?.fileAttributes?[.type] as? FileAttributeType == .typeDirectory
      if made.contains(name) || name.hasPrefix(".build-") {
        if isFolder { enumerator?.skipDescendants() }
      } else if !isFolder {
        paths.append(path)
      }
    }
    return paths
  }
}
