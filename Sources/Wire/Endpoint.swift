// One line in, one line out. The line is scanned once; a request's parts are views into it; the
// method writes its result into a buffer of its own, which is looked at before anything is said: if
// it is exactly one value, it goes out behind the id as that was sent, and if not, an error does.
// So nothing a method does, or leaves undone, makes two replies, half of one, or none.
//
// A notification is never answered, whatever comes of it. What is no request at all (no method, a
// wrong version, a scalar for params) is no notification either, and is answered with the id null.

/// Turns lines into replies; owns the tape and the buffer that are reused from line to line.
package struct Endpoint: ~Copyable {
  package let limits: Limits
  private let scanner: JSONScanner
  private var result = JSONWriter()

  package init(limits: Limits = Limits()) {
    self.limits = limits
    scanner = JSONScanner(limits: limits)
  }

  /// Answers one line: appends one reply with its newline to `output`, or nothing at all.
  ///
  /// - Parameter line: the line without its end; what is not JSON is answered as such.
  package mutating func answer(
    _ line: UnsafeBufferPointer<UInt8>, with handler: inout some RequestHandler,
    appendingTo output: inout [UInt8]
  ) {
    let root: JSON
    do throws(ScanError) {
      root = try scanner.scan(line)
    } catch {
      let identifier =
        error.reason == .tooLong
        ? nil
        : SalvagedIdentifier.find(
          in: line, prefix: scanner.prefix, maximumBytes: limits.maximumIdentifierBytes)
      return refuse(RPCError(error), identifier, appendingTo: &output)
    }
    if root.kind == .array {
      answer(batch: root.elements, with: &handler, appendingTo: &output)
    } else if answer(request: root, with: &handler, appendingTo: &output) {
      output.append(UInt8(ascii: "\n"))
    }
  }

  /// Answers a line that was too long to be kept, and of which nothing is known.
  package mutating func refuseOverlongLine(appendingTo output: inout [UInt8]) {
    let error = RPCError(
      code: RPCError.Code.overLimit, reason: .lineTooLong,
      message: "the line is longer than \(limits.maximumLineBytes) bytes")
    refuse(error, nil, appendingTo: &output)
  }

  private mutating func answer(
    batch: JSONArray, with handler: inout some RequestHandler, appendingTo output: inout [UInt8]
  ) {
    guard !batch.isEmpty else {
      let error = RPCError.invalidRequest("a batch must hold a request", reason: .emptyBatch)
      return refuse(error, nil, appendingTo: &output)
    }
    guard batch.count <= limits.maximumBatchCount else {
      let error = RPCError(
        code: RPCError.Code.overLimit, reason: .batchTooLarge,
        message: "\(batch.count) requests are more than \(limits.maximumBatchCount) in one batch")
      return refuse(error, nil, appendingTo: &output)
    }
    let start = output.count
    output.append(UInt8(ascii: "["))
    var isFirst = true
    for request in batch {
      let end = output.count
      if !isFirst { output.append(UInt8(ascii: ",")) }
      if answer(request: request, with: &handler, appendingTo: &output) {
        isFirst = false
      } else {
        output.removeLast(output.count - end)
      }
    }
    if isFirst {
      output.removeLast(output.count - start)
    } else {
      output.append(UInt8(ascii: "]"))
      output.append(UInt8(ascii: "\n"))
    }
  }

  /// Answers one request without a newline; false where it is not to be answered.
  private mutating func answer(
    request: JSON, with handler: inout some RequestHandler, appendingTo output: inout [UInt8]
  ) -> Bool {
    let envelope = Envelope(request, limits: limits)
    do throws(RPCError) {
      if let fault = envelope.fault { throw fault }
      try run(envelope, with: &handler)
      if envelope.isNotification { return false }
      emit(",\"result\":", envelope.identifier, appendingTo: &output)
    } catch {
      if envelope.isNotification && envelope.fault == nil { return false }
      emit(error, envelope.identifier, appendingTo: &output)
    }
    return true
  }

  /// Has the method write its result, which is one whole value where nothing is thrown.
  private mutating func run(
    _ envelope: Envelope, with handler: inout some RequestHandler
  ) throws(RPCError) {
    guard let method = envelope.method?.string else {
      throw .internalError("a request without a method was let through")
    }
    let parameters = envelope.parameters ?? scanner.absent
    scanner.beginPaths(at: parameters)
    do throws(ParameterError) {
      guard parameters.kind == .object else {
        throw parameters.failure(.parametersNotObject, "params must be an object, found an array")
      }
      try parameters.refuseDuplicates()
    } catch {
      guard handler.offers(method) else { throw .methodNotFound(method) }
      throw RPCError(error)
    }
    result.removeAll()
    try handler.answer(
      method, parameters: parameters, isNotification: envelope.isNotification, into: &result)
    guard result.isComplete else {
      throw .internalError("the method \"\(Excerpt.of(method))\" wrote no whole result")
    }
  }

  private mutating func refuse(
    _ error: RPCError, _ identifier: UnsafeBufferPointer<UInt8>?,
    appendingTo output: inout [UInt8]
  ) {
    emit(error, identifier ?? Envelope.nullIdentifier, appendingTo: &output)
    output.append(UInt8(ascii: "\n"))
  }

  private mutating func emit(
    _ error: RPCError, _ identifier: UnsafeBufferPointer<UInt8>,
    appendingTo output: inout [UInt8]
  ) {
    result.removeAll()
    error.write(into: &result)
    emit(",\"error\":", identifier, appendingTo: &output)
  }

  private func emit(
    _ member: StaticString, _ identifier: UnsafeBufferPointer<UInt8>,
    appendingTo output: inout [UInt8]
  ) {
    Endpoint.append("{\"jsonrpc\":\"2.0\",\"id\":", to: &output)
    output.append(contentsOf: identifier)
    Endpoint.append(member, to: &output)
    result.withBytes { output.append(contentsOf: $0) }
    output.append(UInt8(ascii: "}"))
  }

  private static func append(_ text: StaticString, to output: inout [UInt8]) {
    output.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
