import Affinity
import Members
import Shop

extension Engine {
  /// Applies what was said of a customer, and moves what identities that came or went bring along.
  /// O(1) where none did, else O(orders and events of the customers that it moves between).
  mutating func apply(_ patch: CustomerPatch) {
    for (identity, source) in facts.apply(patch) {
      guard let move = facts.move(of: identity, from: source) else { continue }
      let both = [move.source, move.target]
      affinity.willMove(customers: both, orders: facts.orders)
      let before = facts.orders.revision
      let isKept = members.points.hasEntries(of: move.source)
      if facts.apply(move, keepsSource: isKept) {
        decisions.forget(customer: move.source)
        members.marks.forget(customer: move.source)
      }
      affinity.didMove(customers: both, orders: facts.orders)
      members.noteMove(move.source, move.target, since: before, facts: facts)
    }
  }
}
