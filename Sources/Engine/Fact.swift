import Members
import Offers
import Shop
import Wire

// What the log holds
// ------------------
// Facts, not commands: what became true, in the shape in which it was said. A request is checked,
// turned into facts, and the facts are logged and applied; replay applies the same facts through
// the same `apply` and never runs an algorithm again, so a later version with another allocator
// can't rewrite history.
//
// One request is one record of the log, so that its facts survive a crash together or not at all:
//
//   {"now":"2026-03-01T02:00:00Z","facts":[{"order":{…}},{"order":{…}}]}
//
// Each fact is an object with one member, whose name is its kind. `Protocol/log.md` lists them.

/// One thing that became true.
package enum Fact {
  case shop(Value)
  case item(ItemPatch)
  case customer(CustomerPatch)
  case order(OrderDraft)
  case cancelled(order: String, time: Instant?)
  case returned(order: String, lines: [(line: Int, quantity: Int64)], time: Instant?)
  case event(EventDraft)
  case segment(Value)
  case ranker(Value)
  case lifetime(Value)
  case clusters(Value)
  case intent(Value)
  case points(PointMovement)
  case marked(position: Int64, time: Instant)
  case coupon(LedgerFact)
  case decided(Decision)
  case passed(PassedDecision)
  case forgotten(Forgotten)
  case replied(key: String, ReplyBook.Entry)
}

extension Fact {
  /// Writes the fact as the log holds it.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    switch self {
    case .shop(let settings):
      writer.key("shop")
      writer.value(settings)
    case .item(let patch):
      writer.key("item")
      patch.write(to: &writer)
    case .customer(let patch):
      writer.key("customer")
      patch.write(to: &writer)
    case .order(let draft):
      writer.key("order")
      draft.write(to: &writer)
    case .cancelled(let order, let time):
      writer.key("cancelled")
      Fact.write(order: order, time: time, to: &writer) { _ in }
    case .returned(let order, let lines, let time):
      writer.key("returned")
      Fact.write(order: order, time: time, to: &writer) { writer in
        writer.key("lines")
        writer.beginArray()
        for part in lines {
          writer.beginArray()
          writer.integer(part.line)
          writer.integer(Int(part.quantity))
          writer.endArray()
        }
        writer.endArray()
      }
    case .event(let draft):
      writer.key("event")
      draft.write(to: &writer)
    case .segment(let segment):
      writer.key("segment")
      writer.value(segment)
    case .ranker(let ranker):
      writer.key("ranker")
      writer.value(ranker)
    case .lifetime(let model):
      writer.key("lifetime")
      writer.value(model)
    case .clusters(let clusters):
      writer.key("clusters")
      writer.value(clusters)
    case .intent(let intent):
      writer.key("intent")
      writer.value(intent)
    case .points(let movement):
      writer.key("points")
      writer.value(movement.value)
    case .marked(let position, _):
      writer.key("marked")
      writer.beginObject()
      writer.key("position")
      writer.integer(Int(position))
      writer.endObject()
    case .coupon(let fact):
      writer.key("coupon")
      writer.value(fact.value)
    case .decided(let decision):
      writer.key("decided")
      writer.value(decision.record)
    case .passed(let decision):
      writer.key("passed")
      writer.value(decision.record)
    case .forgotten(let forgotten):
      writer.key("forgotten")
      forgotten.write(to: &writer)
    case .replied(let key, let entry):
      writer.key("replied")
      writer.beginObject()
      writer.key("key")
      writer.string(key)
      writer.key("body")
      writer.string(entry.fingerprint.text)
      writer.key("reply")
      writer.raw(entry.reply)
      writer.endObject()
    }
    writer.endObject()
  }

  private static func write(
    order: String, time: Instant?, to writer: inout JSONWriter, _ more: (inout JSONWriter) -> Void
  ) {
    writer.beginObject()
    writer.key("order")
    writer.string(order)
    if let time {
      writer.key("time")
      writer.string(time.rfc3339())
    }
    more(&writer)
    writer.endObject()
  }
}

extension Fact {
  /// Reads a fact off the log. Facts that this program wrote always read; anything else is named
  /// with its path.
  ///
  /// - Parameter now: the moment of its record.
  package init(_ fact: JSON, settings: ShopSettings, now: Instant) throws {
    let zone = settings.zone
    var members = fact.members.makeIterator()
    guard let member = members.next(), members.next() == nil else {
      throw fact.failure("not_a_fact", "a fact is an object with one member")
    }
    let body = member.value
    switch member.name.string {
    case "shop": self = .shop(try body.value())
    case "item": self = .item(try ItemPatch(body, zone: zone))
    case "customer": self = .customer(try CustomerPatch(body, zone: zone))
    case "order": self = .order(try OrderDraft(body, zone: zone))
    case "event": self = .event(try EventDraft(body))
    case "segment": self = .segment(try body.value())
    case "ranker": self = .ranker(try body.value())
    case "lifetime": self = .lifetime(try body.value())
    case "clusters": self = .clusters(try body.value())
    case "intent": self = .intent(try body.value())
    case "points": self = .points(try PointMovement(try body.value()))
    case "coupon": self = .coupon(try LedgerFact(try body.value(), settings: settings))
    case "decided": self = .decided(try Decision(try body.value()))
    case "passed": self = .passed(try PassedDecision(try body.value()))
    case "marked":
      var reader = try body.object()
      let position = Int64(try reader.integer("position"))
      try reader.finish()
      self = .marked(position: position, time: now)
    case "cancelled":
      var reader = try body.object()
      self = .cancelled(
        order: try reader.identifier("order"), time: try reader.optionalMoment("time"))
      try reader.finish()
    case "returned":
      var reader = try body.object()
      let order = try reader.identifier("order")
      let time = try reader.optionalMoment("time")
      var lines: [(line: Int, quantity: Int64)] = []
      for element in try reader.array("lines", maximumCount: OrderDraft.maximumLineCount) {
        var parts = try element.array(minimumCount: 2, maximumCount: 2).makeIterator()
        guard let line = parts.next(), let quantity = parts.next() else { continue }
        lines.append((line: try line.integer(), quantity: Int64(try quantity.integer())))
      }
      try reader.finish()
      self = .returned(order: order, lines: lines, time: time)
    case "forgotten": self = .forgotten(try Forgotten(body))
    case "replied":
      var reader = try body.object()
      let key = try reader.identifier("key")
      let text = try reader.string("body", maximumBytes: 64)
      let reply = try reader.required("reply")
      try reader.finish()
      guard let fingerprint = Fingerprint(text: text) else {
        throw body.failure("not_a_fact", "the body is 32 hexadecimal digits")
      }
      self = .replied(
        key: key,
        ReplyBook.Entry(
          fingerprint: fingerprint, reply: Array(reply.rawBytes), time: now))
    default:
      throw fact.failure(
        "unknown_fact",
        "\(member.name.string) is no fact that this version knows; use the version that wrote it")
    }
  }
}

extension Fingerprint {
  /// 32 hexadecimal digits.
  var text: String {
    [high, low].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
  }

  init?(text: String) {
    guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
      let low = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
  }
}
