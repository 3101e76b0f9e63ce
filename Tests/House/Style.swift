import Foundation

/// What every file is held to beyond what the formatter sees.
enum Style {
  static let longestFileInLines = 400
  static let longestLineInColumns = 100

  static func checkLength(_ files: [SourceFile]) -> [Finding] {
    files.compactMap { file in
      let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
      guard file.room != nil, file.isSwift, count > longestFileInLines else { return nil }
      return Finding(file.path, "\(count) lines; split it")
    }
  }

  /// Lines in Sources and Tests. In Tests a fixture may be longer: a line with a string literal, or
  /// inside one.
  static func checkWidth(_ files: [SourceFile]) -> [Finding] {
    var findings: [Finding] = []
    for file in files where file.isSwift && ["Sources", "Tests"].contains(file.folders.first) {
      let isTest = file.folders.first == "Tests"
      var isInsideLiteral = false
      for (index, line) in file.lines.enumerated() {
        let isFixture = isTest && (isInsideLiteral || line.contains("\""))
        if occurrences(of: "\"\"\"", in: line) % 2 == 1 { isInsideLiteral.toggle() }
        // Bytes are never fewer than columns, and quicker to count.
        guard line.utf8.count > longestLineInColumns, line.count > longestLineInColumns, !isFixture
        else { continue }
        findings.append(Finding(file.path, line: index + 1, "\(line.count) columns"))
      }
    }
    return findings
  }

  private static func occurrences(of part: String, in line: String) -> Int {
    line.contains(part) ? line.components(separatedBy: part).count - 1 : 0
  }

  /// What is left undone has no place in the code; and tests see what other rooms see.
  static func checkWords(_ files: [SourceFile]) -> [Finding] {
    // Put together here, so that this file is held to its own rule.
    let forbidden = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "@test" + "able"]
    return search(files.filter(\.isSwift)) { line in
      forbidden.first { line.contains($0) && Code.mentions($0, in: line) }
        .map { "'\($0)' does not stay" }
    }
  }

  /// A path that exists on one machine alone. Tools of the machine itself lie in `.ci`.
  static func checkMachinePaths(_ files: [SourceFile]) -> [Finding] {
    let roots = ["home", "root", "work", "Users"].map { "/" + $0 }
    return search(files.filter { !$0.path.hasPrefix(".ci/") }) { line in
      roots.first { line.contains($0) && startsPath($0, in: line) }
        .map { "'\($0)/…' is a path of one machine" }
    }
  }

  /// Whether the root stands at the start of a path, and not within a longer one or a word.
  private static func startsPath(_ root: String, in line: String) -> Bool {
    let parts = line.components(separatedBy: root)
    return zip(parts, parts.dropFirst()).contains { before, after in
      let isInside =
        before.last.map { $0.isLetter || $0.isNumber || "._~/}*-".contains($0) } ?? false
      let goesOn = after.first.map { $0.isLetter || $0.isNumber || "_-.".contains($0) } ?? false
      return !isInside && !goesOn
    }
  }

  /// stdout carries replies and nothing else; who writes there is the command line.
  static func checkPrints(_ files: [SourceFile]) -> [Finding] {
    let inRooms = files.filter { $0.isSwift && $0.room != nil && $0.room != "sidecart" }
    return search(inRooms, isCode: true) { line in
      ["print(", "debugPrint(", "dump("].first { line.contains($0) && Code.mentions($0, in: line) }
        .map { "\($0)…) writes to stdout" }
    }
  }

  /// Time is an input, stamped once and logged: one place reads the clock.
  static func checkClocks(_ files: [SourceFile]) -> [Finding] {
    let clocks = [
      "Date()", "clock_gettime", "gettimeofday", "ContinuousClock", "SuspendingClock", "time(nil)",
    ]
    let inRooms = files.filter { $0.isSwift && $0.room != nil && !Walls.isSystemFile($0.path) }
    return search(inRooms, isCode: true) { line in
      clocks.first { line.contains($0) && Code.mentions($0, in: line) }
        .map { "\($0) reads a clock" }
    }
  }

  private static func search(
    _ files: [SourceFile], isCode: Bool = false, _ complaint: (String) -> String?
  ) -> [Finding] {
    files.flatMap { file in
      file.lines.enumerated().compactMap { index, line in
        complaint(isCode ? String(Code.withoutComment(line)) : line)
          .map { Finding(file.path, line: index + 1, $0) }
      }
    }
  }
}
