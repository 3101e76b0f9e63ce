/// What a put says of one field: nothing, that it is gone (`null`), or its new value.
///
/// `items.put` and `customers.put` follow JSON Merge Patch (RFC 7396): a host can send the stock
/// alone without losing the title, and takes a field back with `null`.
package enum Patch<Wrapped: Sendable>: Sendable {
  case keep
  case clear
  case set(Wrapped)

  /// Applies this to a field; true where that changed it.
  package func apply(to field: inout Wrapped?) -> Bool where Wrapped: Equatable {
    switch self {
    case .keep: return false
    case .clear:
      defer { field = nil }
      return field != nil
    case .set(let value):
      defer { field = value }
      return field != value
    }
  }
}

extension Value {
  /// This value after a merge patch, RFC 7396: objects merge member by member, `null` takes a
  /// member away, all else replaces. The depth is bounded by what the wire lets in.
  package func merged(with patch: Value) -> Value {
    guard case .object(let changes) = patch else { return patch }
    var members: [Member] = []
    if case .object(let existing) = self { members = existing }
    for change in changes {
      let index = members.firstIndex { $0.name == change.name }
      switch (change.value, index) {
      case (.null, .some(let index)): members.remove(at: index)
      case (.null, .none): continue
      case (let value, .some(let index)):
        members[index].value = members[index].value.merged(with: value)
      case (let value, .none):
        members.append(Member(name: change.name, value: Value.object([]).merged(with: value)))
      }
    }
    return .object(members)
  }
}
