import Affinity
import Experiments
import Members
import Offers
import Shop
import Wire

// How a request is answered
// -------------------------
// The loop hands in a line and the moment at which it came. Wire takes the envelope apart and calls
// `answer`, which finds the method, runs it, and maps whatever it throws to one JSON-RPC error. A
// method that writes commits facts: each is appended to the journal and applied to the state in the
// same breath, so that the next line sees it. The loop makes the journal durable before any reply
// of that batch leaves the process.
//
// Everything here runs on one thread. The engine reads no clock, no file and no pipe, and takes
// randomness from whoever made it: the same facts give the same answers, on another machine and
// after a crash.

/// The state machine: facts, what is derived from them, and the methods that ask and tell.
package struct Engine: ~Copyable {
  package internal(set) var facts = ShopFacts()
  package var affinity = AffinityIndex()
  /// What puts the candidates of `recommend` in order, where it was fitted for this shop.
  var ownRanker: Ranker?
  package var members = MemberIndex()
  package var segments = SegmentBook()
  package var ledger = CouponLedger()
  /// What committed plans decided, so that its effect can be told.
  package var decisions = DecisionTable()
  package var holdout = Holdout.standard
  package var replies = ReplyBook()
  package var journal = Journal()

  /// The facts of the record that is being written or replayed, as far as they came.
  var record: [Fact] = []
  /// False where the call in hand must leave no reply under its key.
  var keepsReply = true
  var citations = CodeCitations()

  /// How many customers were forgotten whom the log still names. Not part of a snapshot: whoever
  /// makes one takes them out of the log.
  package var unerasedCount = 0

  /// What the shop said of itself, as it was said: settings follow from it.
  var saidOfShop: [Value] = []
  /// How many records the log holds, as far as they are applied. A log that was rewritten keeps the
  /// place of each, and a snapshot carries the number.
  package internal(set) var position: Int64 = 0
  /// The moment of the last record that was logged or replayed. Who stamps requests goes on from
  /// there: a clock that was set back does not make facts earlier than others.
  package internal(set) var lastLogged = Instant.earliest

  /// What suits which kind of member, as the shop stated it.
  var mixes = MixRules()

  /// What runs beside the loop.
  var works = LongWorkBook()

  /// What surrounds the engine; none of it is part of the state.
  package let surroundings: Surroundings
  /// Set by `shutdown`; the loop ends after the replies are out.
  package var isStopping = false

  package init(surroundings: Surroundings) {
    self.surroundings = surroundings
  }
}

/// What the engine is given from outside: no rule depends on how it is come by.
package struct Surroundings {
  /// The bytes of an IANA zone's TZif file, or nil.
  package var zoneFile: (String) -> [UInt8]?
  /// 64 random bits that nobody can guess.
  package var randomBits: () -> UInt64
  package var limits: Limits
  /// What `status` says of where the facts go.
  package var storageStatus: (inout JSONWriter) -> Void
  /// Memory that the process occupies, or nil where nobody knows.
  package var residentBytes: () -> Int?
  /// Runs something on a thread of its own; false where the system gives none. Where nobody says
  /// how, it runs at once.
  package var startThread: (@escaping @Sendable () -> Void) -> Bool
  package var version: String
  /// A process that may not write refuses every method that would.
  package var isReadOnly: Bool

  package init(
    zoneFile: @escaping (String) -> [UInt8]?, randomBits: @escaping () -> UInt64,
    limits: Limits = Limits(), storageStatus: @escaping (inout JSONWriter) -> Void,
    residentBytes: @escaping () -> Int? = { nil },
    startThread: @escaping (@escaping @Sendable () -> Void) -> Bool = { work in
      work()
      return true
    },
    version: String, isReadOnly: Bool = false
  ) {
    self.zoneFile = zoneFile
    self.randomBits = randomBits
    self.limits = limits
    self.storageStatus = storageStatus
    self.residentBytes = residentBytes
    self.startThread = startThread
    self.version = version
    self.isReadOnly = isReadOnly
  }

  /// What the process occupies and what it may, where both are known.
  package var memory: (residentBytes: Int, limitBytes: Int)? {
    guard let limit = limits.maximumMemoryBytes, let resident = residentBytes() else { return nil }
    return (resident, limit)
  }
}

// MARK: - Facts

extension Engine {
  /// Logs a fact and applies it. The caller has checked that it holds.
  package mutating func commit(_ fact: Fact, now: Instant) {
    journal.append(fact, now: now)
    lastLogged = max(lastLogged, now)
    record.append(fact)
    apply(fact)
  }

  /// Ends the record of the call that was answered.
  mutating func endRecord() {
    if journal.isOpen { position += 1 }
    journal.seal()
    record.removeAll()
    keepsReply = true
  }

