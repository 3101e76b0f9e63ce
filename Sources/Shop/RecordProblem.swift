/// Why one record of a put was not taken; the others go on.
package struct RecordProblem: Error, Equatable, Sendable {
  /// Where in the record: `lines[0].quantity`; empty for the record as a whole.
  package var path: String
  /// A code of the closed list in `Protocol/`.
  package var reason: String
  /// What is wrong and what to do, for people.
  package var message: String

  package init(path: String, reason: String, message: String) {
    self.path = path
    self.reason = reason
    self.message = message
  }
}

/// What became of one record of a put.
package enum PutOutcome<Change: Sendable>: Sendable {
  /// It is a fact now.
  case accepted(Change)
  /// The same was known already.
  case unchanged
}
