import Foundation
import Testing

/// The house as it stands.
@Suite struct HouseTests {
  @Test func theTreeIsRead() throws {
    #expect(Tree.paths.contains("Package.swift"))
    #expect(Tree.files.contains { $0.path == "Sources/Shop/Money.swift" && $0.lines.count > 10 })
    #expect(Set(Tree.files.compactMap(\.room)) == Set(Walls.rooms.keys))
  }

  @Test func roomsImportOnlyWhomTheyMay() { expectNone(Walls.check(Tree.files)) }

  @Test func theTopHoldsTheAgreedNames() { expectNone(Layout.checkTop(Tree.paths)) }

  @Test func everyRoomSaysWhatLivesThere() { expectNone(Layout.checkRooms(Tree.files)) }

  @Test func thePackageHasNoDependencies() throws {
    let manifest = try #require(Tree.files.first { $0.path == "Package.swift" })
    expectNone(Layout.checkManifest(manifest.lines.joined(separator: "\n")))
  }

  @Test func filesAreShort() { expectNone(Style.checkLength(Tree.files)) }

  @Test func linesAreShort() { expectNone(Style.checkWidth(Tree.files)) }

  @Test func nothingIsLeftUndone() { expectNone(Style.checkWords(Tree.files)) }

  @Test func noPathIsOfOneMachine() { expectNone(Style.checkMachinePaths(Tree.files)) }

  @Test func onlyTheCommandLinePrints() { expectNone(Style.checkPrints(Tree.files)) }

  @Test func onlyTheSystemFilesReadClocks() { expectNone(Style.checkClocks(Tree.files)) }

  private func expectNone(
    _ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let list = findings.map(\.description).joined(separator: "\n")
    #expect(findings.isEmpty, "\n\(list)", sourceLocation: sourceLocation)
  }
}
