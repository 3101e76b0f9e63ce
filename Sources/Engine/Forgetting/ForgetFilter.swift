import Offers
import Wire

// How the log forgets
// -------------------
// The log is read twice. The first pass (`note`) collects who was forgotten at which record; the
// fact that says so names all that was theirs. The second (`rewritten`) takes out of each record
// what is about somebody who is forgotten further on. Cancellations, returns and uses of coupons
// name an order, a code or a reservation and not a customer, so the second pass keeps whose those
// are, as far as they belong to somebody who will be forgotten.
//
// A record keeps its place: what is left of it is `{"now":…,"facts":[…]}`, with no facts if need
// be. Facts that stay are copied byte for byte. The state that the rewritten log gives is the one
// that the log gave: a test holds that for random histories.

/// Takes forgotten customers out of the records of a log.
package struct ForgetFilter {
  /// At which records each customer was forgotten, ascending.
  private var sequences: [String: [UInt64]] = [:]
  /// When an id was forgotten that was also somebody else's identity by these channels.
  private var elsewhere: [String: [(sequence: UInt64, channels: Set<String>)]] = [:]
  /// Who was forgotten with an identity, and when: by channel, then by what the channel calls it.
  private var identities: [String: [String: [(sequence: UInt64, customer: String)]]] = [:]
  private var mentions = Mentions()
  private var last: UInt64 = 0

  /// Whose each order, coupon code and reservation is, of those who will be forgotten.
  private var orders: [String: Owner] = [:]
  private var codes: [String: Owner] = [:]
  private var reservations: [String: (owner: Owner, order: String)] = [:]
  /// Who used coupons for an order, the last at the end.
  private var redemptions: [String: [Owner]] = [:]

  package init() {}

  /// Whether no customer was forgotten.
  package var isEmpty: Bool { sequences.isEmpty }

  /// First pass: takes note of whom a record forgets. O(facts of the record).
  package mutating func note(_ sequence: UInt64, _ record: JSON) {
    guard let facts = record["facts"] else { return }
    for fact in facts.elements {
      guard let body = fact["forgotten"], let forgotten = try? Forgotten(body),
        let customer = forgotten.customer
      else { continue }
      sequences[customer, default: []].append(sequence)
      if !forgotten.elsewhere.isEmpty {
        elsewhere[customer, default: []].append((sequence, Set(forgotten.elsewhere)))
      }
      for identity in forgotten.identities {
        identities[identity.channel, default: [:]][identity.id, default: []].append(
          (sequence, customer))
      }
      mentions.add(forgotten, until: sequence)
      last = max(last, sequence)
    }
  }

  /// Second pass, from the first record on: the record without what is about those who are
  /// forgotten later; nil where it stays as it is.
  ///
  /// - Throws: for a fact that no version wrote.
  package mutating func rewritten(_ sequence: UInt64, _ record: JSON) throws -> [UInt8]? {
    if isEmpty || sequence > last { return nil }
    var reader = try record.object()
    let now = try reader.required("now")
    let facts = try reader.array("facts", maximumCount: Int.max)
    try reader.finish()
    var rest: [[UInt8]] = []
    var isChanged = false
    var isAboutThemAlone = true
    var wasAboutSomebody = false
    for fact in facts {
      var members = fact.members.makeIterator()
      guard let member = members.next(), members.next() == nil else {
        throw fact.failure("not_a_fact", "a fact is an object with one member")
      }
      let kind = member.name.string
      let written: [UInt8]?
      if kind == "replied" {
        written =
          isAboutThemAlone && wasAboutSomebody
          ? nil : try self.rest(ofReplied: fact, member.value, sequence)
      } else {
        let isTheirs = try isForgotten(later: sequence, kind, member.value)
        wasAboutSomebody = true
        if !isTheirs { isAboutThemAlone = false }
        written = isTheirs ? nil : try self.rest(of: fact, kind, member.value, sequence)
      }
      if let written {
        if !written.elementsEqual(fact.rawBytes) { isChanged = true }
        rest.append(written)
      } else {
        isChanged = true
      }
    }
    if !isChanged { return nil }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("now")
    writer.raw(now.rawBytes)
    writer.key("facts")
    writer.beginArray()
    for fact in rest { writer.raw(fact) }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }

  // MARK: What stays

  /// A stored reply without what speaks of them; nil where none of it stays.
  private func rest(
    ofReplied fact: JSON, _ body: JSON, _ sequence: UInt64
  ) throws -> [UInt8]? {
    var reader = try body.object()
    let key = try reader.identifier("key")
    let fingerprint = try reader.required("body")
    let reply = try reader.required("reply")
    try reader.finish()
    if mentions.isIn(key: key, after: sequence) { return nil }
    let before = Array(reply.rawBytes)
    guard let after = mentions.rest(ofReply: before, after: sequence) else { return nil }
    if after == before { return Array(fact.rawBytes) }
    var writer = JSONWriter(capacity: after.count + 256)
    writer.beginObject()
    writer.key("replied")
    writer.beginObject()
    writer.key("key")
    writer.string(key)
    writer.key("body")
    writer.raw(fingerprint.rawBytes)
    writer.key("reply")
    writer.raw(after)
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }

  /// A fact that is not about them: without who was forgotten, and without codes of theirs.
  private func rest(
    of fact: JSON, _ kind: String, _ body: JSON, _ sequence: UInt64
  ) throws -> [UInt8] {
    if kind == "forgotten" {
      var forgotten = try Forgotten(body)
      if forgotten.customer == nil { return Array(fact.rawBytes) }
      forgotten.customer = nil
      var writer = JSONWriter()
      Fact.forgotten(forgotten).write(to: &writer)
      return writer.bytes
    }
    guard kind == "order", let cited = body["coupons"],
      cited.elements.contains(where: { isTheirs($0, sequence) })
    else { return Array(fact.rawBytes) }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("order")
    writer.beginObject()
    for member in body.members {
      let isCoupons = member.name == "coupons"
      let codes = isCoupons ? cited.elements.filter { !isTheirs($0, sequence) } : []
      if isCoupons && codes.isEmpty { continue }
      writer.key(dynamic: member.name.string)
      if isCoupons {
        writer.beginArray()
        for code in codes { writer.raw(code.rawBytes) }
        writer.endArray()
      } else {
        writer.raw(member.value.rawBytes)
      }
    }
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }

  private func isTheirs(_ code: JSON, _ sequence: UInt64) -> Bool {
    code.stringValue.map { mentions.holds(code: $0, after: sequence) } ?? false
  }
}

