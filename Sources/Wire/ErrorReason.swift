/// A machine-readable reason: snake_case, stable, listed in the protocol.
package struct ErrorReason: Hashable, Sendable, ExpressibleByStringLiteral {
  package let code: String

  package init(_ code: String) { self.code = code }
  package init(stringLiteral code: String) { self.init(code) }

  // MARK: What the wire itself refuses in parameters

  package static var unknownParameter: ErrorReason { "unknown_parameter" }
  package static var duplicateMember: ErrorReason { "duplicate_member" }
  package static var missing: ErrorReason { "missing" }
  package static var wrongType: ErrorReason { "wrong_type" }
  package static var outOfRange: ErrorReason { "out_of_range" }
  package static var tooLong: ErrorReason { "too_long" }
  package static var empty: ErrorReason { "empty" }
  package static var tooMany: ErrorReason { "too_many" }
  package static var tooFew: ErrorReason { "too_few" }
  package static var notOneOf: ErrorReason { "not_one_of" }
  package static var parametersNotObject: ErrorReason { "params_not_object" }

  // MARK: What it refuses in envelopes and lines

  package static var invalidRequest: ErrorReason { "invalid_request" }
  package static var emptyBatch: ErrorReason { "empty_batch" }
  package static var batchTooLarge: ErrorReason { "batch_too_large" }
  package static var identifierTooLong: ErrorReason { "id_too_long" }
  package static var lineTooLong: ErrorReason { "line_too_long" }
  package static var unknownMethod: ErrorReason { "unknown_method" }
  package static var internalError: ErrorReason { "internal" }
}
