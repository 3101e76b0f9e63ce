/// Where things lie.
enum Layout {
  private static let top: Set<String> = [
    "LICENSE", "Models", "Package.swift", "Protocol", "README.md", "Sources", "Tests",
  ]

  /// Nothing else than the agreed names at the top; dot-files are the tools'.
  static func checkTop(_ paths: [String]) -> [Finding] {
    Set(paths.compactMap { $0.split(separator: "/").first.map(String.init) })
      .filter { !top.contains($0) && !$0.hasPrefix(".") }
      .sorted().map { Finding($0, "is none of the names at the top of the house") }
  }

  /// Every room says in its first lines what lives there and what does not.
  static func checkRooms(_ files: [SourceFile]) -> [Finding] {
    // The command line is no room: nothing can import it.
    let rooms = Set(files.compactMap(\.room)).filter { !$0.hasSuffix(".swift") && $0 != "sidecart" }
    return rooms.sorted().compactMap { room in
      let path = "Sources/\(room)/Room.swift"
      guard let file = files.first(where: { $0.path == path }) else {
        return Finding(path, "is missing: it says what lives in \(room)")
      }
      let head = file.lines.prefix { $0.hasPrefix("//") }.joined(separator: "\n")
      let isComplete = head.contains("Lives here:") && head.contains("Does not live here:")
      return isComplete ? nil : Finding(path, "its head has no 'Lives here' or no 'Does not …'")
    }
  }

  /// The toolchain and the C library are what there is.
  static func checkManifest(_ text: String) -> [Finding] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().compactMap { index, line in
      Code.withoutComment(String(line)).contains(".package(")
        ? Finding("Package.swift", line: index + 1, "the package has no dependencies") : nil
    }
  }
}
