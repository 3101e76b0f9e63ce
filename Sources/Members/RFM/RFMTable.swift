import Shop

// How a shop names its RFM scores
// -------------------------------
// A table is a list of classes, each with one or more boxes of scores; together they must hold
// every one of the 125 scores exactly once, so that every customer is in one class whatever the
// order of the list. A table with a gap or an overlap is refused, with the first score that shows
// it. Without a table of its own, a shop has the one of `RFMClass`, whose boxes overlap on purpose
// and are read from the top.
//
// Scores are fifths of the shop's customers (RFMCuts.swift) unless thresholds are fixed: four
// rising numbers for each measure, of which a customer's score is one more than those that are
// reached. Of days silent less is better, so there it is five less those that are reached.

/// A shop's own RFM thresholds and classes, as far as it has any.
package struct RFMTable: Equatable, Sendable {
  package struct Box: Equatable, Sendable {
    package var recency: ClosedRange<Int>
    package var frequency: ClosedRange<Int>
    package var monetary: ClosedRange<Int>

    package func holds(_ scores: RFMScores) -> Bool {
      recency.contains(scores.recency) && frequency.contains(scores.frequency)
        && monetary.contains(scores.monetary)
    }
  }

  package struct Class: Equatable, Sendable {
    package var id: String
    package var boxes: [Box]
  }

  /// Four rising numbers each; nil where scores are fifths.
  package struct Thresholds: Equatable, Sendable {
    /// Days silent.
    package var recencyDays: [Int64]
    package var orders: [Int64]
    /// Minor units.
    package var spend: [Int64]
  }

  /// Why a table is no partition: scores that no class holds, or two do.
  package struct Fault: Error, Equatable, Sendable {
    package var scores: RFMScores
    /// The classes that hold them: none, or more than one.
    package var classes: [String]
  }

  package var thresholds: Thresholds?
  /// Local days up to today whose orders count; nil: all orders. Who ordered none of them has no
  /// scores.
  package var windowDays: Int?
  package var classes: [Class] = []

  package init() {}

  /// The class of scores: every score has exactly one. O(boxes).
  package func name(of scores: RFMScores) -> String {
    if classes.isEmpty { return RFMClass(scores).rawValue }
    let found = classes.first { $0.boxes.contains { $0.holds(scores) } }
    guard let found else { preconditionFailure("a table holds every score") }
    return found.id
  }

  /// All scores that are held by no class or by more than one, from the lowest. O(125 boxes).
  package static func faults(of classes: [Class]) -> [Fault] {
    var faults: [Fault] = []
    for recency in 1...5 {
      for frequency in 1...5 {
        for monetary in 1...5 {
          let scores = RFMScores(recency: recency, frequency: frequency, monetary: monetary)
          let holding = classes.flatMap { entry in
            entry.boxes.filter { $0.holds(scores) }.map { _ in entry.id }
          }
          if holding.count != 1 { faults.append(Fault(scores: scores, classes: holding)) }
        }
      }
    }
    return faults
  }
}

extension RFMTable.Thresholds {
  /// The scores of a customer with at least one order. Complexity O(1).
  func scores(daysSilent: Int64, orders count: Int64, spend amount: Int64) -> RFMScores {
    RFMScores(
      recency: 5 - recencyDays.count { daysSilent >= $0 },
      frequency: 1 + orders.count { count >= $0 }, monetary: 1 + spend.count { amount >= $0 })
  }
}

// MARK: - Reading

extension RFMTable {
  static let maximumClassCount = 125

  /// Reads `{"thresholds":{…}|null,"classes":[…]|null}` over what was; `null` goes back to what
  /// ships.
  init(_ value: Value, over table: RFMTable) throws(RecordProblem) {
    self = table
    for member in try RFMTable.members(
      value, at: "rfm", allowing: ["thresholds", "classes", "window_days"])
    {
      switch (member.name, member.value) {
      case ("window_days", .null): windowDays = nil
      case ("window_days", .integer(let days)) where (1...3_650).contains(days):
        windowDays = Int(days)
      case ("window_days", _):
        throw RecordProblem(
          path: "rfm.window_days", reason: "out_of_range",
          message: "a whole number of days from 1 to 3650, or null for all orders")
      case ("thresholds", .null): thresholds = nil
      case ("thresholds", let value): thresholds = try RFMTable.thresholds(value)
      case (_, .null): classes = []
      case (_, let value): classes = try RFMTable.classes(value)
      }
    }
  }

  private static func members(
    _ value: Value, at path: String, allowing names: [String]
  ) throws(RecordProblem) -> [Value.Member] {
    guard case .object(let members) = value else {
      throw RecordProblem(path: path, reason: "wrong_type", message: "expected an object")
    }
    for member in members where !names.contains(member.name) {
      throw RecordProblem(
        path: path + "." + member.name, reason: "unknown_parameter",
        message: "\(member.name) is not known here; allowed: \(names.joined(separator: ", "))")
    }
    return members
  }

