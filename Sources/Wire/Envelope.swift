/// The parts of one request object, or what is wrong with it.
struct Envelope {
  private(set) var method: JSONText?
  private(set) var parameters: JSON?
  /// The id as it was written, or `null` where none can be told.
  private(set) var identifier = Envelope.nullIdentifier
  private(set) var isNotification = true
  /// Set where this is no request: it is answered even if it has no id.
  private(set) var fault: RPCError?

  static var nullIdentifier: UnsafeBufferPointer<UInt8> {
    let text: StaticString = "null"
    return UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  init(_ node: JSON, limits: Limits) {
    guard node.kind == .object else {
      fault = .invalidRequest("a request is an object, this is \(node.kind.phrase)")
      return
    }
    var version: JSON?
    var name: JSON?
    var identity: JSON?
    for (key, value) in node.members.lazy.map({ ($0.name, $0.value) }) {
      if key == "jsonrpc" {
        if !Envelope.fill(&version, with: value) { failRepeated("jsonrpc") }
      } else if key == "method" {
        if !Envelope.fill(&name, with: value) { failRepeated("method") }
      } else if key == "params" {
        if !Envelope.fill(&parameters, with: value) { failRepeated("params") }
      } else if key == "id" {
        if !Envelope.fill(&identity, with: value) { failRepeated("id") }
      }
    }
    if let identity {
      isNotification = false
      if fault?.path != "id" { adopt(identity, limits: limits) }
    }
    if version?.textValue.map({ $0 == "2.0" }) != true {
      fail("jsonrpc must be \"2.0\"", at: "jsonrpc")
    }
    method = name?.textValue
    if method == nil { fail("method must be a string", at: "method") }
    if let parameters, parameters.kind != .object, parameters.kind != .array {
      fail("params must be an object, found \(parameters.kind.phrase)", at: "params")
    }
  }

  /// Fills the slot; false where it was filled before.
  private static func fill(_ slot: inout JSON?, with value: JSON) -> Bool {
    let wasEmpty = slot == nil
    slot = value
    return wasEmpty
  }

  private mutating func failRepeated(_ name: String) {
    // Which of two ids to answer to is anybody's guess, so that fault outranks the others.
    guard fault == nil || name == "id" else { return }
    fault = .invalidRequest("\(name) is given more than once")
    fault?.path = name
  }

  private mutating func adopt(_ identity: JSON, limits: Limits) {
    switch identity.kind {
    case .string, .integer, .number, .null:
      let text = identity.rawBytes
      guard text.count <= limits.maximumIdentifierBytes else {
        fault = .invalidRequest(
          "id is longer than \(limits.maximumIdentifierBytes) bytes", reason: .identifierTooLong)
        fault?.path = "id"
        return
      }
      identifier = text
    default:
      fail("id must be a string, a number or null, found \(identity.kind.phrase)", at: "id")
    }
  }

  private mutating func fail(_ message: String, at path: String) {
    guard fault == nil else { return }
    fault = .invalidRequest(message)
    fault?.path = path
  }
}
