import Foundation
import TestSupport
import Testing

/// What operators edit is taken as it ships, and explained.
@Suite(.enabled(if: SidecartProcess.isPresent)) struct ModelsTests {
  static let packs: [String] = {
    let folder = PackageRoot.path + "/Models/policies"
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasSuffix(".json") }.sorted()
  }()

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: PackageRoot.url(of: path), encoding: .utf8)
  }

  private static func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// The result of one `sidecart call`.
  private static func call(_ arguments: [String]) throws -> [String: Any] {
    let process = try SidecartProcess(["call"] + arguments)
    process.closeInput()
    #expect(try process.wait() == .code(0), "\(process.stderrText)")
    return try object(String(decoding: process.child.takeOutput(), as: UTF8.self))
  }

  @Test func thereIsOneForEachTrade() {
    #expect(ModelsTests.packs == ["apparel.json", "gym.json", "mall.json", "restaurant.json"])
  }

  @Test(arguments: packs) func packsAreTakenWhole(name: String) throws {
    let path = "Models/policies/" + name
    let count = try #require(
      try ModelsTests.object(ModelsTests.text(path))["policies"] as? [Any]
    ).count
    let result = try ModelsTests.call(["policies.put", "@" + PackageRoot.url(of: path).path])
    #expect(result["accepted"] as? Int == count)
    #expect((result["rejected"] as? [Any])?.isEmpty == true)
  }

  /// Names of members anywhere in the packs, but for those inside conditions.
  private static func names(_ value: Any, into names: inout Set<String>) {
    if let object = value as? [String: Any] {
      for (name, inner) in object {
        names.insert(name)
        if !["for", "on"].contains(name) { self.names(inner, into: &names) }
      }
    } else if let list = value as? [Any] {
      for inner in list { self.names(inner, into: &names) }
    }
  }

  /// Names of fields that conditions ask about.
  private static func fields(_ condition: Any, into fields: inout Set<String>) {
    if let object = condition as? [String: Any] {
      for (name, inner) in object where !name.hasPrefix("$") {
        fields.insert(String(name.split(separator: ".")[0]))
        _ = inner
      }
    }
  }

  @Test func everyFieldIsExplained() throws {
    let readMe = try ModelsTests.text("Models/README.md")
    var names: Set<String> = []
    var fields: Set<String> = []
    for pack in ModelsTests.packs {
      let value = try ModelsTests.object(ModelsTests.text("Models/policies/" + pack))
      ModelsTests.names(value["policies"] as Any, into: &names)
      for policy in value["policies"] as? [[String: Any]] ?? [] {
        ModelsTests.fields(policy["for"] as Any, into: &fields)
        ModelsTests.fields(policy["on"] as Any, into: &fields)
      }
    }
    let rules = try ModelsTests.object(ModelsTests.text("Models/members.json"))
    ModelsTests.names(rules, into: &names)
    #expect(names.count > 25)
    for name in names.union(fields) where !name.hasPrefix("$") {
      #expect(readMe.contains("`\(name)`") || readMe.contains("`\(name)."), "\(name)")
    }
  }

  /// The shipped rules are the defaults: said aloud, they change nothing, and so are no new fact.
  @Test func theShippedRulesAreTheDefaults() throws {
    let folder = try TemporaryFolder()
    let state = folder.url.appendingPathComponent("shop").path
    let path = "@" + PackageRoot.url(of: "Models/members.json").path
    _ = try ModelsTests.call(["--state", state, "shop.configure", path])
    let log = try SidecartProcess(["log", "--state", state])
    log.closeInput()
    #expect(try log.wait() == .code(0))
    let facts = String(decoding: log.child.takeOutput(), as: UTF8.self)
    // What differs from the rules in force is logged; what equals them is not.
    #expect(facts.isEmpty, "\(facts)")
    let other = #"{"members":{"levels":[{"id":"gold","spend":500000}]}}"#
    _ = try ModelsTests.call(["--state", state, "shop.configure", other])
    let after = try SidecartProcess(["log", "--state", state])
    after.closeInput()
    #expect(try after.wait() == .code(0))
    #expect(String(decoding: after.child.takeOutput(), as: UTF8.self).contains("gold"))
  }
}
