import Shop

extension MemberProfile {
  /// All fields, in the order in which `customers.get` gives them.
  package static let fieldNames = [
    "id", "known", "name", "tier", "lifecycle", "level", "level_until", "next_level", "rfm",
    "recency_days", "silence", "orders",
    "spend", "average_order_value", "returned", "usual_gap_days", "p_alive",
    "expected_orders_12m", "value_12m", "lifetime_basis", "intent_30d", "intent_basis", "cluster",
    "price_sensitivity", "buyer_style", "preferred_channel", "preferred_category", "joined_days",
    "first_order_days", "age", "birthday", "gender", "region", "occupation", "consent",
    "attributes", "identities", "acquisition", "points", "points_expiring",
    "preferred_hour", "preferred_weekday", "preferred_brand", "price_band", "interaction", "nps",
    "style",
  ]

  /// A field under its name; custom attributes at the top level where no field bears the name,
  /// whether or not it has a value now, so that a condition means the same for everyone.
  /// `attributes` holds all of them. What is not known is missing, never made up.
  package func field(_ name: String) -> Value? {
    switch name {
    case "id": .string(id)
    case "known": .bool(isKnown)
    case "tier": .string(tier)
    case "lifecycle": .string(lifecycle)
    case "level", "level_until", "next_level", "points", "points_expiring": standingFigure(name)
    case "rfm", "recency_days", "silence", "orders", "spend", "average_order_value", "returned",
      "usual_gap_days", "price_sensitivity", "first_order_days":
      figure(name)
    case "p_alive", "expected_orders_12m", "value_12m", "lifetime_basis": lifetimeFigure(name)
    case "intent_30d", "intent_basis": intentFigure(name)
    case "cluster": cluster.map(Value.string)
    case "buyer_style": tastes.buyerStyle.map(Value.string)
    case "preferred_channel": preferredChannel.map(Value.string)
    case "preferred_category": preferredCategory.map(Value.string)
    case "name", "joined_days", "age", "birthday", "gender", "region", "occupation", "consent",
      "attributes", "identities", "acquisition":
      stated(name)
    case "preferred_hour", "preferred_weekday", "preferred_brand", "price_band", "interaction",
      "nps", "style":
      styleField(name)
    default: record.attributes?[name]
    }
  }

  /// What follows from orders. Ratios to four decimals, days to one, so that they read and compare
  /// well.
  private func figure(_ name: String) -> Value? {
    switch name {
    case "orders": .integer(Int64(summary.orders))
    case "spend": .integer(summary.spend)
    case "recency_days": recencyDays.map { .integer(Int64($0)) }
    case "silence": silence.map { .number($0.rounded(decimals: 4)) }
    case "average_order_value": averageOrderValue.map(Value.integer)
    case "returned": .integer(Int64(summary.returned))
    case "first_order_days": firstOrderDays.map { .integer(Int64($0)) }
    case "usual_gap_days": usualGapDays.map { .number($0.rounded(decimals: 1)) }
    case "price_sensitivity":
      summary.orders > 0 ? .number(priceSensitivity.rounded(decimals: 4)) : nil
    case "rfm": rfm.map(value)
    default: nil
    }
  }

  private func value(_ scores: RFMScores) -> Value {
    .object([
      .init(name: "recency", value: .integer(Int64(scores.recency))),
      .init(name: "frequency", value: .integer(Int64(scores.frequency))),
      .init(name: "monetary", value: .integer(Int64(scores.monetary))),
      .init(name: "class", value: .string(view.rules.rfm.name(of: scores))),
    ])
  }

  /// What the shop said.
  private func stated(_ name: String) -> Value? {
    let record = self.record
    switch name {
    case "name": return record.name.map(Value.string)
    case "joined_days": return joinedDays.map { .integer(Int64($0)) }
    case "age":
      guard let birthday = record.birthday, birthday <= view.today else { return nil }
      return .integer(Int64(view.today.age(since: birthday)))
    case "birthday": return record.birthday.map { .string($0.text) }
    case "gender": return record.gender.map(Value.string)
    case "region": return record.region.map(Value.string)
    case "occupation": return record.occupation.map(Value.string)
    case "consent": return record.consent
    case "attributes": return record.attributes
    case "identities":
      return record.identities.map { identities in
        .array(
          identities.map { identity in
            .object([
              .init(name: "channel", value: .string(identity.channel)),
              .init(name: "id", value: .string(identity.id)),
            ])
          })
      }
    case "acquisition":
      return record.acquisition.map { acquisition in
        var members = [Value.Member(name: "channel", value: .string(acquisition.channel))]
        if let cost = acquisition.cost {
          members.append(.init(name: "cost", value: .integer(cost)))
        }
        return .object(members)
      }
    default: return nil
    }
  }
}

extension Double {
  /// Rounded half away from zero to so many decimals, 0 to 9.
  package func rounded(decimals: Int) -> Double {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = self * scale
    guard abs(scaled) < 9e15 else { return self }
    return Double(Int64(scaled + (scaled < 0 ? -0.5 : 0.5))) / scale
  }
}

extension Int64 {
  /// The nearest integer, held inside 64 bits; 0 for what is no number.
  package init(clamped number: Double) {
    if number.isNaN {
      self = 0
    } else if abs(number) >= 9.2e18 {
      self = number < 0 ? .min : .max
    } else {
      self = Int64(number + (number < 0 ? -0.5 : 0.5))
    }
  }
}
