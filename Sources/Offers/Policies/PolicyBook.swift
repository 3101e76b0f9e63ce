import Shop

/// All policies, each with every version that it had: a coupon keeps the version that it was issued
/// under.
package struct PolicyBook: Sendable {
  /// By id, the versions in ascending order; never empty.
  private var versionsById: [String: [SharedPolicy]] = [:]
  /// Ids in the order of their bytes: the order of every answer.
  package private(set) var ids: [String] = []
  /// Whether any version of any policy is on what customers prefer.
  package private(set) var asksPreference = false

  package init() {}

  /// What is in force under that id. O(1).
  package subscript(id: String) -> Policy? { versionsById[id]?.last?.policy }

  /// The version that a coupon was issued under. O(log versions).
  package subscript(id: String, version version: Int64) -> Policy? {
    shared(id, version: version)?.policy
  }

  /// What is in force under that id, shared.
  func shared(_ id: String) -> SharedPolicy? { versionsById[id]?.last }

  /// A version, shared. O(log versions).
  func shared(_ id: String, version: Int64) -> SharedPolicy? {
    guard let versions = versionsById[id] else { return nil }
    var low = 0
    var high = versions.count
    while low < high {
      let middle = (low + high) / 2
      if versions[middle].policy.version < version { low = middle + 1 } else { high = middle }
    }
    return low < versions.count && versions[low].policy.version == version ? versions[low] : nil
  }

  /// All versions that the policy had, the oldest first.
  package func versions(of id: String) -> [Policy] { versionsById[id]?.map(\.policy) ?? [] }

  /// What putting the policy would do; changes nothing.
  ///
  /// The same content is `unchanged`. Other content is accepted under the stated version, which
  /// must not be below the one in force (reason `conflict`), and at least one above it.
  package func check(_ policy: Policy) throws(RecordProblem) -> PutOutcome<Policy> {
    var accepted = policy
    accepted.statesVersion = true
    guard let current = self[policy.id] else { return .accepted(accepted) }
    let stated = policy.statesVersion ? policy.version : nil
    let isSame = current.source.canonical == policy.source.canonical
    if isSame, (stated ?? 0) <= current.version { return .unchanged }
    if let stated, stated < current.version {
      throw RecordProblem(
        path: "version", reason: "conflict",
        message: "version \(current.version) of \(policy.id) is in force; versions only grow")
    }
    accepted.version = max(current.version + 1, stated ?? 0)
    return .accepted(accepted)
  }

  /// Takes a policy that `check` accepted.
  package mutating func apply(_ policy: Policy) {
    precondition(
      policy.version > shared(policy.id)?.policy.version ?? 0,
      "policies are checked before they are taken")
    if versionsById[policy.id] == nil {
      let place = ids.firstIndex { policy.id.utf8.lexicographicallyPrecedes($0.utf8) }
      ids.insert(policy.id, at: place ?? ids.count)
    }
    versionsById[policy.id, default: []].append(SharedPolicy(policy))
    if policy.scope == .preferred { asksPreference = true }
  }
}
