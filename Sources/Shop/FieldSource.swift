/// Something whose fields a `Condition` can ask for: an item, a member's profile, a custom object.
///
/// The names are those of the wire (`customers.get`, `items.put`), so that a condition reads like
/// the record that it is about.
package protocol FieldSource {
  /// The value of a top-level field, or nil where it is missing. Must not trap for any name.
  func field(_ name: String) -> Value?
  /// What a path component finds in a field's value: what `field(name)?.component(part)` gives,
  /// which a source that need not make the whole value for it may answer by itself.
  func field(_ name: String, part: String) -> Value?
}

extension FieldSource {
  package func field(_ name: String, part: String) -> Value? { field(name)?.component(part) }

  /// The value at a dotted path, as conditions find it; null where anything on the way is missing.
  package func value(at path: String) -> Value { FieldPath(path).value(in: self) }
}

extension Value: FieldSource {
  /// A plain object is a field source over its own members.
  package func field(_ name: String) -> Value? { self[name] }
}
