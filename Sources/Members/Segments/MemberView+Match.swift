import Shop

/// Who fits a condition.
package struct MemberMatches: Equatable, Sendable {
  /// The customers, in order of the bytes of their ids, the first `limit` of them.
  package let customers: [Int32]
  /// How many fit in all, beyond the limit too.
  package let count: Int
}

extension MemberView {
  /// The customers whose profile fits the condition, in order of the bytes of their ids.
  ///
  /// Among `candidates`, each counted once, or all customers where that is nil; nil as condition fits everyone. Customers
  /// that are not known from this viewpoint don't match. O(customers x condition).
  package func match(
    _ condition: Condition?, among candidates: [Int32]? = nil, limit: Int
  ) -> MemberMatches {
    precondition(limit >= 0, "a limit is a count")
    let names = facts.customers.names
    var first: [Int32] = []
    var count = 0
    // Sorted and cut whenever twice the limit came together, so that a small limit never sorts a million.
    let bound = min(limit, 1 << 30) * 2 + 64
    func consider(_ customer: Int32) {
      let profile = profile(of: customer)
      if !profile.isKnown || condition?.matches(profile) == false { return }
      count += 1
      first.append(customer)
      if first.count >= bound { cut() }
    }
    func cut() {
      first.sort { names.precedes($0, $1) }
      first.removeLast(max(0, first.count - limit))
    }
    if let candidates {
      var seen: Set<Int32> = []
      for customer in candidates where seen.insert(customer).inserted { consider(customer) }
    } else {
      for customer in 0..<Int32(facts.customers.count) { consider(customer) }
    }
    cut()
    return MemberMatches(customers: first, count: count)
  }

  /// Ids instead of indices; ids that the shop never named match nothing.
  package func ids(matching condition: Condition?, among ids: [String]?, limit: Int) -> (
    matches: [String], count: Int
  ) {
    let found = match(
      condition, among: ids?.compactMap { facts.customers.index(of: $0) }, limit: limit)
    return (found.customers.map { facts.customers.names[$0] }, found.count)
  }
}
