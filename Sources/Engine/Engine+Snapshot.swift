import Affinity
import Members
import Offers
import Shop

// The state in a snapshot
// -----------------------
// Every room writes what it keeps and reads it back: columns as they lie in memory, the rest as
// records. What can be made again from those when somebody asks (rows of the matrix, evidence,
// trends) is left out. The version below names the meaning of all of it together: it changes
// whenever any room writes something else, or means something else by it, and a snapshot of another
// version is not read: the log is.

extension Engine {
  /// What the columns of a snapshot mean.
  package static let snapshotVersion: UInt32 = 6

  /// Writes the whole state. O(state).
  package mutating func write(to sink: some ColumnSink) throws {
    try sink.put(record: "shop") { packer in
      packer.list(saidOfShop) { $0.value($1) }
      packer.instant(lastLogged)
      packer.optional(ownRanker) { $0.value($1.value) }
    }
    try facts.write(to: sink)
    try affinity.write(to: sink)
    try members.write(facts: facts, to: sink)
    try sink.put(record: "members.fitted") { packer in
      packer.optional(members.fitted.lifetime) { $0.value($1.value) }
      packer.optional(members.fitted.clusters) { $0.value($1.value) }
      packer.optional(members.fitted.intent) { $0.value($1.value) }
    }
    try members.points.write(to: sink)
    try sink.put(record: "position") { $0.integer(position) }
    try members.marks.write(to: sink)
    try segments.write(to: sink)
    try ledger.write(to: sink)
    try decisions.write(to: sink)
    try replies.write(to: sink)
  }

  /// Takes over the state of a snapshot. O(items + coupons + replies): columns are taken as they
  /// lie.
  package init(
    surroundings: Surroundings, from source: some ColumnSource
  ) throws(SnapshotProblem) {
    self.init(surroundings: surroundings)
    let shop = try source.record("shop") { unpacker throws(SnapshotProblem) in
      (
        said: try unpacker.list { unpacker throws(SnapshotProblem) in try unpacker.value() },
        lastLogged: try unpacker.instant(), ranker: try unpacker.optionalValue()
      )
    }
    facts = try ShopFacts(from: source)
    for value in shop.said {
      guard ShopSettings(value, over: facts.settings, zoneFile: surroundings.zoneFile) != nil else {
        throw SnapshotProblem("shop", "the shop's time zone is not on this machine")
      }
      applySettings(value)
    }
    lastLogged = shop.lastLogged
    if let value = shop.ranker {
      do throws(RankerProblem) { ownRanker = try Ranker(value) } catch {
        throw SnapshotProblem("shop", "the ranker does not read: \(error.message)")
      }
    }
    affinity = try AffinityIndex(from: source)
    try members.load(facts: facts, from: source)
    members.fitted = try FittedMembers(from: source)
    members.points = try PointBook(from: source)
    position = try source.record("position") { unpacker throws(SnapshotProblem) in
      try unpacker.integer()
    }
    members.marks = try MemberMarks(from: source)
    segments = try SegmentBook(from: source)
    ledger = try CouponLedger(settings: facts.settings, from: source)
    for (order, factor) in ledger.pointFactors {
      members.points.setFactor(factor, ofOrder: order)
    }
    decisions = try DecisionTable(from: source)
    replies = try ReplyBook(from: source)
  }
}

extension FittedMembers {
  /// Reads what the snapshot holds.
  fileprivate init(from source: some ColumnSource) throws(SnapshotProblem) {
    let fitted = try source.record("members.fitted") { unpacker throws(SnapshotProblem) in
      (
        lifetime: try unpacker.optionalValue(), clusters: try unpacker.optionalValue(),
        intent: try unpacker.optionalValue()
      )
    }
    self.init()
    do throws(RecordProblem) {
      if let value = fitted.lifetime { lifetime = try ShopLifetime(value) }
      if let value = fitted.clusters { clusters = try ShopClusters(value) }
      if let value = fitted.intent { intent = try ShopIntent(value) }
    } catch {
      throw SnapshotProblem("members.fitted", "the model does not read: \(error.message)")
    }
  }
}
