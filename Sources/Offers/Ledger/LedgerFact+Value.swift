import Shop

extension LedgerFact {
  /// The fact as it is logged.
  package var value: Value {
    switch self {
    case .policy(let policy):
      return .record(["fact": .string("policy"), "policy": policy.record])
    case .issued(let issued):
      return .record([
        "fact": .string("issued"), "time": .time(issued.time), "code": .string(issued.code),
        "policy": .string(issued.policy), "version": .integer(issued.version),
        "customer": .string(issued.customer), "expires": issued.expires.map(Value.time) ?? .null,
        "worst_case": issued.worstCase.map(Value.integer) ?? .null,
      ])
    case .reserved(let booked, let reservation, let until):
      return booked.value(
        fact: "reserved", ["reservation": .string(reservation), "until": .time(until)])
    case .redeemed(let booked):
      return booked.value(fact: "redeemed", [:])
    case .redeemedReservation(let reservation, let time):
      return LedgerFact.named("redeemed", "reservation", reservation, time)
    case .released(let reservation, let time):
      return LedgerFact.named("released", "reservation", reservation, time)
    case .returned(let returned):
      return .record([
        "fact": .string("returned"), "time": .time(returned.time), "order": .string(returned.order),
        "lines": .array(
          returned.lines.map { .array([.integer(Int64($0.index)), .integer($0.quantity)]) }),
        "restored": .array(
          returned.restored.map {
            .array([.string($0.code), $0.ceiling.map(Value.integer) ?? .null])
          }),
      ])
    case .voided(let code, let time):
      return LedgerFact.named("voided", "code", code, time)
    }
  }

  /// Reads a fact back; throws where the value is none.
  package init(_ value: Value, settings: ShopSettings) throws(RecordProblem) {
    guard case .string(let name)? = value["fact"] else {
      throw RecordProblem(path: "fact", reason: "missing", message: "a fact names its kind")
    }
    switch name {
    case "policy":
      let record = try RecordReader(value, path: "", allowing: ["fact", "policy"])
      let policy = try Policy(
        record.required("policy", record.value("policy")), settings: settings)
      self = .policy(policy)
    case "issued": self = .issued(try Issued(value))
    case "reserved":
      let record = try RecordReader(
        value, path: "", allowing: Booked.names + ["reservation", "until"])
      let reservation = try record.required("reservation", record.name("reservation"))
      let until = try record.required("until", record.time("until"))
      self = .reserved(try Booked(record), reservation: reservation, until: until)
    case "redeemed" where value["reservation"] != nil:
      let (reservation, time) = try LedgerFact.named("reservation", value)
      self = .redeemedReservation(reservation, time: time)
    case "redeemed":
      self = .redeemed(try Booked(RecordReader(value, path: "", allowing: Booked.names)))
    case "released":
      let (reservation, time) = try LedgerFact.named("reservation", value)
      self = .released(reservation: reservation, time: time)
    case "returned": self = .returned(try Returned(value))
    case "voided":
      let (code, time) = try LedgerFact.named("code", value)
      self = .voided(code: code, time: time)
    default:
      throw RecordProblem(
        path: "fact", reason: "unknown_kind", message: "no fact is called \(name)")
    }
  }

  private static func named(
    _ fact: String, _ name: String, _ text: String, _ time: Instant
  ) -> Value {
    .record(["fact": .string(fact), "time": .time(time), name: .string(text)])
  }

  private static func named(
    _ name: String, _ value: Value
  ) throws(RecordProblem) -> (String, time: Instant) {
    let record = try RecordReader(value, path: "", allowing: ["fact", "time", name])
    return (
      try record.required(name, record.name(name)),
      try record.required("time", record.time("time"))
    )
  }
}

extension LedgerFact.Issued {
  fileprivate init(_ value: Value) throws(RecordProblem) {
    let record = try RecordReader(
      value, path: "",
      allowing: [
        "fact", "time", "code", "policy", "version", "customer", "expires", "worst_case",
      ])
    time = try record.required("time", record.time("time"))
    code = try record.required("code", record.name("code"))
    policy = try record.required("policy", record.name("policy"))
    version = try record.required("version", record.integer("version", 1...Int64(Int32.max)))
    customer = try record.required("customer", record.name("customer"))
    expires = try record.time("expires")
    worstCase = try record.integer("worst_case", 0...Money.maximumAmount)
  }
}

extension LedgerFact.Booked {
  fileprivate static let names = [
    "fact", "time", "order", "customer", "goods", "shipping", "quantities", "applied",
  ]

  fileprivate func value(fact: String, _ more: KeyValuePairs<String, Value>) -> Value {
    let head = Value.record(["fact": .string(fact), "time": .time(time)])
    let rest = Value.record([
      "order": .string(order), "customer": .string(customer), "goods": .integer(goods),
      "shipping": .integer(shipping), "quantities": .array(quantities.map(Value.integer)),
      "applied": .array(applied.map(\.value)),
    ])
    return .object(head.members + Value.record(more).members + rest.members)
  }

