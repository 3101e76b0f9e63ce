import Shop

/// One customer's move from one tier, stage or level to another.
package struct MemberTransition: Equatable, Sendable {
  package enum Field: String, CaseIterable, Sendable {
    case tier
    case lifecycle
    case level
  }

  /// From where to where, whoever it was.
  package struct Move: Hashable, Sendable {
    package var field: Field
    package var from: String?
    package var to: String?
  }

  package var customer: Int32
  package var field: Field
  /// Nil where the customer was not known, or had none.
  package var from: String?
  package var to: String?

  /// What differs between two viewpoints, by customer as given, then by field. O(customers).
  ///
  /// Nothing needs to have happened to a customer for a change: time passes, and others' orders
  /// move the shop's quintiles.
  package static func all(
    of customers: [Int32], from before: MemberView, to after: MemberView, fields: [Field]
  ) -> [MemberTransition] {
    var transitions: [MemberTransition] = []
    for customer in customers {
      let (old, new) = (before.profile(of: customer), after.profile(of: customer))
      let (wasKnown, isKnown) = (old.isKnown, new.isKnown)
      for field in fields {
        let from = wasKnown ? old.value(of: field) : nil
        let to = isKnown ? new.value(of: field) : nil
        if from != to {
          transitions.append(.init(customer: customer, field: field, from: from, to: to))
        }
      }
    }
    return transitions
  }

  /// What differs between a mark of the log and a viewpoint, by customer as given, then by field.
  /// O(customers).
  package static func all(
    of customers: [Int32], since mark: MemberMarks.Mark, to after: MemberView, fields: [Field]
  ) -> [MemberTransition] {
    var transitions: [MemberTransition] = []
    for customer in customers {
      let (old, new) = (mark.positions(of: customer), after.profile(of: customer).positions)
      for (place, field) in Field.allCases.enumerated()
      where old[place] != new[place] && fields.contains(field) {
        transitions.append(
          .init(customer: customer, field: field, from: old[place], to: new[place]))
      }
    }
    return transitions
  }

  /// The place of somebody who is not known.
  package static let nowhere: [String?] = Field.allCases.map { _ in nil }

  /// How many made each move, the most frequent first, ties by field and names.
  package static func moves(_ transitions: [MemberTransition]) -> [(move: Move, count: Int)] {
    var counts: [Move: Int] = [:]
    for transition in transitions {
      counts[
        Move(field: transition.field, from: transition.from, to: transition.to), default: 0] += 1
    }
    func key(_ move: Move) -> [String] { [move.field.rawValue, move.from ?? "", move.to ?? ""] }
    return counts.map { (move: $0.key, count: $0.value) }.sorted { left, right in
      left.count != right.count
        ? left.count > right.count : key(left.move).lexicographicallyPrecedes(key(right.move))
    }
  }
}

extension MemberProfile {
  /// Where the customer stands, in the order of `MemberTransition.Field.allCases`; nowhere where
  /// nothing is known.
  package var positions: [String?] {
    MemberTransition.Field.allCases.map { isKnown ? value(of: $0) : nil }
  }

  fileprivate func value(of field: MemberTransition.Field) -> String? {
    switch field {
    case .tier: tier
    case .lifecycle: lifecycle
    case .level: level
    }
  }
}
