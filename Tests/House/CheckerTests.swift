import Testing

/// Every check finds what was planted for it, and lets pass what only looks like it.
@Suite struct CheckerTests {
  private func file(_ path: String, _ lines: String...) -> SourceFile {
    SourceFile(path: path, text: lines.joined(separator: "\n") + "\n")
  }

  @Test(arguments: [
    ("import Shop", ["Shop"]),
    ("@preconcurrency import Foundation", ["Foundation"]),
    ("@_exported public import struct Shop.Day // import Wire", ["Shop"]),
    ("package import Wire; import Storage", ["Wire", "Storage"]),
    ("  import Glibc", ["Glibc"]),
    ("// import Wire", []),
    ("let text = \"import Wire\"", []),
    ("func important() {}", []),
  ])
  func importsAreRead(line: String, modules: [String]) {
    #expect(Code.imports(line) == modules)
  }

  @Test(arguments: [
    ("Sources/Shop/A.swift", "import Statistics"),
    ("Sources/Wire/A.swift", "import Shop"),
    ("Sources/Affinity/Deep/A.swift", "import Members"),
    ("Sources/Offers/A.swift", "package import Wire"),
    ("Sources/Outreach/A.swift", "import Engine"),
    ("Sources/Engine/A.swift", "import Storage"),
    ("Sources/Engine/A.swift", "import Foundation"),
    ("Sources/sidecart/A.swift", "import FoundationEssentials"),
    ("Sources/Storage/System.swift", "import Dispatch"),
    ("Sources/Storage/Log.swift", "import Glibc"),
    ("Sources/Engine/A.swift", "import Synchronization"),
    ("Sources/sidecart/A.swift", "@preconcurrency import Musl"),
    ("Sources/Attic/A.swift", "let a = 1"),
  ])
  func aWallThatIsBrokenIsFound(path: String, line: String) {
    let findings = Walls.check([file(path, "", line)])
    #expect(findings.count == 1)
    #expect(findings.first?.path == path)
  }

  @Test(arguments: [
    ("Sources/Outreach/A.swift", "import Members"),
    ("Sources/Engine/Methods/A.swift", "import Wire"),
    ("Sources/sidecart/A.swift", "import Storage"),
    ("Sources/Storage/System.swift", "import Glibc"),
    ("Sources/Storage/System+Files.swift", "import Musl"),
    ("Sources/Storage/System+Signals.swift", "import Synchronization"),
    ("Sources/Statistics/Gamma.swift", "import Glibc"),
    ("Tests/Shop/A.swift", "import Foundation"),
    ("Sources/Shop/A.swift", "// import Foundation"),
  ])
  func aWallThatStandsIsNotFound(path: String, line: String) {
    #expect(Walls.check([file(path, line)]).isEmpty)
  }

  @Test func aStrangerAtTheTopIsFound() {
    let paths = ["Package.swift", "Sources/Shop/A.swift", ".gitignore", "LICENSE", "notes.md"]
    #expect(Layout.checkTop(paths).map(\.path) == ["notes.md"])
    #expect(Layout.checkTop(["Makefile", "docs/a.md"]).map(\.path) == ["Makefile", "docs"])
  }

  @Test func aRoomWithoutItsHeadIsFound() {
    let head = ["// Shop: facts.", "//", "// Lives here: all.", "// Does not live here: none."]
    let whole = file("Sources/Shop/Room.swift", head.joined(separator: "\n"))
    #expect(Layout.checkRooms([whole]).isEmpty)
    #expect(Layout.checkRooms([file("Sources/Shop/Deep/A.swift", "")]).count == 1)
    for missing in 2...3 {
      var lines = head
      lines.remove(at: missing)
      let part = file("Sources/Shop/Room.swift", lines.joined(separator: "\n"))
      #expect(Layout.checkRooms([part]).count == 1)
    }
    let late = file("Sources/Shop/Room.swift", "let a = 1", head.joined(separator: "\n"))
    #expect(Layout.checkRooms([late]).count == 1)
  }

