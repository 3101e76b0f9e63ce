import Shop

extension MemberProfile {
  /// All fields, in the order in which `customers.get` gives them.
  package enum Field: String, CaseIterable, Sendable {
    case id
    case known
    case name
    case tier
    case lifecycle
    case level
    case levelUntil = "level_until"
    case nextLevel = "next_level"
    case rfm
    case recencyDays = "recency_days"
    case silence
    case orders
    case spend
    case averageOrderValue = "average_order_value"
    case returned
    case usualGapDays = "usual_gap_days"
    case pAlive = "p_alive"
    case expectedOrders12m = "expected_orders_12m"
    case value12m = "value_12m"
    case lifetimeBasis = "lifetime_basis"
    case intent30d = "intent_30d"
    case intentBasis = "intent_basis"
    case cluster
    case priceSensitivity = "price_sensitivity"
    case buyerStyle = "buyer_style"
    case preferredChannel = "preferred_channel"
    case preferredCategory = "preferred_category"
    case joinedDays = "joined_days"
    case firstOrderDays = "first_order_days"
    case age
    case birthday
    case gender
    case region
    case occupation
    case consent
    case attributes
    case identities
    case acquisition
    case points
    case pointsExpiring = "points_expiring"
    case preferredHour = "preferred_hour"
    case preferredWeekday = "preferred_weekday"
    case preferredBrand = "preferred_brand"
    case priceBand = "price_band"
    case interaction
    case nps
    case style

    /// The field of a name: one look-up, where the enum's own would compare name by name.
    package static func named(_ name: String) -> Field? { byName[name] }

    private static let byName = Dictionary(
      uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
  }

  /// The names of all fields, in their order.
  package static let fieldNames = Field.allCases.map(\.rawValue)

  /// A field under its name; custom attributes at the top level where no field bears the name,
  /// whether or not it has a value now, so that a condition means the same for everyone.
  /// `attributes` holds all of them. What is not known is missing, never made up.
  package func field(_ name: String) -> Value? {
    if let field = Field.named(name) { return value(of: field) }
    return record.attributes?[name]
  }

  /// One of the scores is read by conditions without an object of all of them.
  package func field(_ name: String, part: String) -> Value? {
    guard name == Field.rfm.rawValue else { return field(name)?.component(part) }
    guard let rfm else { return nil }
    return switch part {
    case "recency": .integer(Int64(rfm.recency))
    case "frequency": .integer(Int64(rfm.frequency))
    case "monetary": .integer(Int64(rfm.monetary))
    case "class": .string(view.rules.rfm.name(of: rfm))
    default: nil
    }
  }

  /// What a field holds; nil where it is not known.
  package func value(of field: Field) -> Value? {
    switch field {
    case .id: .string(id)
    case .known: .bool(isKnown)
    case .tier: .string(tier)
    case .lifecycle: .string(lifecycle)
    case .level, .levelUntil, .nextLevel, .points, .pointsExpiring: standingFigure(field)
    case .rfm, .recencyDays, .silence, .orders, .spend, .averageOrderValue, .returned,
      .usualGapDays, .priceSensitivity, .firstOrderDays:
      figure(field)
    case .pAlive, .expectedOrders12m, .value12m, .lifetimeBasis: lifetimeFigure(field)
    case .intent30d, .intentBasis: intentFigure(field)
    case .cluster: cluster.map(Value.string)
    case .buyerStyle: buyerStyle.map(Value.string)
    case .preferredChannel: preferredChannel.map(Value.string)
    case .preferredCategory: preferredCategory.map(Value.string)
    case .name, .joinedDays, .age, .birthday, .gender, .region, .occupation, .consent,
      .attributes, .identities, .acquisition:
      stated(field)
    case .preferredHour, .preferredWeekday, .preferredBrand, .priceBand, .interaction,
      .nps, .style:
      styleField(field)
    }
  }

  /// What follows from orders. Ratios to four decimals, days to one, so that they read and compare
  /// well.
  private func figure(_ field: Field) -> Value? {
    switch field {
    case .orders: .integer(Int64(summary.orders))
    case .spend: .integer(summary.spend)
    case .recencyDays: recencyDays.map { .integer(Int64($0)) }
    case .silence: silence.map { .number($0.rounded(decimals: 4)) }
    case .averageOrderValue: averageOrderValue.map(Value.integer)
    case .returned: .integer(Int64(summary.returned))
    case .firstOrderDays: firstOrderDays.map { .integer(Int64($0)) }
    case .usualGapDays: usualGapDays.map { .number($0.rounded(decimals: 1)) }
    case .priceSensitivity:
      summary.orders > 0 ? .number(priceSensitivity.rounded(decimals: 4)) : nil
    case .rfm: rfm.map(value)
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
  private func stated(_ field: Field) -> Value? {
    let record = self.record
    switch field {
    case .name: return record.name.map(Value.string)
    case .joinedDays: return joinedDays.map { .integer(Int64($0)) }
    case .age:
      guard let birthday = record.birthday, birthday <= view.today else { return nil }
      return .integer(Int64(view.today.age(since: birthday)))
    case .birthday: return record.birthday.map { .string($0.text) }
    case .gender: return record.gender.map(Value.string)
    case .region: return record.region.map(Value.string)
    case .occupation: return record.occupation.map(Value.string)
    case .consent: return record.consent
    case .attributes: return record.attributes
    case .identities:
      return record.identities.map { identities in
        .array(
          identities.map { identity in
            .object([
              .init(name: "channel", value: .string(identity.channel)),
              .init(name: "id", value: .string(identity.id)),
            ])
          })
      }
    case .acquisition:
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
