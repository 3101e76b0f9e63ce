import Offers
import Shop
import Wire

// How a write finds its room
// --------------------------
// A request's facts are applied one after the other, and only then is the record of them all handed
// to the log. A log that says no at that point can't be answered with a refusal: the facts are
// there. So the room is asked for before the first fact, with a bound on the record:
//
//   4 x the bytes of the params + 1 KiB + what the method adds
//
// A fact says in the shape of the request what the request said. A string takes no more bytes than
// it was sent with, since whatever needs an escape sequence had one; a number at most 4 times as
// many ("1e15," becomes "1000000000000000.0,"); a day that becomes a moment 26 bytes for 12; and a
// record of a put, which has at least 11 bytes ({"id":"a"},), gets a name in front, of at most 14
// ({"customer":}). The stored reply of a keyed call, in the same record, repeats ids that are in
// the request. What a method adds, `addedRecordBytes`, is what comes out of the state and not out
// of the request: coupons issued, lines of an order, and the replies that list them.
//
// For these the sizes are those of ids of 256 bytes, or what stands there, and of ordinary names.
// Should a record be longer after all, the log looks for its room when it takes it, and only where
// that fails too does the process end, with nothing acknowledged.

/// What a call asks for before it writes.
package struct Admission {
  /// The call's record of the log is not longer, in bytes.
  package var recordBytes: Int
  /// The bytes of its params.
  package var requestBytes: Int
  /// Whether the call frees more memory than it takes.
  package var frees: Bool
}

extension RPCError {
  /// The log has no room for what the call would write.
  package static func noRoom(_ words: String) -> RPCError {
    RPCError(
      code: Code.storageFailure, reason: "no_room",
      message: "\(words); nothing was changed, and the same request can be sent again",
      retryable: true)
  }

  /// The process occupies more memory than it may.
  package static func memoryLimit(residentBytes: Int, limitBytes: Int) -> RPCError {
    RPCError(
      code: Code.overLimit, reason: "memory_limit",
      message: "the process occupies \(residentBytes) bytes and may occupy \(limitBytes), so "
        + "nothing is taken that would add to it; questions are answered as ever", retryable: true)
  }
}

/// How long the record of a call can become.
enum RecordBound {
  /// Everything around the facts: their time, the names, a key's digest.
  static let frameBytes = 1 << 10
  /// How often the params can be found again in the facts and the reply, as worked out above.
  static let factor = 4
  /// One coupon issued: the fact, which names customer and policy, 256 bytes each at most.
  static let issueBytes = 320 + 512
  /// One decision about a customer, given or held out: four names and a dozen figures.
  static let decisionBytes = 1_280
  /// One customer who got nothing where they could have drawn something: two names, two figures.
  static let passedBytes = 768
  /// One coupon returned, of an order: code and ceiling, in the fact and in the reply.
  static let restoredBytes = 128
  /// One line of an order that came back: index and units in the fact, and with the discount in the
  /// reply.
  static let returnedLineBytes = 128

  /// A bound on the record of a call of that method.
  static func bytes(
    of method: any Method.Type, _ engine: borrowing Engine, _ parameters: JSON
  ) -> Int {
    frameBytes + factor * parameters.textBytes + method.addedRecordBytes(engine, parameters)
  }

  /// The coupons and lines that the whole return of an order's coupons can name.
  static let wholeReturnBytes =
    OrderDraft.maximumLineCount * returnedLineBytes
    + CouponLedger.maximumCodeCount * restoredBytes
}

extension JSON {
  /// The bytes of the value's text; of what was not sent, 0.
  var textBytes: Int { rawBytes.count }

  /// The list's elements, counted; 0 where there is no such list.
  fileprivate func count(of name: StaticString) -> Int {
    self[name]?.elements.count ?? 0
  }
}

extension Method {
  package static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int { 0 }
}

// MARK: - What the methods add

extension CouponsIssue {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    // The reply has a code, or the reason against it, with each customer.
    let count = min(parameters.count(of: "customers"), CouponsIssue.maximumCustomerCount)
    let policy = parameters["policy"]?.stringValue.flatMap { engine.ledger.policies[$0] }
    // And what the customer prefers, where the policy is on that.
    let named = policy?.scope == .preferred ? (PreferredItems.namedCount + 1) * 320 : 0
    return count * (RecordBound.issueBytes + 96 + named)
  }
}

extension Target {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    let customers = parameters["customers"]?.elements.count ?? engine.facts.customers.count
    let limit = Int(clamping: parameters["limit"]?.integerValue ?? 1_000)
    // In the reply: customer, policy, code, a dozen figures and three sentences; reasons at its
    // end.
    let given = max(0, min(customers, limit))
    let passed =
      parameters["explore_percent"] == nil ? 0 : min(customers, PassedDecision.maximumCount)
    return given * (RecordBound.issueBytes + 2 * RecordBound.decisionBytes + 1_536)
      + passed * RecordBound.passedBytes + (8 << 10)
  }
}

extension ChurnReactivate {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    let limit = Int(clamping: parameters["limit"]?.integerValue ?? 100)
    let items = Int(clamping: parameters["items_per_customer"]?.integerValue ?? 3)
    // In the reply, which is kept for a key alone: a message that names the customer and some
    // items.
    let listed = parameters["key"] == nil ? 0 : (2 << 10) + 320 * max(0, min(items, 100))
    return max(0, min(engine.facts.customers.count, limit))
      * (RecordBound.issueBytes + 2 * RecordBound.decisionBytes + listed) + (8 << 10)
  }
}

extension PoliciesPause {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    PolicyStateChange.addedRecordBytes(engine, parameters)
  }
}

extension PoliciesResume {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    PolicyStateChange.addedRecordBytes(engine, parameters)
  }
}

extension OrdersCancel {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    let id = parameters["order"]?.stringValue
    return id.map { engine.ledger.hasRedemption(order: $0) } == true
      ? RecordBound.wholeReturnBytes : 0
  }
}

extension OrdersReturn {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    guard let id = parameters["order"]?.stringValue,
      let order = engine.facts.orders.index(of: id)
    else { return 0 }
    // Units of one item can be of many lines, each of which the reply names with the item.
    var bytes = 0
    for line in engine.facts.orders.lines(of: order) {
      let item = engine.facts.orders.lineItem[line]
      let nameBytes = engine.facts.items.names.withBytes(of: item) { $0.count }
      bytes += RecordBound.returnedLineBytes + 6 * nameBytes
    }
    return bytes
  }
}

extension CouponsReserve {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    booking(parameters)
  }

  /// A booking and its quote: a share of each coupon for each line at most.
  static func booking(_ parameters: JSON) -> Int {
    let lines = parameters["cart"]?.count(of: "lines") ?? 0
    return lines * 16 + parameters.count(of: "codes") * (1_024 + lines * 96)
  }
}

extension CouponsRedeem {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    // The reply repeats the quote of a reservation, whose cart is not in the request.
    parameters["reservation"] == nil
      ? CouponsReserve.booking(parameters) : RecordBound.wholeReturnBytes
  }
}

extension CouponsRelease {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    CouponLedger.maximumCodeCount * RecordBound.restoredBytes
  }
}

extension CouponsReturn {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    RecordBound.wholeReturnBytes
  }
}

extension CouponsVoid {
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int {
    parameters.count(of: "codes") * 256
  }
}