  private static func thresholds(_ value: Value) throws(RecordProblem) -> Thresholds {
    let path = "rfm.thresholds"
    _ = try members(value, at: path, allowing: ["recency_days", "orders", "spend"])
    func rising(_ name: String) throws(RecordProblem) -> [Int64] {
      guard case .array(let list)? = value[name], list.count == 4 else {
        throw RecordProblem(
          path: path + "." + name, reason: "wrong_type",
          message: "expected four rising numbers; all of recency_days, orders, spend are needed")
      }
      var numbers: [Int64] = []
      for (index, element) in list.enumerated() {
        guard case .integer(let number) = element, number > numbers.last ?? -1 else {
          throw RecordProblem(
            path: "\(path).\(name)[\(index)]", reason: "out_of_range",
            message: "an integer from 0 on, above the one before")
        }
        numbers.append(number)
      }
      return numbers
    }
    return Thresholds(
      recencyDays: try rising("recency_days"), orders: try rising("orders"),
      spend: try rising("spend"))
  }

  private static func classes(_ value: Value) throws(RecordProblem) -> [Class] {
    guard case .array(let list) = value, !list.isEmpty, list.count <= maximumClassCount else {
      throw RecordProblem(
        path: "rfm.classes", reason: "wrong_type",
        message: "expected 1 to \(maximumClassCount) classes")
    }
    var classes: [Class] = []
    for (index, element) in list.enumerated() {
      let path = "rfm.classes[\(index)]"
      _ = try members(element, at: path, allowing: ["id", "boxes"])
      guard case .string(let id)? = element["id"], !id.isEmpty, id.utf8.count <= 64 else {
        throw RecordProblem(
          path: path + ".id", reason: "missing", message: "an id of 1 to 64 bytes")
      }
      if classes.contains(where: { $0.id == id }) {
        throw RecordProblem(
          path: path + ".id", reason: "conflict", message: "\(id) stands in the list twice")
      }
      guard case .array(let boxes)? = element["boxes"], !boxes.isEmpty, boxes.count <= 125 else {
        throw RecordProblem(
          path: path + ".boxes", reason: "wrong_type", message: "expected 1 to 125 boxes")
      }
      var read: [Box] = []
      for (number, box) in boxes.enumerated() {
        read.append(try RFMTable.box(box, at: "\(path).boxes[\(number)]"))
      }
      classes.append(Class(id: id, boxes: read))
    }
    if let fault = faults(of: classes).first { throw fault.problem() }
    return classes
  }

  private static func box(_ value: Value, at path: String) throws(RecordProblem) -> Box {
    _ = try members(value, at: path, allowing: ["recency", "frequency", "monetary"])
    func range(_ name: String) throws(RecordProblem) -> ClosedRange<Int> {
      guard let stated = value[name] else { return 1...5 }
      guard case .array(let ends) = stated, ends.count == 2, case .integer(let low) = ends[0],
        case .integer(let high) = ends[1], 1 <= low, low <= high, high <= 5
      else {
        throw RecordProblem(
          path: path + "." + name, reason: "out_of_range",
          message: "expected the lowest and the highest score, 1 to 5, such as [4,5]")
      }
      return Int(low)...Int(high)
    }
    return Box(
      recency: try range("recency"), frequency: try range("frequency"),
      monetary: try range("monetary"))
  }
}

extension RFMTable.Fault {
  /// What is said of it; `customer` is one who has these scores, if there is any.
  package func problem(customer: String? = nil) -> RecordProblem {
    let place =
      "recency \(scores.recency), frequency \(scores.frequency), monetary \(scores.monetary)"
    let who = customer.map { "; customer \($0) is there" } ?? ""
    if classes.isEmpty {
      return RecordProblem(
        path: "rfm.classes", reason: "gap", message: "no class holds \(place)\(who)")
    }
    return RecordProblem(
      path: "rfm.classes", reason: "overlap",
      message: "\(place) is held by \(classes.joined(separator: " and "))\(who)")
  }

  /// All that is wrong with a table that was refused for this reason, found again from what was
  /// sent; empty where it was refused for another.
  package static func all(in value: Value) -> [RFMTable.Fault] {
    guard case .array(let list)? = value["rfm"]?["classes"] else { return [] }
    var classes: [RFMTable.Class] = []
    for element in list {
      guard case .string(let id)? = element["id"], case .array(let boxes)? = element["boxes"]
      else { return [] }
      var read: [RFMTable.Box] = []
      for box in boxes {
        guard let box = RFMTable.readable(box) else { return [] }
        read.append(box)
      }
      classes.append(RFMTable.Class(id: id, boxes: read))
    }
    return RFMTable.faults(of: classes)
  }
}

extension RFMTable {
  fileprivate static func readable(_ value: Value) -> Box? {
    do throws(RecordProblem) { return try box(value, at: "") } catch { return nil }
  }
}
