import Foundation
import Shop
import Testing

@Suite struct TextPatternTests {
  /// Expected answers come from running JavaScript.
  @Test(arguments: [
    ("a|b", "xb", true), ("(?:a|b|)c", "c", true), ("(|a)+$", "b", true), ("(?:)", "x", true),
    ("^$", "", true), ("^$", "\n", false), ("^a$", "a\n", false), ("$a", "a", false),
    ("a^b", "ab", false), ("(^|,)b", "a,b", true), ("a/b", "a/b", true), (#"\/"#, "/", true),
    ("a.c", "a\nc", false), ("a.c", "a\u{2028}c", false), ("a.c", "a\u{85}c", true),
    // Counts
    ("a{2}", "a", false), ("a{2}", "aa", true), ("^a{2,3}$", "aaaa", false),
    ("^a{2,}$", "aaaaa", true), ("^a{0}$", "", true), ("x*", "aaa", true), ("a+?b", "aab", true),
    ("a??b", "b", true), ("^(?:a?){3}a{3}$", "aaa", true), ("(a*)*b", "aaac", false),
    ("(a|b)*c", "ababc", true), ("^(a|ab)(c|bcd)$", "abcd", true),
    // Braces and brackets that stand for themselves
    ("a{,2}", "a{,2}", true), ("a{,2}", "aa", false), ("a{x", "a{x", true), ("{", "{", true),
    ("}", "}", true), ("]", "]", true), ("a{1}{", "a{", true),
    // Classes
    ("a[^]c", "a\nc", true), ("[]", "a", false), ("[^]", "", false), ("[]]", "]", false),
    ("[]a]", "]a]", false), ("[^]a]", "xa]", true), (#"[a\-z]"#, "-", true), ("[a-]", "-", true),
    ("[-a]", "-", true), (#"[a\-z]"#, "m", false), (#"[\d-x]"#, "-", true),
    (#"[\d-x]"#, "5", true), (#"[\d-x]"#, "y", false), (#"[\w-]"#, "-", true),
    (#"[\b]"#, "\u{8}", true), ("[A-z]", "_", true), (#"[\s\S]{3}"#, "a\nb", true),
    (#"[^\d\s]"#, "1 2", false), (#"[^\W]"#, "_", true),
    // Escapes
    (#"\bcat\b"#, "a cat!", true), (#"\bcat\b"#, "concat", false), (#"\Bcat"#, "concat", true),
    (#"\B"#, "", true), (#"\b"#, "", false), (#"^\w+$"#, "a_1", true), (#"^\w+$"#, "é", false),
    (#"\W"#, "é", true), (#"^\s+$"#, " \t\n\u{a0}\u{3000}\u{feff}\u{2029}", true),
    (#"\S"#, "\u{200b}", true), (#"^\d$"#, "\u{663}", false), (#"\x41"#, "A", true),
    (#"\x4"#, "x4", true), (#"\u0041"#, "A", true), (#"\u004"#, "u004", true),
    (#"\q"#, "q", true), (#"\cJ"#, "\n", true), (#"\0"#, "\0", true), (#"\."#, "a", false),
    (#"\t\n\r\f\v"#, "\t\n\r\u{c}\u{b}", true), (#"\ud83d\ude00"#, "😀", true),
    (#"^\$5\.00$"#, "$5.00", true), (#"\-\_"#, "-_", true),
    ("(?<year>[0-9]{4})-", "2024-", true),
  ])
  func matchesAsJavaScript(_ pattern: String, _ text: String, _ isMatch: Bool) throws {
    #expect(try TextPattern(pattern).matches(text) == isMatch)
  }

  /// Expected answers come from running JavaScript with the flag `i`.
  @Test(arguments: [
    ("s", "ſ", false), ("ſ", "S", false), ("[a-z]", "\u{212A}", false), ("k", "\u{212A}", false),
    ("µ", "\u{39C}", true), ("[µ]", "\u{3BC}", true), ("ς", "Σ", true), ("[σ]", "ς", true),
    ("[Σ]", "ς", true), ("ß", "ẞ", false), ("é", "É", true), ("[é]", "É", true),
    ("[à-þ]", "Ö", true), ("[^a]", "A", false), ("[Z-a]", "A", true), ("[Z-a]", "B", false),
    ("[^b-y]", "M", false),
    (#"\w"#, "ſ", false), ("İ", "i", false), ("ı", "I", false), ("[α-ω]", "ϑ", true),
    ("я", "Я", true), ("[^я]", "Я", false),
  ])
  func ignoresCaseAsJavaScript(_ pattern: String, _ text: String, _ isMatch: Bool) throws {
    #expect(try TextPattern(pattern, ignoresCase: true).matches(text) == isMatch)
    #expect(try TextPattern("(?i)" + pattern).matches(text) == isMatch)
  }

  @Test func seesScalarsWhole() throws {
    #expect(try TextPattern("^.$").matches("😀"))
    #expect(try TextPattern("^[😀-😂]$").matches("😁"))
    #expect(try TextPattern(#"^\u{1F600}$"#).matches("😀"))
    #expect(try !TextPattern(#"\ud83d"#).matches("😀"))
    // A class of JavaScript's pair of surrogates is a class of one scalar here.
    #expect(try TextPattern(#"^[\ud83d\ude00]$"#).matches("😀"))
    // Composed and combined accents stay apart.
    #expect(try !TextPattern("caf\u{E9}").matches("cafe\u{301}"))
  }

  @Test(arguments: [
    "(", "a)", "[", "a**", "*", "+a", "?", "^*", #"\b+"#, "a{2,1}", "{2}", "a|*", "(?a)", "(?",
    #"\"#, "[z-a]", "(?<1>a)", "a*+", "(?:", #"[a-\"#, #"\c1"#, #"\u{110000}"#, #"\u{}"#,
    // What linear matching, or this matcher, does not do
    "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", #"(a)\1"#, #"\k<n>"#, #"\p{L}"#, #"\01"#, "(?i:a)",
    // Too big, however it is written
    "a{10001}", "(a{200}){200}", "((((a{99}){99}){99}){99}){99}", "a{999999999999999999999}",
    "(?:(?:(?:){9999}){9999}){9999}", "(?:){0,99999}",
    String(repeating: "(", count: 3_000) + String(repeating: ")", count: 3_000),
  ])
  func refuses(_ pattern: String) {
    #expect(throws: PatternProblem.self) { _ = try TextPattern(pattern) }
  }

  /// Texts on which a backtracking matcher takes exponentially many steps.
  @Test(arguments: [
    "(a+)+$", "^(a|a)*$", "(a|aa)+$", "(.*a){12}$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a*)*$b",
    "(?:a?){40}a{40}$", "((a?)*)*b", "(?:(?:a{1,9}){1,9}){1,9}$",
  ])
  func takesStepsInProportion(_ pattern: String) throws {
    let compiled = try TextPattern(pattern)
    let text = String(repeating: "a", count: 500) + "!"
    var stepCount = 0
    #expect(!compiled.matches(text, stepCount: &stepCount))
    #expect(stepCount > 0)
    #expect(stepCount <= 2 * compiled.instructionCount * (text.unicodeScalars.count + 1))
  }

  @Test func stopsWhereNothingCanBeginAnyMore() throws {
    var stepCount = 0
    let text = "x" + String(repeating: "a", count: 10_000)
    #expect(try !TextPattern("^a").matches(text, stepCount: &stepCount))
    #expect(stepCount < 10)
    #expect(try TextPattern("x").matches(text, stepCount: &stepCount))
    #expect(stepCount < 20)
  }

  /// Against ICU's matcher on random patterns of the common syntax and random texts.
  ///
  /// Repeats stand within no other repeat: ICU backtracks, and gives up with "no match" where that
  /// takes it too long.
  @Test(arguments: [UInt64(1), 2, 3])
  func agreesWithICU(seed: UInt64) throws {
    var generator = SampleGenerator(seed: seed)
    var matchCount = 0
    for _ in 0..<600 {
      let pattern = randomPattern(depth: 3, &generator)
      let ignoresCase = generator.below(3) == 0
      let oracle = try NSRegularExpression(
        pattern: pattern, options: ignoresCase ? [.caseInsensitive] : [])
      let compiled = try TextPattern(pattern, ignoresCase: ignoresCase)
      for _ in 0..<4 {
        let letters = (0..<generator.below(9)).map { _ in
          generator.pick(["a", "b", "c", "A", "B", "_", "1", "2", " ", "."])
        }
        let text = letters.joined()
        let range = NSRange(location: 0, length: text.utf16.count)
        let expected = oracle.firstMatch(in: text, range: range) != nil
        #expect(
          compiled.matches(text) == expected, "seed \(seed): /\(pattern)/ on \"\(text)\"")
        if expected { matchCount += 1 }
      }
    }
    // The comparison would be hollow if all answers were alike.
    #expect((300...2_100).contains(matchCount), "\(matchCount)")
  }

  private func randomPattern(
    depth: Int, mayRepeat: Bool = true, _ generator: inout SampleGenerator
  ) -> String {
    var pattern = ""
    for _ in 0...generator.below(3) {
      if generator.below(8) == 0 {
        pattern += generator.pick(["^", "$", #"\b"#, #"\B"#])
        continue
      }
      let isRepeated = mayRepeat && generator.below(3) == 0
      if depth > 0, generator.below(3) == 0 {
        let mayRepeatInside = mayRepeat && !isRepeated
        let alternatives = (0...generator.below(2)).map { _ in
          randomPattern(depth: depth - 1, mayRepeat: mayRepeatInside, &generator)
        }
        pattern += generator.pick(["(", "(?:"]) + alternatives.joined(separator: "|") + ")"
      } else {
        pattern += generator.pick([
          "a", "b", "c", "A", "1", "_", ".", #"\d"#, #"\w"#, #"\s"#, #"\D"#, #"\W"#, "[ab]", "[^a]",
          "[a-c1]", #"[^\d_]"#, #"\."#,
        ])
      }
      if isRepeated {
        pattern += generator.pick([
          "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}", "{2,}",
        ])
      }
    }
    return pattern
  }
}
