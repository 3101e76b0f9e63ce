import Shop

/// Who gets nothing, so that what the others got can be measured.
///
/// Sticky: a customer is held out or isn't, by seed and id alone. Raising the share keeps those who were held out.
package struct Holdout: Equatable, Sendable {
  /// 0 to 1, in steps of a ten-thousandth.
  package let share: Double
  package let seed: String

  package static let standardShare = 0.05
  package static let standardSeed = "holdout"

  package init(share: Double = standardShare, seed: String = standardSeed) {
    precondition((0...1).contains(share), "a share is 0 to 1")
    self.share = share
    self.seed = seed
  }

  package func contains(_ customerID: String) -> Bool {
    Bucket.position(of: customerID, seed: seed) < share
  }

  /// Reads `{"share": 0.05, "seed": "2026"}`, both optional; `path` is where it lies in the request.
  package init(_ value: Value, path: String = "holdout") throws(RecordProblem) {
    guard case .object(let members) = value else {
      throw RecordProblem(path: path, reason: "wrong_type", message: "an object is expected")
    }
    var share = Holdout.standardShare
    var seed = Holdout.standardSeed
    for member in members {
      let here = "\(path).\(member.name)"
      switch member.name {
      case "share":
        guard let number = member.value.double, (0...1).contains(number) else {
          throw RecordProblem(path: here, reason: "out_of_range", message: "a share is 0 to 1")
        }
        share = number
      case "seed":
        guard case .string(let text) = member.value else {
          throw RecordProblem(path: here, reason: "wrong_type", message: "a text is expected")
        }
        seed = text
      default:
        throw RecordProblem(
          path: here, reason: "unknown_member", message: "known here are share and seed")
      }
    }
    self.init(share: share, seed: seed)
  }
}
