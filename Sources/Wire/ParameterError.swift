/// One thing that is wrong with the parameters of a request, and where.
package struct ParameterError: Error, Equatable, Sendable {
  /// From the root of the parameters: `orders[3].lines[0].quantity`, or `params` for all of them.
  package var path: String
  package var reason: ErrorReason
  /// A sentence for people. It may quote what was sent; nothing should parse it.
  package var message: String

  package init(path: String, reason: ErrorReason, message: String) {
    self.path = path
    self.reason = reason
    self.message = message
  }
}
