import Members
import Shop
import Wire

/// `shop.configure`: currency, time zone and defaults of the shop.
enum ShopConfigure: Method {
  static let name = "shop.configure"
  static let summary = "Sets the shop's currency, time zone and defaults."
  static let writes = true
  static let parameters: [Field] = [
    .optional("currency", .string, "ISO 4217, such as CNY; fixed once there are orders"),
    .optional("timezone", .string, "an IANA zone, such as Asia/Shanghai"),
    .optional(
      "margin_percent", .integer, "margin on items whose cost is unknown, 0 to 100; 30 at first"),
    .optional(
      "holdout_percent", .integer,
      "share of the customers who are never given anything, 0 to 50; 5 at first"),
    .optional(
      "members",
      .object([
        .optional("tiers", .list(.map(.any)), "[{\"id\", \"when\"}], the last without when"),
        .optional("lifecycle", .list(.map(.any)), "as tiers"),
        .optional(
          "levels", .list(.map(.any)), "[{\"id\", \"spend\" or \"points\" or \"orders\"}], rising"),
        .optional("level_terms", .map(.any), "window, validity, grace and downgrade of levels"),
        .optional("points", .nullable(.map(.any)), "how points are earned; null: no more"),
        .optional(
          "rfm", .map(.any),
          "{\"thresholds\", \"classes\", \"window_days\"}; classes partition all scores"),
      ]), "how members are sorted; Models/README.md explains it"),
    .optional(
      "recommend",
      .object([
        .optional("mixes", .list(.map(.any)), "[{\"id\", \"when\", \"weights\"}]; the first fits")
      ]), "what suits which members; Models/README.md explains it"),
  ]
  static let result = Shape.object([
    .required("currency", .nullable(.string)), .required("timezone", .string),
    .required("margin_percent", .integer), .required("holdout_percent", .integer),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let currency = try reader.optionalString("currency", maximumBytes: 16)
    let zoneName = try reader.optionalString("timezone", maximumBytes: 64)
    let margin = try reader.optionalInteger("margin_percent", in: 0...100)
    let holdout = try reader.optionalInteger("holdout_percent", in: 0...50)
    let members = try reader.optionalValue("members")
    let recommend = try reader.optionalValue("recommend")
    try reader.finish()
    let settings = engine.facts.settings
    var isChange = false
    var changes: [Value.Member] = []
    if let currency {
      guard Money.isCurrency(currency) else {
        throw reader.failure(
          at: "currency", "not_a_currency", "expected an ISO 4217 code of three capital letters")
      }
      if let own = settings.currency, own != currency, engine.facts.orders.liveCount > 0 {
        throw RPCError(
          code: RPCError.Code.conflict, reason: "conflict",
          message: "the shop has orders in \(own); their amounts would change their meaning",
          path: "currency")
      }
      changes.append(.init(name: "currency", value: .string(currency)))
    }
    if let zoneName {
      let zone = ShopSettings.zone(named: zoneName, zoneFile: engine.surroundings.zoneFile)
      guard zone != nil else {
        throw reader.failure(
          at: "timezone", "unknown_timezone",
          "no zone \"\(zoneName)\" on this machine; expected an IANA name such as Asia/Shanghai")
      }
      changes.append(.init(name: "timezone", value: .string(zoneName)))
    }
    if let margin {
      changes.append(.init(name: "margin_percent", value: .integer(Int64(margin))))
    }
    if let holdout {
      changes.append(.init(name: "holdout_percent", value: .integer(Int64(holdout))))
      isChange = isChange || Double(holdout) / 100 != engine.holdout.share
    }
    if let members {
      let rules = try engine.memberRules(members, at: "members", now: call.now)
      changes.append(.init(name: "members", value: members.datingPoints(call.now, engine)))
      isChange = isChange || rules != engine.members.rules
    }
    if let recommend {
      let rules = try engine.mixRules(recommend, at: "recommend")
      changes.append(.init(name: "recommend", value: recommend))
      isChange = isChange || rules != engine.mixes
    }
    let value = Value.object(changes)
    let changed = ShopSettings(value, over: settings, zoneFile: engine.surroundings.zoneFile)
    isChange = isChange || changed != settings
    if isChange { engine.commit(.shop(value), now: call.now) }
    let now = engine.facts.settings
    reply.beginObject()
    reply.key("currency")
    if let currency = now.currency { reply.string(currency) } else { reply.null() }
    reply.key("timezone")
    reply.string(now.zone.name)
    reply.key("margin_percent")
    reply.integer(Int(now.marginPercent))
    reply.key("holdout_percent")
    reply.integer(Int((engine.holdout.share * 100).rounded()))
    reply.endObject()
  }
}

extension Value {
  /// Rules for members as the log holds them: rules for points say from when on they hold, and are
  /// left out where they are those that hold already.
  fileprivate func datingPoints(_ now: Instant, _ engine: borrowing Engine) -> Value {
    guard case .object(var members) = self,
      let place = members.firstIndex(where: { $0.name == "points" }),
      let rules = try? MemberRules(
        .object([members[place]]), over: engine.members.rules, now: now)
    else { return self }
    if rules.points == engine.members.rules.points {
      members.remove(at: place)
    } else if members[place].value["from"] == nil {
      var points: [Member] = [.init(name: "per", value: .integer(1))]
      points.append(.init(name: "points", value: .integer(0)))
      if case .object(let stated) = members[place].value { points = stated }
      points.append(.init(name: "from", value: .string(now.rfc3339())))
      members[place].value = .object(points)
    }
    return .object(members)
  }
}