  /// Applies a fact that was checked when it was logged.
  mutating func apply(_ fact: Fact) {
    switch fact {
    case .shop(let settings): applySettings(settings)
    case .item(let patch): facts.items.apply(patch)
    case .customer(let patch): apply(patch)
    case .order(let draft):
      let order = facts.apply(draft)
      affinity.added(order, orders: facts.orders)
    case .cancelled(let id, _):
      guard let order = facts.orders.index(of: id) else { return }
      let before = facts.orders.revision
      facts.applyCancel(order)
      members.noteChange(of: order, since: before, facts: facts)
      affinity.cancelled(order, orders: facts.orders)
    case .returned(let id, let parts, _):
      guard let order = facts.orders.index(of: id) else { return }
      let first = facts.orders.lines(of: order).lowerBound
      let before = facts.orders.revision
      facts.applyReturn(parts.map { (line: first + $0.line, quantity: $0.quantity) })
      members.noteChange(of: order, since: before, facts: facts)
      affinity.returned(order, orders: facts.orders)
    case .event(let draft): facts.apply(draft)
    case .segment(let value):
      // A fact of the log was a segment when it was written; one that no longer reads is a later
      // version's.
      if let segment = try? SegmentBook.Segment(value) { segments.apply(segment) }
    case .ranker(let value): ownRanker = try? Ranker(value)
    case .lifetime(let value): members.fitted.lifetime = try? ShopLifetime(value)
    case .clusters(let value): members.fitted.clusters = try? ShopClusters(value)
    case .intent(let value): members.fitted.intent = try? ShopIntent(value)
    case .points(let movement):
      let customer = facts.customers.intern(movement.customer)
      members.points.apply(movement, customer: customer)
    case .marked(let marked, let time):
      let view = members.view(from: Viewpoint(now: time), facts: facts)
      members.marks.add(position: marked, time: time, view: view)
    case .coupon(let fact):
      ledger.apply(fact)
      if let order = ledger.orderUsing(fact) {
        members.points.setFactor(ledger.pointFactor(ofOrder: order), ofOrder: order)
      }
    case .decided(let decision):
      guard let customer = facts.customers.index(of: decision.customer) else { return }
      decisions.add(decision, customer: customer)
    case .passed: break
    case .forgotten(let forgotten):
      if forgotten.customer != nil { unerasedCount += 1 }
      forget(forgotten)
    case .replied(let key, var entry):
      entry.subjects = subjects(of: record)
      replies.store(entry, for: key)
    }
  }

  /// Applies one record of the log. O(record).
  ///
  /// - Throws: an error that names what this version cannot read; nothing of the record is applied
  /// before.
  package mutating func replay(_ record: UnsafeRawBufferPointer, with scanner: JSONScanner) throws {
    let root = try scanner.scan(record.bindMemory(to: UInt8.self))
    var reader = try root.object()
    let now = try reader.required("now").moment()
    journal.isRecording = false
    defer { journal.isRecording = true }
    let elements = try reader.array("facts", maximumCount: Int.max)
    try reader.finish()
    var read: [Fact] = []
    read.reserveCapacity(elements.count)
    for element in elements {
      let fact = try Fact(element, settings: facts.settings, now: now)
      try check(fact, at: element)
      read.append(fact)
    }
    lastLogged = max(lastLogged, now)
    self.record = read
    position += 1
    for fact in read {
      if case .marked(let marked, _) = fact { position = max(position, marked) }
      apply(fact)
    }
    self.record.removeAll()
  }

  /// Refuses a fact that could be applied in part only: without the zone's file, or in the words of
  /// a later version. Its log, read on with what is left, would give other answers than where it
  /// was written.
  private func check(_ fact: Fact, at element: JSON) throws {
    switch fact {
    case .shop(let value):
      if ShopSettings(value, over: facts.settings, zoneFile: surroundings.zoneFile) == nil {
        throw element.failure("unknown_timezone", "the shop's time zone is not on this machine")
      }
      if let rules = value["members"] {
        _ = try MemberRules(rules, over: members.rules, now: lastLogged)
      }
      if let rules = value["recommend"] { _ = try MixRules(rules, over: mixes) }
    case .segment(let value): _ = try SegmentBook.Segment(value)
    case .ranker(let value):
      do throws(RankerProblem) { _ = try Ranker(value) } catch {
        throw element.failure("unknown_fact", "\(error.path): \(error.message)")
      }
    case .lifetime(let value): _ = try ShopLifetime(value)
    case .clusters(let value): _ = try ShopClusters(value)
    case .intent(let value): _ = try ShopIntent(value)
    default: return
    }
  }

  /// How much there is of everything.
  var counts: [(StaticString, Int)] {
    [
      ("items", facts.items.liveCount), ("customers", facts.customers.liveCount),
      ("orders", facts.orders.liveCount), ("order_lines", facts.orders.liveLineCount),
      ("baskets", affinity.baskets.basketCount), ("events", facts.events.liveCount),
      ("channels", facts.channels.liveCount), ("segments", segments.count),
      ("policies", ledger.policies.ids.count), ("coupons", ledger.couponCount),
      ("decisions", decisions.count), ("point_movements", members.points.count),
      ("stored_replies", replies.count),
    ]
  }

  mutating func applySettings(_ value: Value) {
    saidOfShop.append(value)
    if let settings = ShopSettings(value, over: facts.settings, zoneFile: surroundings.zoneFile) {
      facts.settings = settings
    }
    if let rules = value["members"].flatMap({
      try? MemberRules($0, over: members.rules, now: lastLogged)
    }) {
      members.rules = rules
    }
    if let rules = value["recommend"].flatMap({ try? MixRules($0, over: mixes) }) {
      mixes = rules
    }
    if case .integer(let percent)? = value["holdout_percent"] {
      holdout = Holdout(share: Double(percent) / 100, seed: holdout.seed)
    }
  }
}
