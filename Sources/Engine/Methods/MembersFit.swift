import Members
import Shop
import Wire

/// `members.fit`: models of the shop's members, fitted on its own log, beside the loop.
enum MembersFit: Method {
  static let name = "members.fit"
  static let summary =
    "Fits models of members on the shop's own orders, beside the answers; asked again with the "
    + "work's name, says how far it is. What is sound is taken into use by itself."
  static let writes = true
  static let parameters: [Field] = [
    .optional("work", .string, "say how far that work is, instead of starting some"),
    .optional("cancel", .boolean, "true: end that work"),
    .optional(
      "what", .list(.choice(MemberFitting.Part.allCases.map(\.rawValue))),
      "what to fit; all of it where absent"),
    .optional(
      "holdout_days", .integer,
      "days at the end by which models are compared, 7 to 3650; absent: a quarter of the log, at "
        + "most 91"),
    .optional(
      "clusters", .integer,
      "how many clusters, 2 to 20; absent: the number of 3 to 8 whose simplified silhouette is "
        + "highest"),
    .optional("seed", .integer, "what chance follows; 1 where absent"),
  ]
  static let result = Shape.object([
    .required("work", .string), .required("state", .choice(["running", "done", "cancelled"])),
    .required("progress", .number, "0 to 1"),
    .optional("result", .map(.any), "when it is done"),
  ])

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let now = call.now
    try engine.answerLongWork(name, &reader, &reply) { reader, past, _ in
      var fitting = MemberFitting()
      if let list = reader.member("what") {
        let named = try list.array(minimumCount: 1, maximumCount: 10).map {
          try $0.choice(of: MemberFitting.Part.self)
        }
        fitting.parts = MemberFitting.Part.allCases.filter(named.contains)
      }
      fitting.lifetime.holdoutDays = try reader.optionalInteger("holdout_days", in: 7...3_650)
      fitting.clusters.count = try reader.optionalInteger("clusters", in: 2...20)
      fitting.clusters.seed = UInt64(try reader.optionalInteger("seed", in: 0...Int.max) ?? 1)
      let chosen = fitting
      // What came after the latest order nobody has told: silence since then says nothing.
      let orders = past.facts.orders
      let end = orders.count == 0 ? now : min(now, orders.latest)
      return { goesOn in .members(try chosen.fit(past, at: end, goesOn: goesOn)) }
    }
  }
}
