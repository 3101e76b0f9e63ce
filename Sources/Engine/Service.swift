import Shop
import Wire

/// The engine behind JSON-RPC: finds the method, runs it, maps what it throws, replays stored
/// replies.
package final class Service: RequestHandler {
  package var engine: Engine
  /// When the line in hand came in; stamped by the loop, never read from a clock here.
  package var now: Instant
  /// Asked before a call writes anything; what it throws is the call's answer.
  package var admit: (Admission) throws(RPCError) -> Void = { _ in }
  private var endpoint: Endpoint

  package init(engine: consuming Engine, now: Instant) {
    endpoint = Endpoint(limits: engine.surroundings.limits)
    self.engine = engine
    self.now = now
  }

  /// Answers a line: appends one reply line to `output`, or nothing for notifications.
  package func answer(
    line: UnsafeBufferPointer<UInt8>, appendingTo output: inout [UInt8]
  ) {
    var handler = self
    endpoint.answer(line, with: &handler, appendingTo: &output)
  }

  /// Answers a line that was too long to be read.
  package func refuseOverlongLine(appendingTo output: inout [UInt8]) {
    endpoint.refuseOverlongLine(appendingTo: &output)
  }

  package func offers(_ method: String) -> Bool { Methods.named(method) != nil }

  package func answer(
    _ name: String, parameters: JSON, isNotification: Bool, into result: inout JSONWriter
  ) throws(RPCError) {
    guard let method = Methods.named(name) else { throw .methodNotFound(name) }
    if engine.surroundings.isReadOnly, method.writes(parameters) {
      throw RPCError(
        code: RPCError.Code.refused, reason: "read_only",
        message: "\(name) writes, and this process was started to read only")
    }
    adoptFinishedWork()
    defer { engine.endRecord() }
    do {
      let call = Call(parameters: parameters, now: now)
      if method.isKeyed, let key = try Service.key(parameters) {
        try answer(keyed: method, key, call, &result)
      } else {
        try admit(method, call)
        try method.answer(&engine, call, &result)
      }
    } catch let error as RPCError {
      throw error
    } catch let error as ParameterError {
      throw RPCError(error)
    } catch let error as RecordProblem {
      throw RPCError(
        code: RPCError.code(ofRefusal: error.reason), reason: ErrorReason(error.reason),
        message: error.message, path: error.path.isEmpty ? nil : error.path)
    } catch {
      throw .internalError("\(name) failed in a way that it does not name")
    }
  }

  /// Takes into use what was fitted beside the loop, as far as there is room to log it; if not, the
  /// next call tries again.
  private func adoptFinishedWork() {
    guard let finished = engine.works.finished else { return }
    var writer = JSONWriter()
    for fact in finished.facts { fact.write(to: &writer) }
    let bytes = writer.bytes.count + 256
    guard
      (try? admit(Admission(recordBytes: bytes, requestBytes: bytes, frees: false))) != nil
    else { return }
    engine.works.noteAdopted(finished.kind)
    for fact in finished.facts { engine.commit(fact, now: now) }
    engine.endRecord()
  }

  /// A retry that gets its stored reply is not asked about, since it writes nothing.
  private func admit(_ method: any Method.Type, _ call: Call) throws(RPCError) {
    guard method.writes(call.parameters) else { return }
    try admit(
      Admission(
        recordBytes: RecordBound.bytes(of: method, engine, call.parameters),
        requestBytes: call.parameters.textBytes, frees: method.frees))
  }

  private static func key(_ parameters: JSON) throws -> String? {
    guard let key = parameters["key"] else { return nil }
    return try key.string(maximumBytes: FieldLimits.identifierBytes)
  }

  private func answer(
    keyed method: any Method.Type, _ key: String, _ call: Call, _ result: inout JSONWriter
  ) throws {
    let fingerprint = Fingerprint(
      method: method.name, parameters: try call.parameters.value())
    if let stored = engine.replies.entry(for: key, at: now) {
      guard stored.fingerprint == fingerprint else {
        throw RPCError(
          code: RPCError.Code.conflict, reason: "conflict",
          message: "this key was used with another call; every new call needs a key of its own",
          path: "key")
      }
      result.raw(stored.reply)
      return
    }
    try admit(method, call)
    try method.answer(&engine, call, &result)
    // A call that could have written and found nothing to write is remembered too: made again
    // later, it might write.
    guard method.writes(call.parameters), engine.keepsReply else { return }
    let entry = ReplyBook.Entry(
      fingerprint: fingerprint, reply: result.bytes, time: now)
    engine.commit(.replied(key: key, entry), now: now)
  }
}

extension RPCError {
  /// The code for a reason of the shop's or the ledger's.
  static func code(ofRefusal reason: String) -> Int {
    switch reason {
    case "conflict": Code.conflict
    case "unknown_order", "unknown_reservation", "unknown_policy": Code.notFound
    default: Code.refused
    }
  }
}
