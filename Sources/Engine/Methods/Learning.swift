import Affinity
import Shop
import Wire

/// What the calls about long work take and give.
private enum WorkShapes {
  static let parameters: [Field] = [
    .optional("work", .string, "say how far that work is, instead of starting some"),
    .optional("cancel", .boolean, "true: end that work"),
    .optional("seed", .integer, "what chance follows; 1 where absent"),
    .optional("questions", .integer, "questions of a kind, at most"),
  ]
  static let result = Shape.object([
    .required("work", .string), .required("state", .choice(["running", "done", "cancelled"])),
    .required("progress", .number, "0 to 1"),
    .optional("result", .map(.any), "when it is done"),
  ])
}

/// `train`: fits the ranker of `recommend` on the shop's own orders, beside the loop.
enum Train: Method {
  static let name = "train"
  static let summary =
    "Fits the ranker of recommend on the shop's own orders, beside the answers; asked again with "
    + "the work's name, says how far it is. What is better is taken into use by itself."
  static let writes = true
  static let parameters = WorkShapes.parameters
  static let result = WorkShapes.result

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    let memory = engine.surroundings.memory
    try engine.answerLongWork(name, &reader, &reply) { reader, past, isStart in
      let seed = try reader.optionalInteger("seed", in: 0...Int.max) ?? 1
      let wanted = try reader.optionalInteger("questions", in: 1...100_000)
      let count = isStart ? try RankerFitting.questionCount(wanted, on: past, memory) : wanted
      return { goesOn in
        var fitting = RankerFitting(seed: UInt64(seed), questionCount: count)
        try fitting.add(past) { goesOn($0 * 0.6) }
        return .ranker(try fitting.fit(over: past) { goesOn(0.6 + $0 * 0.4) })
      }
    }
  }
}

/// `evaluate`: how well `recommend` would have done on the shop's own newest orders.
enum Evaluate: Method {
  static let name = "evaluate"
  static let summary =
    "Asks about the shop's own newest orders, each as it stood before it, and says how well every "
    + "source and the mix would have answered; beside the answers, as train."
  static let parameters =
    WorkShapes.parameters + [
      .optional("share", .number, "the newest share of the orders that is asked about; 0.15")
    ]
  static let result = WorkShapes.result

  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws {
    var reader = try call.reader()
    try engine.answerLongWork(name, &reader, &reply) { reader, past, _ in
      var options = RankReport.Options()
      options.seed = try reader.optionalInteger("seed", in: 0...Int.max) ?? 1
      options.questionCount =
        try reader.optionalInteger("questions", in: 1...20_000) ?? options.questionCount
      options.share = try reader.optionalNumber("share", in: 0.01...1) ?? options.share
      let chosen = options
      return { goesOn in .evaluation(try RankReport(past, chosen, goesOn: goesOn)) }
    }
  }
}
