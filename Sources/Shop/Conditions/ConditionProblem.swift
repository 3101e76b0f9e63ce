/// What is wrong with a condition, and where.
///
/// Thrown by `Condition.init` when nothing sensible can be built; listed in `Condition.warnings`
/// when a part can be evaluated (to false, as the language demands) but was hardly meant that way.
package struct ConditionProblem: Error, Equatable, Sendable {
  package enum Reason: String, Sendable {
    /// The condition itself is no object. Thrown.
    case notAnObject = "not_an_object"
    /// Objects and lists nest deeper than `ConditionLimits.nesting`. Thrown.
    case tooDeep = "too_deep"
    /// More values than `ConditionLimits.nodes`, or patterns that together grow beyond
    /// `ConditionLimits.instructions`. Thrown.
    case tooLarge = "too_large"
    /// A pattern of more bytes than `ConditionLimits.patternBytes`. Thrown.
    case patternTooLong = "pattern_too_long"
    /// An operator that the language does not know. Warned.
    case unknownOperator = "unknown_operator"
    /// An operand of a type on which the operator can never hold, or never fail. Warned.
    case badOperand = "bad_operand"
    /// A pattern that does not parse, uses what linear matching cannot do, or grows too big.
    /// Warned.
    case badPattern = "bad_pattern"
    /// What is to be the id of a segment is none. Thrown.
    case badReference = "bad_reference"
    /// No segment of that id. Thrown.
    case unknownSegment = "unknown_segment"
    /// A segment that asks about itself, by way of others. Thrown.
    case circular
  }

  /// Where, from the condition's root: `$or[1].tier.$regex`. Empty for the root itself.
  package let path: String
  package let reason: Reason
  /// A sentence for the person who wrote the condition.
  package let message: String

  package init(path: String, reason: Reason, message: String) {
    self.path = path
    self.reason = reason
    self.message = message
  }
}

/// How large a condition may be: the bounds on what compiling and evaluating it can cost.
package struct ConditionLimits: Equatable, Sendable {
  /// Objects and lists within each other, the root included.
  package var nesting: Int
  /// Values in total, each member of a list counted.
  package var nodes: Int
  /// UTF-8 bytes of one pattern.
  package var patternBytes: Int
  /// Instructions of one compiled pattern, counted repeats written out.
  package var patternInstructions: Int
  /// Instructions of all patterns together: what a condition can hold in memory.
  package var instructions: Int

  package init(
    nesting: Int = 32, nodes: Int = 10_000, patternBytes: Int = 4_096,
    patternInstructions: Int = 10_000, instructions: Int = 100_000
  ) {
    precondition(nesting > 0 && nesting <= 64, "recursion follows the nesting")
    precondition(nodes > 0 && patternBytes >= 0 && patternInstructions > 0 && instructions > 0)
    self.nesting = nesting
    self.nodes = nodes
    self.patternBytes = patternBytes
    self.patternInstructions = patternInstructions
    self.instructions = instructions
  }

  package static let standard = ConditionLimits()
}