  fileprivate init(_ record: RecordReader) throws(RecordProblem) {
    let money = 0...Money.maximumAmount
    time = try record.required("time", record.time("time"))
    order = try record.required("order", record.name("order"))
    customer = try record.required("customer", record.name("customer"))
    goods = try record.required("goods", record.integer("goods", money))
    shipping = try record.required("shipping", record.integer("shipping", money))
    quantities = []
    for (index, value) in try record.required("quantities", record.array("quantities")).enumerated()
    {
      let path = record.path(of: "quantities[\(index)]")
      quantities.append(try RecordReader.integer(value, path: path, 1...Money.maximumQuantity))
    }
    if quantities.isEmpty { throw record.problem("quantities", "empty", "a cart has lines") }
    applied = []
    for (index, value) in try record.required("applied", record.array("applied")).enumerated() {
      applied.append(
        try Quote.Applied(value, path: record.path(of: "applied[\(index)]"), quantities.count))
    }
  }
}

extension LedgerFact.Returned {
  fileprivate init(_ value: Value) throws(RecordProblem) {
    let record = try RecordReader(
      value, path: "", allowing: ["fact", "time", "order", "lines", "restored"])
    time = try record.required("time", record.time("time"))
    order = try record.required("order", record.name("order"))
    lines = []
    for pair in try record.pairs("lines") {
      let index = try RecordReader.integer(pair.0, path: "lines", 0...Int64(Int32.max))
      let quantity = try RecordReader.integer(pair.1, path: "lines", 1...Money.maximumQuantity)
      lines.append(LedgerFact.Units(index: Int(index), quantity: quantity))
    }
    restored = []
    for pair in try record.pairs("restored") {
      let code = try RecordReader.text(pair.0, path: "restored", maximumBytes: .max)
      let ceiling =
        pair.1 == .null
        ? nil : try RecordReader.integer(pair.1, path: "restored", 0...Money.maximumAmount)
      restored.append(LedgerFact.Restored(code: code, ceiling: ceiling))
    }
  }
}

extension Quote.Applied {
  fileprivate var value: Value {
    .record([
      "code": .string(code), "policy": .string(policy), "discount": .integer(discount),
      "shipping": .integer(shipping), "gift_cost": .integer(giftCost),
      "lines": .array(lines.map { .array([.integer(Int64($0.index)), .integer($0.discount)]) }),
    ])
  }

  fileprivate init(_ value: Value, path: String, _ lineCount: Int) throws(RecordProblem) {
    let record = try RecordReader(
      value, path: path,
      allowing: ["code", "policy", "discount", "shipping", "gift_cost", "lines"])
    let money = 0...Money.maximumAmount
    code = try record.required("code", record.name("code"))
    policy = try record.required("policy", record.name("policy"))
    discount = try record.required("discount", record.integer("discount", 0...2 * money.upperBound))
    shipping = try record.required("shipping", record.integer("shipping", money))
    giftCost = try record.required("gift_cost", record.integer("gift_cost", money))
    lines = []
    for pair in try record.pairs("lines") {
      let index = try RecordReader.integer(pair.0, path: path, 0...Int64(lineCount - 1))
      let part = try RecordReader.integer(pair.1, path: path, money)
      lines.append(Quote.LineDiscount(index: Int(index), discount: part))
    }
  }
}

extension Policy {
  /// The policy as it would be put, with its version.
  package var record: Value {
    .object(source.members + [Value.Member(name: "version", value: .integer(version))])
  }
}

extension RecordReader {
  /// A text of any length: whoever logged the fact had checked it.
  func name(_ name: String) throws(RecordProblem) -> String? {
    try text(name, maximumBytes: .max)
  }

  /// A moment in RFC 3339.
  func time(_ name: String) throws(RecordProblem) -> Instant? {
    guard let text = try text(name) else { return nil }
    if let instant = Instant(rfc3339: text) { return instant }
    throw problem(name, "not_a_time", "this must be RFC 3339 with an offset")
  }

  /// A list that may be empty and as long as it likes.
  func array(_ name: String) throws(RecordProblem) -> [Value]? {
    guard let value = value(name) else { return nil }
    guard case .array(let list) = value else {
      throw problem(name, "wrong_type", "this must be a list")
    }
    return list
  }

  /// A list of lists of two.
  func pairs(_ name: String) throws(RecordProblem) -> [(Value, Value)] {
    var pairs: [(Value, Value)] = []
    for value in try required(name, array(name)) {
      guard case .array(let pair) = value, pair.count == 2 else {
        throw problem(name, "wrong_type", "this must be a list of pairs")
      }
      pairs.append((pair[0], pair[1]))
    }
    return pairs
  }
}

extension Value {
  /// An object of these members; those that are `null` are left out.
  static func record(_ members: KeyValuePairs<String, Value>) -> Value {
    .object(members.filter { $0.value != .null }.map { Member(name: $0.key, value: $0.value) })
  }

  static func time(_ instant: Instant) -> Value { .string(instant.rfc3339()) }

  /// The members of an object; none of anything else.
  var members: [Member] {
    guard case .object(let members) = self else { return [] }
    return members
  }
}
