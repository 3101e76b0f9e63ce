import Foundation
import TestSupport
import Testing

/// What a newcomer sees first.
@Suite(.enabled(if: SidecartProcess.isPresent)) struct DemoTests {
  private func run(_ arguments: [String]) throws -> (exit: ChildProcess.Exit, text: String) {
    let process = try SidecartProcess(["demo"] + arguments)
    process.closeInput()
    let exit = try process.wait(timeout: 120)
    return (exit, String(decoding: process.child.takeOutput(), as: UTF8.self))
  }

  @Test func itAnswersTheThreeQuestionsTheSameEachTime() throws {
    let first = try run(["--seed", "3", "--customers", "400"])
    #expect(first.exit == .code(0))
    for question in ["1. RECOMMEND", "2. TARGET", "3. CHURN-REACTIVATE", "WHAT NEXT"] {
      #expect(first.text.contains(question))
    }
    #expect(try run(["--seed", "3", "--customers", "400"]).text == first.text)
    #expect(try run(["--seed", "4", "--customers", "400"]).text != first.text)
  }

  @Test func itFitsATerminal() throws {
    let lines = try run(["--customers", "600"]).text.split(separator: "\n").map(String.init)
    #expect((40...95).contains(lines.count))
    // A request is printed whole, so that it can be copied.
    for line in lines where !line.hasPrefix(">") { #expect(line.count <= 100, "\(line)") }
  }

  /// What is printed as a request can be sent: it answers with the customers that were spoken of.
  @Test func itsRequestsCanBeCopied() throws {
    let folder = try TemporaryFolder()
    let state = folder.url.appendingPathComponent("shop").path
    let told = try run(["--customers", "400", "--state", state]).text
    let requests = told.split(separator: "\n").filter { $0.hasPrefix("> ") }.map { $0.dropFirst(2) }
    #expect(requests.count == 5)
    let process = try SidecartProcess([
      "serve", "--state", state, "--now", "2026-07-01T08:00:00+08:00",
    ])
    for request in requests {
      try process.send(String(request))
      let reply = try #require(try process.readLine())
      #expect(reply.contains(#""result""#), "\(reply)")
      for id in reply.matches(of: /"customer":"(member-\d+)"/).prefix(1) {
        #expect(told.contains(id.1))
      }
    }
    process.closeInput()
    #expect(try process.wait() == .code(0))
  }

  @Test func itLeavesAShopAlone() throws {
    let folder = try TemporaryFolder()
    let state = folder.url.appendingPathComponent("shop").path
    #expect(try run(["--customers", "100", "--state", state]).exit == .code(0))
    #expect(try run(["--customers", "100", "--state", state]).exit == .code(1))
  }

  @Test(arguments: [["--customers", "1"], ["--seed", "-1"], ["shop"]])
  func whatItDoesNotTakeIsSaid(arguments: [String]) throws {
    #expect(try run(arguments).exit == .code(2))
  }
}
