/// An error object of JSON-RPC 2.0, with what our `data` always says: reason, path, retryable.
package struct RPCError: Error, Equatable, Sendable {
  package enum Code {
    // JSON-RPC's own
    package static var parseError: Int { -32700 }
    package static var invalidRequest: Int { -32600 }
    package static var methodNotFound: Int { -32601 }
    package static var invalidParameters: Int { -32602 }
    package static var internalError: Int { -32603 }
    // Ours
    /// The request is well formed and the shop's rules say no.
    package static var refused: Int { -31999 }
    /// What the request names is not there.
    package static var notFound: Int { -31998 }
    /// The request contradicts what was said before: same id or key, other content.
    package static var conflict: Int { -31997 }
    /// The disk did not take the write; nothing was applied.
    package static var storageFailure: Int { -31996 }
    /// A named limit was exceeded: of the wire, or of memory.
    package static var overLimit: Int { -31995 }
  }

  package var code: Int
  package var message: String
  package var reason: ErrorReason
  /// Where in the parameters, if anywhere.
  package var path: String?
  /// Whether the same request may succeed later without being changed.
  package var retryable: Bool
  /// More members of `data`, as the text between the braces of an object.
  private var details: [UInt8] = []

  package init(
    code: Int, reason: ErrorReason, message: String, path: String? = nil, retryable: Bool = false
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.path = path
    self.retryable = retryable
  }

  /// The same error with more members in `data`; what does not add up to members is left out.
  package func detailed(_ write: (inout JSONWriter) -> Void) -> RPCError {
    var writer = JSONWriter()
    writer.beginObject()
    write(&writer)
    writer.endObject()
    guard writer.isComplete else { return self }
    var error = self
    error.details = Array(writer.bytes.dropFirst().dropLast())
    return error
  }

  /// The error as the value of a reply's `error` member.
  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("code")
    writer.integer(code)
    writer.key("message")
    writer.string(message)
    writer.key("data")
    writer.beginObject()
    writer.key("reason")
    writer.string(reason.code)
    writer.key("path")
    if let path { writer.string(path) } else { writer.null() }
    writer.key("retryable")
    writer.bool(retryable)
    if !details.isEmpty { writer.members(details) }
    writer.endObject()
    writer.endObject()
  }
}

extension RPCError {
  package init(_ error: ParameterError) {
    self.init(
      code: Code.invalidParameters, reason: error.reason, message: error.message, path: error.path)
  }

  package static func methodNotFound(_ method: String) -> RPCError {
    RPCError(
      code: Code.methodNotFound, reason: .unknownMethod,
      message: "there is no method \"\(Excerpt.of(method))\"")
  }

  /// Something that should not happen did; the message may say what, for whoever reports it.
  package static func internalError(_ message: String) -> RPCError {
    RPCError(code: Code.internalError, reason: .internalError, message: message)
  }

  static func invalidRequest(
    _ message: String, reason: ErrorReason = .invalidRequest
  ) -> RPCError {
    RPCError(code: Code.invalidRequest, reason: reason, message: message)
  }

  /// A text that is no JSON; `data.offset` says at which byte of the line.
  init(_ error: ScanError) {
    let isTooLong = error.reason == .tooLong
    self = RPCError(
      code: isTooLong ? Code.overLimit : Code.parseError,
      reason: ErrorReason(error.reason.rawValue),
      message: "\(error.message) (byte \(error.offset))"
    ).detailed { writer in
      writer.key("offset")
      writer.integer(error.offset)
    }
  }

  /// Runs a decoder and turns what it refuses into an error with the code for invalid parameters.
  package static func refusing<Result: ~Copyable>(
    _ decode: () throws(ParameterError) -> Result
  ) throws(RPCError) -> Result {
    do throws(ParameterError) {
      return try decode()
    } catch {
      throw RPCError(error)
    }
  }
}
