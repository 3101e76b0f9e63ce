import Foundation
import TestSupport
import Testing

/// The closed list of reasons, held together with the code and with the words for people.
@Suite struct ReasonTests {
  /// Rooms whose reasons reach a host; the command line and storage speak to people.
  private static let rooms = [
    "Affinity", "Engine", "Experiments", "Members", "Offers", "Outreach", "Shop", "Statistics",
    "Wire",
  ]

  private static let listed: [String] = {
    let url = PackageRoot.url(of: "Protocol/reasons.json")
    guard let data = try? Data(contentsOf: url),
      let file = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      let groups = file["groups"] as? [[String: Any]]
    else { return [] }
    return groups.flatMap { ($0["reasons"] as? [String: String] ?? [:]).keys }
  }()

  /// The code of those rooms without comments, file by file.
  private static let sources: [String] = rooms.flatMap { room -> [String] in
    let folder = PackageRoot.url(of: "Sources/" + room)
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
      .compactMap { try? String(contentsOf: $0, encoding: .utf8) }
      .map { $0.replacing(/\/\/[^\n]*/, with: "") }
  }

  /// Every reason that the code gives.
  private static let given: Set<String> = {
    var found: Set<String> = []
    let words = [
      /reason:\s*(?:[^",()\n]*\?\s*)?"(?<word>[a-z_]+)"/,
      /reason:[^",()\n]*\?\s*"[a-z_]+"\s*:\s*"(?<word>[a-z_]+)"/,
      /ErrorReason\s*\{\s*"(?<word>[a-z_]+)"/,
      /failure\(\s*(?:at:\s*"[^"]*",\s*)?"(?<word>[a-z_]+)"/,
      /problem\(\s*(?:\w+|"[^"]*"),\s*"(?<word>[a-z_]+)"/,
      /withheld\["(?<word>[a-z_]+)"/,
      /by:\s*"(?<word>[a-z_]+)"/,
    ]
    for source in sources {
      for word in words {
        for match in source.matches(of: word) { found.insert(String(match.word)) }
      }
      for body in source.matches(of: /enum \w*Reason\s*:\s*String[^{]*\{(?<cases>[^{}]*)/) {
        for line in body.cases.matches(of: /case (?<name>\w+)(?:\s*=\s*"(?<raw>[a-z_0-9]+)")?/) {
          found.insert(String(line.raw ?? line.name))
        }
      }
      if source.contains("struct ItemRules") {
        for rule in source.matches(of: /return "(?<word>[a-z_]+)"/) {
          found.insert(String(rule.word))
        }
        for rule in source.matches(of: /\? nil : "(?<word>[a-z_]+)"/) {
          found.insert(String(rule.word))
        }
      }
    }
    return found
  }()

  @Test func everyReasonOfTheCodeIsListed() {
    #expect(ReasonTests.given.count > 50)
    #expect(ReasonTests.given.subtracting(ReasonTests.listed).sorted() == [])
  }

  @Test func everyListedReasonIsInTheCode() {
    #expect(ReasonTests.listed.count == Set(ReasonTests.listed).count)
    #expect(Set(ReasonTests.listed).subtracting(ReasonTests.given).sorted() == [])
  }

  @Test func theReadMeExplainsEachAndNoOther() throws {
    let text = try String(
      contentsOf: PackageRoot.url(of: "Protocol/README.md"), encoding: .utf8)
    let part = try #require(text.components(separatedBy: "## Reasons").last)
    let rows = part.components(separatedBy: "\n## ")[0].matches(
      of: /(?m)^\| `(?<word>[a-z_0-9]+)` \|/)
    #expect(Set(rows.map { String($0.word) }) == Set(ReasonTests.listed))
  }

  /// The codes of errors, and the numbers that the README gives them.
  @Test func theReadMeHasEveryCode() throws {
    let text = try String(
      contentsOf: PackageRoot.url(of: "Protocol/README.md"), encoding: .utf8)
    let code = try String(
      contentsOf: PackageRoot.url(of: "Sources/Wire/RPCError.swift"), encoding: .utf8)
    let numbers = code.matches(of: /static var \w+: Int \{ (?<number>-\d+) \}/)
    #expect(numbers.count == 10)
    for number in numbers { #expect(text.contains("| \(number.number) |")) }
  }
}
