import Affinity
import Shop
import Wire

/// A question of `recommend`, but for whom it is about, and how its answers are written.
struct RecommendationRecord {
  /// Scores are written to so many decimals.
  private static let scoreDecimals = 6

  var query: RecommendQuery
  var rules: ItemRules
  var explains: Bool

  /// Answers the question for one customer, into the reply's open object.
  func write(of customer: String?, _ engine: inout Engine, _ reply: inout JSONWriter) {
    var query = self.query
    query.customer = customer.flatMap { engine.facts.customers.index(of: $0) } ?? -1
    query.mix = engine.mix(for: query.customer, from: query.viewpoint)
    var rules = self.rules
    rules.disliked = engine.facts.dislikes(of: query.customer, from: query.viewpoint)
    let recommendation = engine.recommend(query, rules)
    let slots = recommendation.slots
    reply.key("items")
    reply.beginArray()
    for slot in slots {
      reply.beginObject()
      reply.key("item")
      engine.facts.items.names.withBytes(of: slot.item) { reply.string(utf8: $0) }
      reply.key("score")
      reply.number(slot.score, decimals: RecommendationRecord.scoreDecimals)
      reply.key("source")
      reply.string(slot.source.rawValue)
      if !slot.because.isEmpty {
        reply.key("because")
        reply.beginArray()
        for item in slot.because {
          engine.facts.items.names.withBytes(of: item) { reply.string(utf8: $0) }
        }
        reply.endArray()
      }
      if explains { explain(slot, query, &engine, &reply) }
      reply.endObject()
    }
    reply.endArray()
    reply.key("known")
    reply.bool(query.customer >= 0)
    reply.key("fallback_share")
    let fallback = slots.reduce(0) { $0 + ($1.source.isFallback ? 1 : 0) }
    reply.number(slots.isEmpty ? 0 : Double(fallback) / Double(slots.count), decimals: 4)
    if let mix = query.mix {
      reply.key("mix")
      reply.string(mix.id)
    }
    if explains || slots.count < query.count { reply.removed(recommendation.removed) }
    if slots.isEmpty, let rule = recommendation.removed.max(by: { $0.count < $1.count })?.rule {
      reply.key("emptied_by")
      reply.string(rule)
    }
  }

  private func explain(
    _ slot: RecommendSlot, _ query: RecommendQuery, _ engine: inout Engine,
    _ reply: inout JSONWriter
  ) {
    reply.key("parts")
    reply.beginObject()
    for part in ScorePart.allCases where slot.parts[part] != 0 {
      reply.key(part.name)
      reply.number(slot.parts[part], decimals: RecommendationRecord.scoreDecimals)
    }
    reply.endObject()
    let evidence = engine.evidence(of: slot, query)
    reply.key("evidence")
    reply.beginObject()
    reply.key("baskets")
    reply.integer(evidence.baskets)
    if !evidence.together.isEmpty {
      reply.key("baskets_with")
      reply.beginObject()
      for (item, count) in evidence.together {
        reply.key(dynamic: engine.facts.items.names[item])
        reply.integer(count)
      }
      reply.endObject()
    }
    if slot.similarCustomerCount > 0 {
      reply.key("similar_customers")
      reply.integer(slot.similarCustomerCount)
    }
    if let following = evidence.following {
      reply.key("customers_after")
      reply.integer(following.after)
      reply.key("customers_before")
      reply.integer(following.before)
    }
    if let introduced = evidence.introduced {
      reply.key("introduced")
      reply.string(introduced.text)
    }
    if let own = evidence.own {
      reply.key("bought")
      reply.integer(own.times)
      reply.key("last_bought")
      reply.string(engine.facts.settings.zone.text(own.last))
      if let gap = own.usualGapDays {
        reply.key("usual_gap_days")
        reply.number(gap, decimals: 1)
      }
    }
    reply.endObject()
  }
}
