// What JSON-RPC 2.0 promises about one line and its reply, told from the line alone
// ---------------------------------------------------------------------------------
// The line is read by StrictJSON, so that nothing of the code under test has a say in what is
// expected of it.

import Wire

/// What must come back for one line.
enum ReplyCheck {
  /// What one request calls for: no reply at all, or one with that id.
  private enum Due: Equatable {
    case nothing
    /// The id as it was sent, `null` where none can be told.
    case reply(id: [UInt8])
  }

  private static let null = Array("null".utf8)

  /// Throws where the output is not what the line calls for.
  static func check(_ output: [UInt8], to line: [UInt8], limits: Limits) throws {
    func broken(_ words: String) -> Broken {
      Broken("\(words)\n  line: \(shown(line))\n  output: \(shown(output))")
    }
    do {
      guard let due = due(line, limits: limits) else {
        return try checkRefused(output, of: line)
      }
      switch due {
      case .single(let due): try check(output, due)
      case .batch(let dues):
        let replies = dues.filter { $0 != .nothing }
        guard !replies.isEmpty else {
          return try promise(output.isEmpty, "notifications are not answered")
        }
        let node = try whole(output)
        let elements = node.elements ?? []
        try promise(elements.count == replies.count, "\(replies.count) replies are due")
        for (element, due) in zip(elements, replies) {
          try check(reply: element, in: output, due)
        }
      }
    } catch let error as Broken { throw broken(error.description) }
  }

  private enum Expected {
    case single(Due)
    case batch([Due])
  }

  /// What the line calls for; nil where it is no JSON.
  private static func due(_ line: [UInt8], limits: Limits) -> Expected? {
    guard let node = try? StrictJSON.read(line, maximumDepth: limits.maximumDepth),
      line.count <= limits.maximumLineBytes
    else { return nil }
    guard let elements = node.elements else {
      return .single(due(node, in: line, limits: limits))
    }
    // No batch at all and one that is too large are answered once.
    guard (1...limits.maximumBatchCount).contains(elements.count) else {
      return .single(.reply(id: null))
    }
    return .batch(elements.map { due($0, in: line, limits: limits) })
  }

  private static func due(
    _ request: StrictJSON.Node, in line: [UInt8], limits: Limits
  ) -> Due {
    guard let members = request.members else { return .reply(id: null) }
    func all(_ name: String) -> [StrictJSON.Node] {
      members.filter { $0.name.utf8.elementsEqual(name.utf8) }.map(\.node)
    }
    let (ids, versions, methods) = (all("id"), all("jsonrpc"), all("method"))
    let parameters = all("params")
    if ids.count > 1 { return .reply(id: null) }
    guard let id = ids.first else {
      // Without an id it is a notification only if it is a request in every other way.
      let takesParameters = parameters.allSatisfy { $0.members != nil || $0.elements != nil }
      let isRequest =
        versions.count == 1 && versions[0].string == "2.0" && methods.count == 1
        && methods[0].string != nil && parameters.count <= 1 && takesParameters
      return isRequest ? .nothing : .reply(id: null)
    }
    switch id.value {
    case .null, .number, .string:
      let text = Array(line[id.range])
      return .reply(id: text.count <= limits.maximumIdentifierBytes ? text : null)
    case .bool, .array, .object: return .reply(id: null)
    }
  }

  /// What is no JSON is answered by one error; an id in it may have been found again.
  private static func checkRefused(_ output: [UInt8], of line: [UInt8]) throws {
    let reply = try whole(output)
    let raw = output[(reply["id"]?.range ?? 0..<0)]
    try check(reply: reply, in: output, .reply(id: Array(raw)))
    let code = reply["error"]?["code"]?.value
    try promise(
      [.number("-32700"), .number("-31995")].contains(code), "what is no JSON is a parse error")
    if raw.elementsEqual(null) { return }
    let isThere = line.indices.contains { line[$0...].starts(with: raw) }
    try promise(isThere, "an id that the line does not hold")
  }

  private static func check(_ output: [UInt8], _ due: Due) throws {
    guard due != .nothing else {
      return try promise(output.isEmpty, "a notification is not answered")
    }
    try check(reply: try whole(output), in: output, due)
  }

  /// The one value of the one line.
  private static func whole(_ output: [UInt8]) throws -> StrictJSON.Node {
    try promise(output.last == 0x0A, "a reply ends in a newline")
    try promise(output.dropLast().allSatisfy { $0 >= 0x20 }, "a reply is one line")
    do { return try StrictJSON.read(Array(output.dropLast()), maximumDepth: 140) } catch {
      throw Broken("a reply is JSON, this is \(error)")
    }
  }

  private static func check(
    reply: StrictJSON.Node, in output: [UInt8], _ due: Due
  ) throws {
    let names = (reply.members ?? []).map(\.name)
    try promise(
      names == ["jsonrpc", "id", "result"] || names == ["jsonrpc", "id", "error"],
      "a reply has a version, an id, and a result or an error")
    try promise(reply["jsonrpc"]?.string == "2.0", "the version is 2.0")
    if case .reply(let id) = due, let given = reply["id"] {
      try promise(
        output[given.range].elementsEqual(id), "the id \(shown(id)) comes back byte for byte")
    }
    guard let error = reply["error"] else { return }
    guard let data = error["data"], case .number(let code)? = error["code"]?.value,
      Int(code) != nil, error["message"]?.string != nil, data["reason"]?.string != nil,
      case .bool? = data["retryable"]?.value, data["path"] != nil
    else { throw Broken("an error has a code, a message, a reason, a path and retryable") }
  }
}
