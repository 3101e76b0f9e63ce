import Foundation

/// The folder of `Package.swift`, found from where this file was compiled.
package enum PackageRoot {
  package static let url = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  package static var path: String { url.path }

  /// A file or folder below the root.
  package static func url(of path: String) -> URL { url.appendingPathComponent(path) }
}
