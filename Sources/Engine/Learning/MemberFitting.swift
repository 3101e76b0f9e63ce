import Members
import Shop

/// What is fitted about members on the shop's own log: beside the loop, from the shop as it was
/// when the work began.
struct MemberFitting: Sendable {
  /// What can be fitted.
  enum Part: String, CaseIterable, Sendable {
    case lifetime
    case clusters
    case intent
  }

  /// What came of it.
  struct Result: Sendable {
    fileprivate(set) var lifetime: LifetimeStudy?
    fileprivate(set) var clusters: ClusterStudy?
    fileprivate(set) var intent: IntentStudy?

    /// What is to be taken into use.
    var facts: [Fact] {
      [
        (lifetime?.chosen).map { .lifetime($0.value) },
        (clusters?.clusters).map { .clusters($0.value) },
        (intent?.chosen).map { .intent($0.value) },
      ].compactMap(\.self)
    }

    var report: Value {
      var members: [Value.Member] = []
      if let lifetime { members.append(.init(name: "lifetime", value: lifetime.report)) }
      if let clusters { members.append(.init(name: "clusters", value: clusters.report)) }
      if let intent { members.append(.init(name: "intent", value: intent.report)) }
      return .object(members)
    }
  }

  var parts = Part.allCases
  var lifetime = LifetimeStudy.Options()
  var clusters = ClusterStudy.Options()
  var intent = IntentStudy.Options()

  /// The work was told to stop.
  struct Stopped: Error {}

  /// - Parameter goesOn: told how much is done, 0 to 1; false stops the work with `Stopped`.
  func fit(_ past: ShopPast, at moment: Instant, goesOn: (Double) -> Bool) throws -> Result {
    var result = Result()
    let share = 1 / Double(max(1, parts.count))
    for (index, part) in parts.enumerated() {
      let reached = { (done: Double) in goesOn((Double(index) + done) * share) }
      switch part {
      case .lifetime:
        guard let study = LifetimeStudy(past.facts, at: moment, lifetime, goesOn: reached) else {
          throw Stopped()
        }
        result.lifetime = study
      case .clusters:
        let study = ClusterStudy(
          past.facts, at: moment, former: past.fitted.clusters, clusters, goesOn: reached)
        guard let study else { throw Stopped() }
        result.clusters = study
      case .intent:
        guard let study = IntentStudy(past.facts, at: moment, intent, goesOn: reached) else {
          throw Stopped()
        }
        result.intent = study
      }
    }
    return result
  }
}
