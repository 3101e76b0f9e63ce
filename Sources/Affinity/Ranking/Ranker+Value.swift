import Shop
import Statistics

// A ranker as a file has it
// -------------------------
//   {"features": ["basket_size", …],
//    "kinds": {"next": {"base": 0, "floor": -2.5, "cuts": [[…], …],
//                       "trees": [[[f, c, f, c, …], [leaf, …]], …]}},
//    "learned_through": "2026-01-31T12:00:00Z"}
//
// Scores count from `floor`, or from the least that the trees can give. `cuts` are the thresholds
// of each feature, ascending; a tree is its questions, each a feature and one of its cuts, and its
// leaves, in the order of the answers as bits. Leaves are whole numbers of a ten-thousandth, which
// fitted ones are rounded to. The names of the features come along, so that trees of another
// version are put in order or refused, never misread. `learned_through` is the shop's newest order
// that they learned from; trees of other shops have none.

/// What is wrong with a ranker that was read.
package struct RankerProblem: Error, Equatable {
  package var path: String
  package var message: String
}

extension Ranker {
  /// What a leaf is counted in.
  static let leafUnit = 0.000_1

  package var value: Value {
    var kinds: [Value.Member] = []
    for kind in Kind.allCases {
      guard let model = models[kind] else { continue }
      kinds.append(
        .init(name: kind.rawValue, value: Ranker.value(of: model.trees.plain, floor: model.floor)))
    }
    var members = [
      Value.Member(
        name: "features", value: .array(RankFeature.allCases.map { .string($0.name) })),
      Value.Member(name: "kinds", value: .object(kinds)),
    ]
    if let learnedThrough {
      members.append(
        .init(name: "learned_through", value: .string(learnedThrough.rfc3339())))
    }
    return .object(members)
  }

  private static func value(of plain: BoostedTrees.Plain, floor: Double) -> Value {
    .object([
      .init(name: "base", value: .number(plain.base)),
      .init(name: "floor", value: .number(floor)),
      .init(name: "cuts", value: .array(plain.cuts.map { .array($0.map(Value.number)) })),
      .init(
        name: "trees",
        value: .array(
          plain.trees.map { tree in
            let questions = zip(tree.features, tree.cutIndices).flatMap { [$0, $1] }
            let leaves = tree.leaves.map { ($0 / leafUnit).rounded() }
            return .array([
              .array(questions.map { .integer(Int64($0)) }),
              .array(leaves.map { .integer(Int64($0)) }),
            ])
          })),
    ])
  }

  /// Reads a ranker and checks all of it. O(its size).
  package init(_ value: Value) throws(RankerProblem) {
    guard case .array(let names)? = value["features"], case .object(let kinds)? = value["kinds"]
    else { throw RankerProblem(path: "", message: "expected an object with features and kinds") }
    var places: [Int] = []
    for (index, name) in names.enumerated() {
      guard case .string(let text) = name,
        let feature = RankFeature.allCases.first(where: { $0.name == text }),
        !places.contains(feature.rawValue)
      else {
        throw RankerProblem(
          path: "features[\(index)]", message: "no feature that this version knows")
      }
      places.append(feature.rawValue)
    }
    if let through = value["learned_through"] {
      guard case .string(let text) = through, let instant = Instant(rfc3339: text) else {
        throw RankerProblem(path: "learned_through", message: "expected a moment")
      }
      learnedThrough = instant
    }
    for kind in kinds {
      guard let known = Kind(rawValue: kind.name) else {
        throw RankerProblem(path: "kinds.\(kind.name)", message: "no kind of question")
      }
      models[known] = try Ranker.model(kind.value, places, at: "kinds.\(kind.name)")
    }
  }

  private static func model(
    _ value: Value, _ places: [Int], at path: String
  ) throws(RankerProblem) -> Model {
    guard let base = value["base"]?.double, case .array(let cutLists)? = value["cuts"],
      case .array(let trees)? = value["trees"], cutLists.count == places.count
    else {
      throw RankerProblem(path: path, message: "expected base, cuts of each feature, and trees")
    }
    let floor = value["floor"]?.double
    guard abs(floor ?? 0) <= 1e12 else {
      throw RankerProblem(path: "\(path).floor", message: "expected a number within +-10^12")
    }
    var plain = BoostedTrees.Plain(
      base: base, cuts: Array(repeating: [], count: RankFeature.count), trees: [])
    for (index, list) in cutLists.enumerated() {
      plain.cuts[places[index]] = try numbers(list, at: "\(path).cuts[\(index)]")
    }
    for (index, tree) in trees.enumerated() {
      let own = "\(path).trees[\(index)]"
      guard case .array(let parts) = tree, parts.count == 2 else {
        throw RankerProblem(path: own, message: "expected questions and leaves")
      }
      let questions = try numbers(parts[0], at: own + "[0]").map { Int(exactly: $0) }
      var grown = BoostedTrees.Plain.Tree(
        features: [], cutIndices: [],
        leaves: try numbers(parts[1], at: own + "[1]").map { $0 * leafUnit })
      for (place, number) in questions.enumerated() {
        guard let number, number >= 0, place % 2 == 1 || number < places.count else {
          throw RankerProblem(path: own + "[0][\(place)]", message: "no feature or cut")
        }
        if place % 2 == 0 {
          grown.features.append(places[number])
        } else {
          grown.cutIndices.append(number)
        }
      }
      plain.trees.append(grown)
    }
    do throws(BoostedTrees.PlainProblem) {
      return Model(try BoostedTrees(plain: plain), floor: floor)
    } catch {
      throw RankerProblem(path: path, message: "\(error)")
    }
  }

  private static func numbers(_ value: Value, at path: String) throws(RankerProblem) -> [Double] {
    guard case .array(let elements) = value else {
      throw RankerProblem(path: path, message: "expected a list of numbers")
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(elements.count)
    for element in elements {
      guard let number = element.double else {
        throw RankerProblem(path: path, message: "expected a list of numbers")
      }
      numbers.append(number)
    }
    return numbers
  }
}
