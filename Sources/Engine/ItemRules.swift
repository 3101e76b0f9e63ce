import Affinity
import Shop
import Wire

/// The rules that an item must pass to be recommended; they bind every source, the fallback too.
struct ItemRules {
  var excluded: Set<Int32>
  /// What the customer said that they dislike.
  var disliked: Set<Int32>
  var condition: Condition?
  var now: Instant

  /// Kinds that are shown unless a condition speaks of kinds itself: postage and fees are no
  /// recommendation.
  static let shownKind = "product"

  /// The rule that takes the item out, or nil.
  func refusing(_ item: Int32, facts: ShopFacts) -> String? {
    if excluded.contains(item) { return "exclude" }
    if disliked.contains(item) { return "dislike" }
    if facts.items.marks[Int(item)].isRestricted {
      let record = facts.items[item]
      if let stock = record.stock, stock <= 0 { return "stock" }
      if !record.isAvailable(at: now) { return "availability" }
      if let kind = record.kind, kind != ItemRules.shownKind,
        condition?.fieldNames.contains("kind") != true
      {
        return "kind"
      }
    }
    guard let condition else { return nil }
    let fields = ItemFields(
      id: facts.items.names[item], item: facts.items[item], zone: facts.settings.zone)
    return condition.matches(fields) ? nil : "where"
  }
}

extension ShopFacts {
  /// The items of a customer's `dislike` events, as far as the viewpoint sees.
  func dislikes(of customer: Int32, from viewpoint: Viewpoint) -> Set<Int32> {
    guard customer >= 0, let type = events.types.index(of: "dislike") else { return [] }
    var items: Set<Int32> = []
    events.forEachEvent(of: customer) { event in
      let index = Int(event)
      if events.type[index] == type, events.item[index] >= 0, viewpoint.sees(events.time[index]) {
        items.insert(events.item[index])
      }
      return true
    }
    return items
  }
}

extension Engine {
  /// A condition out of params, with the path of what is wrong with it.
  static func condition(_ value: Value, at path: String) throws -> Condition {
    do throws(ConditionProblem) {
      return try Condition(value)
    } catch {
      throw ParameterError(
        path: error.path.isEmpty ? path : path + "." + error.path,
        reason: ErrorReason(error.reason.rawValue), message: error.message)
    }
  }

  /// The same of one over customers, which may name segments.
  func memberCondition(_ value: Value, at path: String) throws -> Condition {
    do throws(ConditionProblem) {
      return try segments.condition(value)
    } catch {
      throw ParameterError(
        path: error.path.isEmpty ? path : path + "." + error.path,
        reason: ErrorReason(error.reason.rawValue), message: error.message)
    }
  }

  mutating func recommend(_ query: RecommendQuery, _ rules: ItemRules) -> Recommendation {
    let facts = self.facts
    return affinity.recommend(query, facts: facts, ranker: ranker) {
      rules.refusing($0, facts: facts)
    }
  }

  /// The counts behind a slot, for `explain`.
  struct SlotEvidence {
    struct Own {
      var times: Int
      var last: Instant
      var usualGapDays: Double?
    }
    var baskets: Int
    var together: [(item: Int32, count: Int)]
    var own: Own?
    /// Customers who bought it after what the slot names first, and those who bought it before, for
    /// what follows something.
    var following: (after: Int, before: Int)?
    var introduced: Day?
  }

  /// O(orders of the customer + log of the rows).
  mutating func evidence(of slot: RecommendSlot, _ query: RecommendQuery) -> SlotEvidence {
    let orders = facts.orders
    let introduced = facts.items[slot.item].introduced
    return affinity.seen(from: query.viewpoint, orders: orders) { index in
      var evidence = SlotEvidence(
        baskets: index.baskets.count(of: slot.item), together: [], own: nil)
      for item in slot.because where item != slot.item {
        evidence.together.append((item: item, count: index.count(of: slot.item, with: item)))
      }
      if [.accessory, .upgrade].contains(slot.source), let owned = slot.because.first {
        let entries = index.sequence(of: owned, orders: orders).entries
        let entry = entries.first { $0.item == slot.item }
        evidence.following = entry.map { (after: Int($0.after), before: Int($0.before)) }
      }
      if slot.source == .newItem { evidence.introduced = introduced }
      var times: [Instant] = []
      if query.customer >= 0 {
        orders.forEachOrder(of: query.customer) { order in
          let time = orders.time[Int(order)]
          if query.viewpoint.sees(time), index.baskets.items(of: order).contains(slot.item) {
            times.append(time)
          }
          return true
        }
      }
      if let last = times.first, let first = times.last {
        let gap = times.count > 1 ? last.days(since: first) / Double(times.count - 1) : nil
        evidence.own = SlotEvidence.Own(times: times.count, last: last, usualGapDays: gap)
      }
      return evidence
    }
  }
}