// MARK: - Whom a fact is about

extension ForgetFilter {
  /// Who had something, from which record on. Until they were forgotten: who comes again under the
  /// same id has nothing of it.
  private struct Owner {
    var customer: String
    var since: UInt64
  }

  private func isForgotten(_ customer: String, after sequence: UInt64) -> Bool {
    sequences[customer]?.last.map { $0 > sequence } ?? false
  }

  /// Whether what they had is theirs still, and will be forgotten.
  private func isForgotten(_ owner: Owner?, after sequence: UInt64) -> Bool {
    guard let owner, isForgotten(owner.customer, after: sequence) else { return false }
    return !hasLost(owner, by: sequence)
  }

  private func hasLost(_ owner: Owner, by sequence: UInt64) -> Bool {
    sequences[owner.customer]?.contains { owner.since < $0 && $0 <= sequence } ?? false
  }

  /// Whether a fact is about somebody who is forgotten later; takes note of what they have.
  private mutating func isForgotten(
    later sequence: UInt64, _ kind: String, _ body: JSON
  ) throws -> Bool {
    switch kind {
    case "customer": return isForgotten(try text("id", of: body), after: sequence)
    case "decided", "passed", "points":
      return isForgotten(try text("customer", of: body), after: sequence)
    case "event":
      _ = try text("customer", of: body)
      return forgottenPerson(of: body, after: sequence) != nil
    case "order":
      let id = try text("id", of: body)
      guard let customer = forgottenPerson(of: body, after: sequence) else {
        orders[id] = nil
        return false
      }
      orders[id] = Owner(customer: customer, since: sequence)
      return true
    case "cancelled", "returned":
      return isForgotten(orders[try text("order", of: body)], after: sequence)
    case "coupon": return try isForgotten(coupon: body, later: sequence)
    default: return false
    }
  }

  /// Who was forgotten of those whose an order or event was: the customer that it names, unless
  /// that was somebody else's identity by its channel, or the one whose identity it was.
  private func forgottenPerson(of body: JSON, after sequence: UInt64) -> String? {
    guard let name = body["customer"]?.stringValue else { return nil }
    guard let channel = body["channel"]?.stringValue else {
      return isForgotten(name, after: sequence) ? name : nil
    }
    for forgotten in identities[channel]?[name] ?? [] where forgotten.sequence > sequence {
      return forgotten.customer
    }
    let others = (elsewhere[name] ?? []).filter { $0.channels.contains(channel) }.map(\.sequence)
    let isTheirs = sequences[name]?.contains { $0 > sequence && !others.contains($0) } ?? false
    return isTheirs ? name : nil
  }

  private mutating func isForgotten(coupon body: JSON, later sequence: UInt64) throws -> Bool {
    switch try text("fact", of: body) {
    case "issued":
      let customer = try text("customer", of: body)
      guard isForgotten(customer, after: sequence) else { return false }
      codes[CouponCode.normalized(try text("code", of: body))] = Owner(
        customer: customer, since: sequence)
      return true
    case "reserved":
      let owner = Owner(customer: try text("customer", of: body), since: sequence)
      let order = try text("order", of: body)
      let isTheirs = isForgotten(owner, after: sequence)
      if isTheirs || redemptions[order] != nil {
        reservations[try text("reservation", of: body)] = (owner, order)
      }
      return isTheirs
    case "redeemed":
      if let reservation = body["reservation"]?.stringValue {
        guard let held = reservations[reservation] else { return false }
        return redeem(held.order, by: held.owner, sequence)
      }
      let owner = Owner(customer: try text("customer", of: body), since: sequence)
      return redeem(try text("order", of: body), by: owner, sequence)
    case "released":
      return isForgotten(
        reservations[try text("reservation", of: body)]?.owner, after: sequence)
    case "returned":
      let used = redemptions[try text("order", of: body)] ?? []
      return isForgotten(used.last { !hasLost($0, by: sequence) }, after: sequence)
    case "voided":
      return isForgotten(
        codes[CouponCode.normalized(try text("code", of: body))], after: sequence)
    default: return false
    }
  }

  /// Takes note of who used coupons for an order, also of others where one of them did before.
  private mutating func redeem(_ order: String, by owner: Owner, _ sequence: UInt64) -> Bool {
    let isTheirs = isForgotten(owner, after: sequence)
    if isTheirs || redemptions[order] != nil { redemptions[order, default: []].append(owner) }
    return isTheirs
  }

  private func text(_ name: StaticString, of body: JSON) throws -> String {
    guard let text = body[name]?.stringValue else {
      throw body.failure("not_a_fact", "\(name) is missing")
    }
    return text
  }
}
