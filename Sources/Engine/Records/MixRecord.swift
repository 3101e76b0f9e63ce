import Affinity
import Members
import Shop
import Wire

/// The mixes that a shop states for kinds of members: `shop.configure`, `recommend.mixes`.
///
/// Read from the top: a customer's mix is the first whose condition holds. A shop states none at
/// first, since what suits a tier is the shop's to say; Models/mixes.json is a set to start from.
struct MixRules: Equatable, Sendable {
  static let maximumCount = 100
  static let weightRange = 0.0...10.0

  struct Rule: Equatable, Sendable {
    /// Nil takes everybody.
    var condition: Condition?
    var mix: CandidateMix
  }

  private(set) var rules: [Rule] = []

  init() {}

  /// Reads `recommend`: what it names replaces what was.
  init(_ value: Value, over former: MixRules) throws(RecordProblem) {
    self = former
    guard case .object(let members) = value else {
      throw RecordProblem(path: "", reason: "wrong_type", message: "expected an object")
    }
    for member in members {
      guard member.name == "mixes" else {
        throw RecordProblem(
          path: member.name, reason: "unknown_parameter",
          message: "\(member.name) is not known here; allowed: mixes")
      }
      guard case .array(let elements) = member.value, elements.count <= MixRules.maximumCount
      else {
        throw RecordProblem(
          path: "mixes", reason: "wrong_type",
          message: "expected up to \(MixRules.maximumCount) mixes")
      }
      rules = []
      for (index, element) in elements.enumerated() {
        let rule = try MixRules.rule(element, at: "mixes[\(index)]")
        if rules.contains(where: { $0.mix.id == rule.mix.id }) {
          throw RecordProblem(
            path: "mixes[\(index)].id", reason: "conflict",
            message: "\(rule.mix.id) stands in the list twice")
        }
        rules.append(rule)
      }
    }
  }

  private static func rule(_ value: Value, at place: String) throws(RecordProblem) -> Rule {
    guard case .object(let members) = value else {
      throw RecordProblem(path: place, reason: "wrong_type", message: "expected an object")
    }
    let allowed = ["id", "title", "when", "weights"]
    for member in members where !allowed.contains(member.name) {
      throw RecordProblem(
        path: place + "." + member.name, reason: "unknown_parameter",
        message: "allowed: \(allowed.joined(separator: ", "))")
    }
    guard case .string(let id)? = value["id"], !id.isEmpty, id.utf8.count <= 64 else {
      throw RecordProblem(
        path: place + ".id", reason: "missing", message: "an id of 1 to 64 bytes")
    }
    var rule = Rule(condition: nil, mix: CandidateMix(id: id, weights: [:]))
    if let when = value["when"] {
      do throws(ConditionProblem) {
        rule.condition = try Condition(when)
      } catch {
        throw RecordProblem(
          path: place + ".when" + (error.path.isEmpty ? "" : "." + error.path),
          reason: error.reason.rawValue, message: error.message)
      }
    }
    guard case .object(let weights)? = value["weights"] else {
      throw RecordProblem(
        path: place + ".weights", reason: "missing", message: "an object of weights, 1 for as it is"
      )
    }
    for member in weights {
      let path = place + ".weights." + member.name
      guard let weight = CandidateMix.Weight(rawValue: member.name) else {
        let names = CandidateMix.Weight.allCases.map(\.rawValue).joined(separator: ", ")
        throw RecordProblem(
          path: path, reason: "unknown_parameter", message: "allowed: \(names)")
      }
      rule.mix.weights[weight] = try number(member.value, at: path)
    }
    return rule
  }

  private static func number(_ value: Value, at path: String) throws(RecordProblem) -> Double {
    let number: Double
    switch value {
    case .integer(let integer): number = Double(integer)
    case .number(let double): number = double
    default: throw RecordProblem(path: path, reason: "wrong_type", message: "expected a number")
    }
    guard number > 0, weightRange.contains(number) else {
      throw RecordProblem(
        path: path, reason: "out_of_range", message: "expected a number above 0, up to 10")
    }
    return number
  }
}

extension Engine {
  /// The mix of a customer as seen from a viewpoint: that of the first rule that holds.
  mutating func mix(for customer: Int32, from viewpoint: Viewpoint) -> CandidateMix? {
    if mixes.rules.isEmpty { return nil }
    guard customer >= 0 else { return mixes.rules.first { $0.condition == nil }?.mix }
    let profile = profile(of: customer, from: viewpoint)
    return mixes.rules.first { $0.condition?.matches(profile) ?? true }?.mix
  }

  /// Mixes out of params, with the path of what is wrong with them.
  func mixRules(_ value: Value, at path: String) throws -> MixRules {
    do throws(RecordProblem) {
      return try MixRules(value, over: mixes)
    } catch {
      throw ParameterError(
        path: error.path.isEmpty ? path : path + "." + error.path,
        reason: ErrorReason(error.reason), message: error.message)
    }
  }
}
