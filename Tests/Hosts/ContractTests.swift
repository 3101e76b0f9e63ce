import Foundation
import TestSupport
import Testing

/// The contract for people says as much as the contract for machines.
@Suite struct ContractTests {
  @Test func everyMethodAndParameterIsInTheReadMe() throws {
    let text = try String(
      contentsOf: PackageRoot.url(of: "Protocol/README.md"), encoding: .utf8)
    let data = try Data(contentsOf: PackageRoot.url(of: "Protocol/openrpc.json"))
    let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let methods = try #require(document["methods"] as? [[String: Any]])
    #expect(methods.count > 25)
    for method in methods {
      let name = try #require(method["name"] as? String)
      let sections = text.components(separatedBy: "#### `\(name)`\n")
      guard sections.count == 2 else {
        Issue.record("\(name) has no section of its own")
        continue
      }
      let section = sections[1].components(separatedBy: "\n####")[0]
      #expect(section.contains(method["summary"] as? String ?? "?"), "\(name)")
      for parameter in method["params"] as? [[String: Any]] ?? [] {
        let isRequired = parameter["required"] as? Bool ?? false
        let cell = "| `\(parameter["name"] ?? "")`" + (isRequired ? " |" : "? |")
        #expect(section.contains(cell), "\(name): \(cell)")
      }
    }
  }

  /// Kinds of facts: those that the code writes, and those that are explained.
  @Test func everyKindOfFactIsExplained() throws {
    let part = try String(contentsOf: PackageRoot.url(of: "Protocol/log.md"), encoding: .utf8)
    func kinds(_ path: String) throws -> [String] {
      let code = try String(contentsOf: PackageRoot.url(of: path), encoding: .utf8)
      return code.matches(of: /case "(?<kind>[a-z]+)"/).map { String($0.kind) }
    }
    let facts = try kinds("Sources/Engine/Fact.swift")
    let ledger = try kinds("Sources/Offers/Ledger/LedgerFact+Value.swift")
    #expect(facts.count == 19 && ledger.count == 8)
    for kind in facts + ledger { #expect(part.contains("| `\(kind)` |"), "\(kind)") }
  }

  /// The tables of the files are those at the top of the code that reads and writes them.
  @Test func theRecordLayoutIsThatOfTheCode() throws {
    let text = try String(
      contentsOf: PackageRoot.url(of: "Protocol/log.md"), encoding: .utf8)
    for (path, count) in [("SegmentHeader", 8), ("RecordHeader", 5)] {
      let code = try String(
        contentsOf: PackageRoot.url(of: "Sources/Storage/\(path).swift"), encoding: .utf8)
      let rows = code.matches(
        of: /(?m)^\/\/ {3,}(?<offset>\d+) {2,}(?<bytes>\d+|…) {2}(?<what>[^\n,]+)/)
      #expect(rows.count == count)
      for row in rows {
        let pattern = try Regex(
          "\(row.offset) +\(row.bytes) +\(NSRegularExpression.escapedPattern(for: String(row.what.prefix(24))))"
        )
        #expect(text.contains(pattern), "\(row.offset) \(row.what)")
      }
    }
  }
}
