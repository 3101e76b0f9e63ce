/// Who may import whom. Each wall is argued in the first file of its room.
enum Walls {
  private static let domain: Set<String> = ["Shop", "Statistics"]

  /// Rooms, and the rooms that each may import.
  static let rooms: [String: Set<String>] = [
    "Affinity": domain,
    "Engine": [
      "Affinity", "Experiments", "Members", "Offers", "Outreach", "Shop", "Statistics", "Wire",
    ],
    "Experiments": domain,
    "Members": domain,
    "Offers": domain,
    "Outreach": domain.union(["Affinity", "Experiments", "Members", "Offers"]),
    "Shop": [],
    "Statistics": [],
    "Storage": [],
    "Wire": [],
    "sidecart": [
      "Affinity", "Engine", "Experiments", "Members", "Offers", "Outreach", "Shop", "Statistics",
      "Storage", "Wire",
    ],
  ]

  private static let cLibraries: Set<String> = ["Darwin", "Glibc", "Musl"]

  /// System calls live in Storage's System files, and what a signal handler may touch with them;
  /// Statistics needs the C library's mathematics.
  static func mayImport(_ module: String, _ file: SourceFile) -> Bool {
    if isSystemFile(file.path) { return cLibraries.contains(module) || module == "Synchronization" }
    // Work beside the loop shares three words of memory with it (`LongWork`).
    // Views of members, which threads may share, make some of what they say when it is asked for.
    let sharing = [
      "Sources/Engine/Learning/LongWork.swift", "Sources/Members/MemberView.swift",
      "Sources/Members/Style/StyleShelf.swift",
    ]
    if sharing.contains(file.path) { return module == "Synchronization" }
    return file.room == "Statistics" && cLibraries.contains(module)
  }

  static func isSystemFile(_ path: String) -> Bool { path.hasPrefix("Sources/Storage/System") }

  static func check(_ files: [SourceFile]) -> [Finding] {
    var findings: [Finding] = []
    for file in files where file.isSwift {
      guard let room = file.room else { continue }
      guard let allowed = rooms[room] else {
        findings.append(Finding(file.path, "\(room) is no room of the house"))
        continue
      }
      for (index, line) in file.lines.enumerated() {
        for module in Code.imports(line) where !allowed.contains(module) {
          if mayImport(module, file) { continue }
          findings.append(Finding(file.path, line: index + 1, "\(room) may not import \(module)"))
        }
      }
    }
    return findings
  }
}
