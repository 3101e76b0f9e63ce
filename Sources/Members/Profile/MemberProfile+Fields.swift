import Shop

// A profile as the wire and conditions see it: one table of names for both. A name of the table always means the
// field, even where it is missing for this customer, so that a condition means the same for everyone; every other name
// is that of a custom attribute; `attributes.NAME` reaches each attribute.

extension MemberProfile: FieldSource {
  /// All fields, in the order in which `customers.get` writes them.
  ///
  /// `points` belongs to the contract and is kept free for it; nothing earns points yet.
  package static let fieldNames = [
    "id", "known", "name", "tier", "lifecycle", "level", "rfm", "recency_days", "orders", "spend",
    "spend_12m", "average_order_value", "returned", "usual_gap_days", "p_alive", "value_12m",
    "price_sensitivity", "buyer_style", "preferred_channel", "preferred_category", "points",
    "joined", "joined_days", "first_order_days", "birthday", "age", "gender", "region",
    "occupation", "acquisition", "consent", "attributes", "identities",
  ]

  /// The field of that name, else the custom attribute of that name, else nil.
  ///
  /// Days are whole local days, money is whole minor units; `usual_gap_days` has one decimal, `p_alive` and
  /// `price_sensitivity` have four.
  package func field(_ name: String) -> Value? {
    switch name {
    case "id": .string(id)
    case "known": .bool(isKnown)
    case "tier": .string(tier.rawValue)
    case "lifecycle": .string(lifecycle.rawValue)
    case "level": level.map(Value.string)
    case "rfm": rfm.map(Self.value)
    case "recency_days": recencyDays.map { .integer(Int64($0)) }
    case "orders": .integer(orderCount)
    case "spend": .integer(spend)
    case "spend_12m": .integer(spend12m)
    case "average_order_value": averageOrderValue.map(Value.integer)
    case "returned": .integer(digest.returnedCount)
    case "usual_gap_days": usualGapDays.map { .number(rounded($0, decimals: 1)) }
    case "p_alive": probabilityAlive.map { .number(rounded($0, decimals: 4)) }
    case "value_12m": value12m.map(Value.integer)
    case "price_sensitivity": priceSensitivity.map { .number(rounded($0, decimals: 4)) }
    case "buyer_style": buyerStyle.map { .string($0.rawValue) }
    case "preferred_channel": preferredChannel.map(Value.string)
    case "preferred_category": preferredCategory.map(Value.string)
    case "points": nil
    case "joined_days": joinedDays.map { .integer(Int64($0)) }
    case "first_order_days": firstOrderDays.map { .integer(Int64($0)) }
    default: recordField(name)
    }
  }

  /// The fields that repeat what the shop put.
  private func recordField(_ name: String) -> Value? {
    let record = record
    return switch name {
    case "name": record.name.map(Value.string)
    case "joined": record.joined.map { .string(view.facts.settings.zone.text($0)) }
    case "birthday": record.birthday.map { .string($0.text) }
    case "age": age(record).map { .integer(Int64($0)) }
    case "gender": record.gender.map(Value.string)
    case "region": record.region.map(Value.string)
    case "occupation": record.occupation.map(Value.string)
    case "acquisition": record.acquisition.map(Self.value)
    case "consent": record.consent
    case "attributes": record.attributes
    case "identities": record.identities.map { .array($0.map(Self.value)) }
    default: record.attributes?[name]
    }
  }

  private func age(_ record: Customer) -> Int? {
    guard let birthday = record.birthday, birthday <= view.today else { return nil }
    return view.today.age(since: birthday)
  }

  private static func value(_ scores: RFMScores) -> Value {
    .object([
      Value.Member(name: "recency", value: .integer(Int64(scores.recency))),
      Value.Member(name: "frequency", value: .integer(Int64(scores.frequency))),
      Value.Member(name: "monetary", value: .integer(Int64(scores.monetary))),
      Value.Member(name: "class", value: .string(scores.named.rawValue)),
    ])
  }

  private static func value(_ identity: Customer.Identity) -> Value {
    .object([
      Value.Member(name: "channel", value: .string(identity.channel)),
      Value.Member(name: "id", value: .string(identity.id)),
    ])
  }

  private static func value(_ acquisition: Customer.Acquisition) -> Value {
    var members = [Value.Member(name: "channel", value: .string(acquisition.channel))]
    if let cost = acquisition.cost {
      members.append(Value.Member(name: "cost", value: .integer(cost)))
    }
    return .object(members)
  }
}
