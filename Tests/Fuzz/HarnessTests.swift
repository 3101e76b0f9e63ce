import TestSupport
import Testing
import Wire

/// The fuzzers' own parts: a blind fuzzer finds nothing and looks well.
@Suite struct HarnessTests {
  @Test func theEnvironmentChoosesTheSeeds() throws {
    func plan(_ environment: [String: String]) -> Fuzz.Plan {
      Fuzz.Plan(rounds: 10, environment: environment, fresh: 99)
    }
    #expect(plan([:]) == .first(10))
    #expect(plan([Fuzz.seedVariable: "17"]) == .only(17))
    #expect(plan([Fuzz.secondsVariable: "2.5"]) == .anew(seconds: 2.5, from: 99))
    #expect(plan([Fuzz.secondsVariable: "soon"]) == .first(10))
  }

  @Test func aFailureNamesItsSeedAndTheSeedBringsItBack() throws {
    func fails(_ environment: [String: String]) -> Broken? {
      #expect(throws: Broken.self) {
        try Fuzz.run("harness", rounds: 1_000, environment: environment) { generator in
          if generator.oneIn(50) { throw Broken("here") }
        }
      }
    }
    let words = try #require(fails([:])).description
    let seed = try #require(words.firstMatch(of: /SIDECART_FUZZ_SEED=(\d+)/)).1
    #expect(fails([Fuzz.seedVariable: String(seed)])?.description == words)
    #expect(words.hasSuffix("here"))
  }

  @Test func wrongRepliesAreFound() throws {
    let limits = Limits(maximumBatchCount: 3)
    let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
    let note = #"{"jsonrpc":"2.0","method":"ping"}"#
    let right = #"{"jsonrpc":"2.0","id":1,"result":{}}"#
    func isWrong(_ output: String, _ line: String) -> Bool {
      do {
        try ReplyCheck.check(Array(output.utf8), to: Array(line.utf8), limits: limits)
        return false
      } catch { return true }
    }
    #expect(!isWrong(right + "\n", ping) && !isWrong("", note))
    #expect(!isWrong("[\(right)]\n", "[\(ping),\(note)]") && !isWrong("", "[\(note)]"))
    let wrong = [
      ("", ping), (right, ping), ("\(right)\n\(right)\n", ping), (right + "\n", note),
      (right.replacing("1", with: "2") + "\n", ping),
      (right.replacing("1", with: "1.0") + "\n", ping),
      (right.replacing("\"result\"", with: "\"error\"") + "\n", ping),
      (right.replacing("{}}", with: "{}") + "\n", ping), ("[\(right)]\n", ping),
      ("[\(right),\(right)]\n", "[\(ping),\(note)]"), ("[]\n", "[\(note)]"),
      (right + "\n", "[" + ping + "," + ping), ("\(right)\n", "{\"id\":1"),
    ]
    for (output, line) in wrong { #expect(isWrong(output, line), "\(output) to \(line)") }
  }

  @Test func theStrictReaderKnowsTheRFC() {
    let taken = [
      "{}", " [1,-0.5e+3,\"\\ud834\\udd1e\"] ", "\"\u{7F}é\"", "0", "{\"a\":[],\"a\":{}}",
    ]
    let refused = [
      "", "01", "+1", ".5", "1.", "1e", "--1", "[1,]", "{,}", "{\"a\"}", "\"\u{1}\"", "\"\\x\"",
      "\"\\ud834\"", "\"\\udd1e\"", "\"\\u00g0\"", "nul", "[", "]", "1 2", "'a'", "\u{FEFF}1",
    ]
    for text in taken { #expect((try? StrictJSON.read(Array(text.utf8))) != nil, "\(text)") }
    for text in refused { #expect((try? StrictJSON.read(Array(text.utf8))) == nil, "\(text)") }
    #expect((try? StrictJSON.read([0x22, 0xC0, 0x80, 0x22])) == nil)
    #expect((try? StrictJSON.read(Array("[[]]".utf8), maximumDepth: 1)) == nil)
  }
}