  @Test func aDependencyIsFound() {
    let bad =
      "let package = Package(\n  dependencies: [\n    .package(url: \"https://x\", from: \"1.0.0\")"
    #expect(
      Layout.checkManifest(bad) == [
        Finding("Package.swift", line: 3, "the package has no dependencies")
      ])
    #expect(Layout.checkManifest("// no .package(url:)\nlet a = 1").isEmpty)
  }

  @Test func aLongFileIsFound() {
    func of(_ count: Int) -> SourceFile {
      SourceFile(path: "Sources/Shop/A.swift", text: String(repeating: "\n", count: count))
    }
    #expect(Style.checkLength([of(400)]).isEmpty)
    #expect(Style.checkLength([of(401)]).count == 1)
  }

  @Test func aWideLineIsFound() {
    let wide = String(repeating: "a", count: 101)
    let exact = String(repeating: "…", count: 100)
    #expect(Style.checkWidth([file("Sources/Shop/A.swift", "", wide)]).map(\.line) == [2])
    #expect(Style.checkWidth([file("Tests/Shop/A.swift", wide)]).count == 1)
    #expect(Style.checkWidth([file("Sources/Shop/A.swift", "\"\(wide)\"")]).count == 1)
    #expect(Style.checkWidth([file("Sources/Shop/A.swift", exact)]).isEmpty)
    #expect(Style.checkWidth([file("Protocol/README.md", wide)]).isEmpty)
    let fixture = file("Tests/Shop/A.swift", "\"\(wide)\"", "\"\"\"", wide, "\"\"\"", "// \(wide)")
    #expect(Style.checkWidth([fixture]).map(\.line) == [5])
  }

  @Test(arguments: ["TO" + "DO", "FIX" + "ME", "X" + "XX", "@test" + "able"])
  func aWordThatDoesNotStayIsFound(word: String) {
    for path in ["Sources/Shop/A.swift", "Tests/Shop/A.swift", "Package.swift"] {
      #expect(Style.checkWords([file(path, "let a = 1 // \(word): later")]).count == 1)
      #expect(Style.checkWords([file(path, "\(word) import Shop")]).count == 1)
      #expect(Style.checkWords([file(path, "let a\(word)a = 1")]).isEmpty)
    }
  }

  @Test(arguments: ["home", "root", "work", "Users"])
  func aPathOfOneMachineIsFound(root: String) {
    for line in ["\"/\(root)/me/data\"", "cd /\(root)", "--data=/\(root)/x", "(/\(root)/a)"] {
      #expect(Style.checkMachinePaths([file("Protocol/README.md", line)]).count == 1, "\(line)")
      #expect(Style.checkMachinePaths([file(".ci/run", line)]).isEmpty)
    }
    for line in ["https://example.org/\(root)/x", "a/\(root)/b", "/\(root)s/x", "../\(root)/y"] {
      #expect(Style.checkMachinePaths([file("README.md", line)]).isEmpty, "\(line)")
    }
  }

  @Test func aPrintIsFound() {
    for line in ["print(1)", "  debugPrint(a)", "if a { print(\"// b\") }", "dump(a)"] {
      #expect(Style.checkPrints([file("Sources/Shop/A.swift", line)]).count == 1, "\(line)")
      #expect(Style.checkPrints([file("Sources/sidecart/A.swift", line)]).isEmpty)
      #expect(Style.checkPrints([file("Tests/Shop/A.swift", line)]).isEmpty)
    }
    for line in ["fingerprint(a)", "writer.print(a)", "// print(a)", "let print = 1"] {
      #expect(Style.checkPrints([file("Sources/Shop/A.swift", line)]).isEmpty, "\(line)")
    }
  }

  @Test func aClockIsFound() {
    for line in ["let now = Date()", "clock_gettime(CLOCK_REALTIME, &time)", "ContinuousClock.now"]
    {
      #expect(Style.checkClocks([file("Sources/sidecart/A.swift", line)]).count == 1, "\(line)")
      #expect(Style.checkClocks([file("Sources/Storage/System.swift", line)]).isEmpty)
      #expect(Style.checkClocks([file("Tests/Shop/A.swift", line)]).isEmpty)
    }
    for line in ["let a = checkDate()", "// Date()", "birthDate()"] {
      #expect(Style.checkClocks([file("Sources/Shop/A.swift", line)]).isEmpty, "\(line)")
    }
  }
}
