// How patterns match
//
// Patterns come from outside, so a backtracking engine is out: on `(a+)+$` it tries exponentially
// many ways (Swift's own Regex does too), and one such condition would hang the loop. Here a
// pattern becomes a small program for Thompson's simulation, as in Pike's matcher and RE2: one pass
// over the text, carrying the set of all instructions at which a match could stand. Each
// instruction enters the set once a position, so matching takes O(text x program), whatever the
// pattern.
//
// PatternParser reads JavaScript's syntax into PatternNode; PatternProgram writes instructions out
// of it, counted repeats in full, up to a bound; this file runs them. Since only "does it occur" is
// asked, there are no captures, and lazy or greedy makes no difference. What needs backtracking
// (back-references, lookaround) is refused.
//
// Text is Unicode scalars, where JavaScript without its `u` flag sees UTF-16 units: `^.$` matches
// an emoji here.

/// A compiled regular expression that answers, in linear time, whether it occurs in a text.
package struct TextPattern: Sendable {
  private let program: PatternProgram

  /// Compiles JavaScript's syntax; `(?i)` in front ignores case, as does the argument.
  package init(_ text: String, ignoresCase: Bool = false, maximumInstructions: Int = 10_000)
    throws(PatternProblem)
  {
    var parser = PatternParser(text, ignoresCase: ignoresCase)
    let node = try parser.parse()
    program = try PatternProgram(
      node, ignoresCase: parser.ignoresCase, maximumInstructions: maximumInstructions)
  }

  /// Whether the pattern occurs anywhere in the text.
  package func matches(_ text: String) -> Bool {
    var stepCount = 0
    return matches(text, stepCount: &stepCount)
  }

  /// The same, counting the instructions looked at: at most twice the program's for each position.
  package func matches(_ text: String, stepCount: inout Int) -> Bool {
    let count = program.instructions.count
    // Four lists of instruction numbers: when each was last seen, those to visit, those that wait
    // for a scalar, and those that go on after it. Small programs get them on the stack.
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * count) { memory in
      memory.initialize(repeating: 0)
      var run = PatternRun(program: program, memory: memory)
      let isFound = run.search(text)
      stepCount += run.stepCount
      return isFound
    }
  }

  /// The number of instructions, for tests of the bound.
  package var instructionCount: Int { program.instructions.count }
}

/// Why a pattern was refused.
package struct PatternProblem: Error, Equatable, Sendable {
  /// A sentence, without a position: patterns are short.
  package let message: String

  static let tooBig = PatternProblem(
    message: "The pattern is too big with its repeats written out.")
}
