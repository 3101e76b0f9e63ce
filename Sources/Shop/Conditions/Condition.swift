// How conditions work
//
// A condition is an object in the MongoDB-style language of GrowthBook's SDKs, such as
// `{"tier": "high", "recency_days": {"$gte": 60}}`. It is compiled once, into two small trees:
//
// - `Clause` asks about a source of fields: a field with a predicate, or $and, $or, $nor, $not;
// - `Predicate` asks about one value: a plain value to equal, or operators.
//
// Paths are split, lists sorted, versions padded and patterns compiled at that time, so evaluating
// is a walk over the trees that allocates for little besides patterns and values of unlike types.
// Recursion follows the condition's own nesting, which is bounded; documents of any depth are safe.
//
// The semantics are those of the JavaScript SDK (sdk-js, mongrule.ts), which the shared cases of
// all SDKs pin down: a missing field is null; $gt and its like order as JavaScript does (null is 0,
// "8" next to a number is 8, two strings compare by UTF-16 units); $eq, $in and their like never
// coerce; an empty $or holds; what makes no sense is false. Because a typing error then silently
// matches nobody (or everybody, below a $not), it is also reported in `warnings`.
//
// Where we knowingly differ from sdk-js, we follow the shared cases, other SDKs, or safety:
// - a plain number equals no string (shared cases), nor null: `{"stock": 0}` is not about items
//   whose stock is unknown; nor a list. Null equals null alone and has no text for a pattern;
// - $elemMatch tests 0, false and "" too (shared cases), and reads $and, $or and $nor in its
//   operand as asking about the element's fields (as newer SDKs do);
// - integers are exact over 64 bits, where JavaScript would round beyond 2^53;
// - a malformed $and, $or, $nor or $not is false, where sdk-js throws or holds by accident;
// - patterns run in linear time over Unicode scalars, without lookaround and back-references.

/// A question about an item, a member's profile or any other `FieldSource`, compiled.
///
/// Two conditions are equal when they were made from equal values.
package struct Condition: Equatable, Sendable {
  /// The value that it was made from, to echo and to store.
  package let source: Value
  /// What was hardly meant the way it is evaluated, in the order of the condition.
  package let warnings: [ConditionProblem]
  /// The top-level fields that it may read, each once, in order of first mention.
  package let fieldNames: [String]

  let clauses: [Clause]

  /// Compiles a condition. O(size of the value), patterns within their limit.
  ///
  /// Throws only for what cannot be a condition: no object, too deep, too large, or a pattern too
  /// long. Everything else that is odd compiles and is listed in `warnings`.
  package init(_ value: Value, limits: ConditionLimits = .standard) throws(ConditionProblem) {
    var compiler = ConditionCompiler(limits: limits)
    try compiler.measure(value)
    guard case .object(let members) = value else {
      throw ConditionProblem(
        path: "", reason: .notAnObject, message: "A condition is an object of fields and operators."
      )
    }
    source = value
    clauses = try compiler.clauses(of: members, onSource: true)
    warnings = compiler.warnings
    fieldNames = compiler.fieldNames
  }

  /// Whether the condition holds for the source. The empty condition holds for all.
  ///
  /// O(size of the condition) with each field's length as a factor where a pattern or list meets
  /// it.
  package func matches(_ source: some FieldSource) -> Bool {
    clauses.allHold(for: source)
  }

  package static func == (left: Condition, right: Condition) -> Bool {
    left.source == right.source
  }
}
