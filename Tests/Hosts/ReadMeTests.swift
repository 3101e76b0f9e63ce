import Foundation
import TestSupport
import Testing

/// No line of the documents promises what the program does not do.
@Suite(.enabled(if: SidecartProcess.isPresent)) struct ReadMeTests {
  /// A fenced block: its language, empty where none is stated, and its text.
  private struct Block {
    var language: String
    var text: String
  }

  private static func blocks(_ path: String) throws -> [Block] {
    let text = try String(contentsOf: PackageRoot.url(of: path), encoding: .utf8)
    return text.matches(of: /(?m)^```(?<language>[a-z]*)\n(?<text>(?s:.*?))^```$/).map {
      Block(language: String($0.language), text: String($0.text))
    }
  }

  private static func tool(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Languages of hosts, each with the tool that runs it, and how it is given a program.
  static let hosts = [
    ("python", "python3", "-c"), ("javascript", "node", "-e"), ("sh", "sh", "-c"),
  ]

  @Test(arguments: hosts) func hostsRunAsTheyStand(
    host: (language: String, tool: String, option: String)
  ) throws {
    guard let tool = ReadMeTests.tool(host.tool), let binary = SidecartProcess.binary else {
      return
    }
    let programs = try ReadMeTests.blocks("README.md").filter { $0.language == host.language }
    #expect(programs.count == 1)
    for program in programs {
      let folder = try TemporaryFolder()
      // The host makes its shop where it stands.
      let script = "cd \"$1\" && exec \"$2\" \"$3\" \"$4\""
      let result = try ChildProcess.run(
        "/bin/sh", ["-c", script, "sh", folder.path, tool, host.option, program.text],
        environment: ["SIDECART": binary])
      #expect(result.exit == .code(0), "\(result.errorText)")
      let output = String(decoding: result.output, as: UTF8.self)
      #expect(output.contains("cup") && output.contains("co_purchase"), "\(output)")
    }
  }

  private static func normal(_ value: Any) -> NSObject? { value as? NSObject }

  /// The examples of answers are steps of the transcripts, which are replayed.
  @Test func answersAreThoseOfTheTranscripts() throws {
    let examples = try ReadMeTests.blocks("README.md").filter { $0.language == "json" }.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.text.utf8)) as? [String: Any])
    }
    #expect(examples.count == 6)
    let steps = try TranscriptTests.names.flatMap {
      try Transcript(PackageRoot.url(of: "Protocol/Transcripts/" + $0)).steps
    }
    for index in stride(from: 0, to: examples.count - 1, by: 2) {
      let asked = examples[index]
      let results = steps.compactMap { step -> NSObject? in
        guard let request = step.request as? [String: Any],
          request["method"] as? String == asked["method"] as? String,
          let parameters = request["params"] as? NSObject,
          parameters == asked["params"] as? NSObject
        else { return nil }
        return (step.reply as? [String: Any])?["result"] as? NSObject
      }
      #expect(results.count == 1, "\(asked)")
      #expect(results.first == examples[index + 1] as NSObject, "\(asked)")
    }
  }

  /// Commands and options that the documents show are there.
  @Test(arguments: ["README.md", "Protocol/README.md", "Models/README.md"])
  func commandsAreThere(path: String) throws {
    var count = 0
    for block in try ReadMeTests.blocks(path) where block.language.isEmpty {
      let text = block.text.replacing("\\\n", with: " ")
      for command in text.matches(of: /(?m)sidecart (?<name>[a-z]+)(?<rest>[^|\n]*)/) {
        let help = try SidecartProcess([String(command.name), "--help"])
        help.closeInput()
        #expect(try help.wait() == .code(0), "\(command.name)")
        let words = String(decoding: help.child.takeOutput(), as: UTF8.self)
        for option in command.rest.matches(of: /(?<name>--[a-z-]+)/) {
          #expect(words.contains("  \(option.name)"), "\(path): \(command.name) \(option.name)")
        }
        count += 1
      }
    }
    #expect(count > 0)
  }

  @Test func theTwoCommandsStandAlone() throws {
    let text = try String(contentsOf: PackageRoot.url(of: "README.md"), encoding: .utf8)
    let lines = text.split(separator: "\n")
    #expect(lines.contains("swift run -c release sidecart demo"))
    #expect(lines.contains("swift test"))
  }

  /// Links between the documents lead somewhere.
  @Test(arguments: ["README.md", "Protocol/README.md", "Protocol/log.md", "Models/README.md"])
  func linksLeadSomewhere(path: String) throws {
    let file = PackageRoot.url(of: path)
    let text = try String(contentsOf: file, encoding: .utf8)
    for link in text.matches(of: /\]\((?<path>[^)#]+)(?:#[^)]*)?\)/) {
      let target = file.deletingLastPathComponent().appendingPathComponent(String(link.path))
      #expect(FileManager.default.fileExists(atPath: target.path), "\(path): \(link.path)")
    }
  }
}
