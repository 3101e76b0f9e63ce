import Foundation
import TestSupport
import Testing

@Suite("command line", .enabled(if: SidecartProcess.isPresent))
struct CommandLineTests {
  private let folder: TemporaryFolder
  private var state: String { folder.path + "/shop" }

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: String..., input: String = "") throws -> ChildProcess.Result {
    try ChildProcess.run(
      try #require(SidecartProcess.binary), arguments, input: Array(input.utf8), timeout: 30)
  }

  /// Runs it through the shell, which may close streams: `redirect` is behind the command.
  private func run(_ command: String, redirect: String) throws -> ChildProcess.Result {
    try ChildProcess.run(
      "/bin/sh",
      [
        "-c", "exec \"$0\" \(command) \(redirect)", try #require(SidecartProcess.binary), state,
      ], timeout: 30)
  }

  private func permissions(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  /// The names of the commands, out of the overview.
  private func commands() throws -> [String] {
    let help = try run("help")
    #expect(help.exit == .code(0))
    return help.outputText.split(separator: "\n").compactMap { line in
      line.hasPrefix("  ") ? line.split(separator: " ").first.map(String.init) : nil
    }
  }

  // MARK: Words

  @Test func whatIsCalledWronglyIsSaidWithStatusTwo() throws {
    let cases: [([String], String)] = [
      (["frobnicate"], "there is no command frobnicate; sidecart help lists them"),
      (["help", "frobnicate"], "there is no command frobnicate"),
      (
        ["serve", "--frob"],
        "unknown option --frob; known are --state --durability --memory-limit --read-only"
      ),
      (["serve", "--state"], "--state needs a value"),
      (["serve", "--read-only=yes"], "--read-only is a switch"),
      (["serve", "--state", "a", "--state=b"], "--state is given twice"),
      (["serve", "--read-only"], "--read-only needs --state DIR"),
      (["serve", "extra"], "unexpected argument extra"),
      (["serve", "--now", "yesterday"], "--now takes RFC 3339"),
      (["call"], "call needs a METHOD"),
      (["log"], "log needs --state DIR"),
      (["import"], "import needs a FILE"),
    ]
    for (words, message) in cases {
      let result = try ChildProcess.run(try #require(SidecartProcess.binary), words, timeout: 30)
      #expect(result.exit == .code(2), "\(words)")
      #expect(result.output.isEmpty, "\(words)")
      #expect(result.errorText.contains(message), "\(words): \(result.errorText)")
      #expect(result.errorText.split(separator: "\n").count == 1, "\(words)")
    }
  }

  @Test func everyCommandHasAHelpThatNamesItsOptions() throws {
    let names = try commands()
    #expect(names.contains("serve") && names.contains("call") && names.contains("import"))
    for name in names {
      let help = try run(name, "--help")
      #expect(help.exit == .code(0), "\(name)")
      #expect(help.errorText.isEmpty)
      #expect(help.outputText.contains("usage: sidecart \(name)"))
      #expect(try run("help", name).outputText == help.outputText)
      // What the parser takes is what it says when it is given something else.
      let refusal = try run(name, "--no-such-option")
      #expect(refusal.exit == .code(2), "\(name)")
      let options = refusal.errorText.matches(of: /--[a-z-]+/).map { String($0.0) }
      #expect(options.contains("--help"), "\(refusal.errorText)")
      for option in options where option != "--no-such-option" {
        #expect(help.outputText.contains("  \(option)"), "\(name) \(option)")
      }
    }
  }

  @Test func theOverviewNamesOnlyCommandsThatThereAre() throws {
    let names = try commands()
    let overview = try run().outputText
    #expect(try run("--help").outputText == overview)
    for match in overview.matches(of: /sidecart ([a-z]+)/) {
      #expect(names.contains(String(match.1)), "sidecart \(match.1)")
    }
  }

  @Test func aClosedStreamIsNoCrash() throws {
    #expect(try run("version", redirect: ">&-").exit == .code(1))
    #expect(try run("serve", redirect: "<&-").exit == .code(1))
    #expect(try run("serve", redirect: ">&-").exit == .code(1))
    #expect(try run("call no.such", redirect: "2>&-").exit == .code(1))
    #expect(try run("nothing", redirect: "<&- >&- 2>&-").exit == .code(2))
    // What is said to nobody goes into no file of the folder.
    #expect(try run("serve --state \"$1\"", redirect: "2>&-").exit == .code(0))
    #expect(try run("call --state \"$1\" ping", redirect: "<&- 2>&-").exit == .code(0))
    let again = try run("call", "--state", state, "status")
    #expect(again.exit == .code(0), "\(again.errorText)")
  }

  // MARK: call and log

  @Test func callTakesItsParametersFromWordsFilesAndStdin() throws {
    let file = try folder.write(
      orderParameters("o-2").replacing(",", with: ",\r\n  "), to: "order.json")
    for (word, input) in [
      (orderParameters("o-1"), ""), ("@" + file.path, ""), ("-", orderParameters("o-3")),
    ] {
      let result = try run("call", "--state", state, "orders.put", word, input: input)
      #expect(result.exit == .code(0), "\(result.errorText)")
      #expect(result.outputText == "{\"accepted\":1,\"unchanged\":0,\"rejected\":[]}\n")
      #expect(result.errorText.isEmpty)
    }
    for id in ["o-1", "o-2", "o-3"] {
      let result = try run("call", "--state=\(state)", "orders.get", "{\"order\":\"\(id)\"}")
      #expect(result.outputText.contains("\"net\":1290"))
    }
  }

  @Test func anErrorOfACallGoesToStderrWithStatusOne() throws {
    _ = try run("call", "--state", state, "orders.put", orderParameters("o-1"))
    let cases: [([String], [String])] = [
      (["orders.get", "{\"order\":\"none\"}"], ["none"]),
      (["orders.get", "{\"order\":7}"], ["order", "wrong_type"]),
      (["orders.get", "{\"order\":\"o-1\""], ["PARAMS"]),
      (["orders.get", ""], ["PARAMS"]),
      (["orders.get", "[]"], ["params_not_object"]),
      (["orders.get", "{},\"method\":\"shutdown\""], ["PARAMS"]),
      (["no.such"], ["no.such", "unknown_method"]),
      (["status", "@" + folder.path + "/none.json"], ["none.json", "No such file"]),
    ]
    for (words, expected) in cases {
      let result = try ChildProcess.run(
        try #require(SidecartProcess.binary), ["call", "--state", state] + words, timeout: 30)
      #expect(result.exit == .code(1), "\(words)")
      #expect(result.output.isEmpty, "\(words)")
      #expect(result.errorText.hasPrefix("sidecart: "), "\(words)")
      for text in expected {
        #expect(result.errorText.contains(text), "\(words): \(result.errorText)")
      }
    }
  }

  @Test func logPrintsOneValueALine() throws {
    let process = try SidecartProcess.serve(state: state)
    for number in 1...3 { _ = try process.ask("orders.put", orderParameters("o-\(number)")) }
    // While the process goes on, and after it.
    for isRunning in [true, false] {
      if !isRunning { try process.finish() }
      let result = try run("log", "--state", state)
      #expect(result.exit == .code(0), "\(result.errorText)")
      #expect(result.errorText.isEmpty)
      #expect(result.outputText.hasSuffix("\n"))
      let facts = try result.outputText.split(separator: "\n").map { line in
        try #require(
          try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      }
      #expect(facts.map { $0["sequence"] as? Int } == [1, 2, 3])
      let ids = facts.map { (($0["fact"] as? [String: Any])?["order"] as? [String: Any])?["id"] }
      #expect(ids.map { $0 as? String } == ["o-1", "o-2", "o-3"])
    }
  }

  // MARK: The state folder

  @Test func theStateIsForItsOwnerAlone() throws {
    _ = try run("call", "--state", state, "orders.put", orderParameters("o-1"))
    #expect(try permissions(state) == 0o700)
    let files = try FileManager.default.contentsOfDirectory(atPath: state)
    #expect(files.count >= 2)
    for file in files { #expect(try permissions(state + "/" + file) == 0o600, "\(file)") }
  }

  @Test func aStateThatCannotBeIsNamedWithStatusOne() throws {
    let file = try folder.write("text", to: "file")
    let cases = [
      (file.path, "is not a folder"),
      (folder.path + "/no/parent", "the folder above it is not there"),
    ]
    for (path, words) in cases {
      for command in [["serve"], ["call", "orders.put", orderParameters("o-1")]] {
        let result = try ChildProcess.run(
          try #require(SidecartProcess.binary), command + ["--state", path], timeout: 30)
        #expect(result.exit == .code(1))
        #expect(result.output.isEmpty)
        #expect(result.errorText.contains(path) && result.errorText.contains(words))
      }
    }
    // A question makes no folder.
    for command in [["log"], ["serve", "--read-only"], ["call", "status"]] {
      let result = try ChildProcess.run(
        try #require(SidecartProcess.binary), command + ["--state", state], timeout: 30)
      #expect(result.exit == .code(1), "\(command)")
      #expect(result.errorText.contains("\(state): no such state folder"), "\(command)")
    }
    #expect(!FileManager.default.fileExists(atPath: state))
  }
}
