/// Whatever knows the methods. It is handed a request at a time and writes its result.
package protocol RequestHandler {
  /// Whether there is such a method: asked only where parameters are refused before any method sees
  /// them, because an unknown method is the better error then.
  func offers(_ method: String) -> Bool

  /// Answers one request by writing exactly one value, or throws what went wrong.
  ///
  /// What was written before an error was thrown is discarded, and so is the result of a
  /// notification. A result that is no single whole value is replaced by an internal error.
  ///
  /// - Parameter parameters: an object without repeated names, empty where none was sent. It must
  ///   not be kept beyond the call.
  mutating func answer(
    _ method: String, parameters: JSON, isNotification: Bool, into result: inout JSONWriter
  ) throws(RPCError)
}
