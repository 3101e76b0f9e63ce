import Shop

extension MemberProfile {
  /// The account line by line, with points and level. O(orders + movements).
  package var account: MemberStanding { MemberStanding(of: self, recordsLines: true) }

  /// The highest level that is held; nil where none is configured or reached.
  package var level: String? { view.rules.levels.isEmpty ? nil : standing.levelID }

  /// Whether the shop gives points, or gave this customer some.
  private var hasPoints: Bool {
    !view.rules.points.isEmpty || !view.points.entries(of: customer).isEmpty
  }

  /// The fields that follow from points and level.
  func standingFigure(_ field: Field) -> Value? {
    switch field {
    case .level: return level.map(Value.string)
    case .levelUntil:
      return view.rules.levels.isEmpty ? nil : standing.levelUntil.map(text)
    case .nextLevel:
      return view.rules.levels.isEmpty ? nil : standing.nextLevel.map(value)
    case .points: return hasPoints ? .integer(standing.balance) : nil
    case .pointsExpiring:
      guard hasPoints, let first = standing.liveLots.first, let end = first.expires else {
        return nil
      }
      let points = standing.liveLots.reduce(0) { $0 + ($1.expires == end ? $1.left : 0) }
      return .object([
        .init(name: "points", value: .integer(points)),
        .init(name: "at", value: text(end)),
      ])
    default: return nil
    }
  }

  private func text(_ moment: Instant) -> Value {
    .string(view.facts.settings.zone.text(moment))
  }

  private func value(_ next: MemberStanding.NextLevel) -> Value {
    let missing = [("spend", next.spend), ("points", next.points), ("orders", next.orders)]
    var members: [Value.Member] = [
      .init(name: "id", value: .string(next.id)),
      .init(
        name: "missing",
        value: .object(
          missing.compactMap { name, figure in
            figure.map { .init(name: name, value: .integer($0)) }
          })),
    ]
    if let by = next.by { members.append(.init(name: "by", value: text(by))) }
    return .object(members)
  }
}
