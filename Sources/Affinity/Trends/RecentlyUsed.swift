/// A few values by key; a new one takes the place of the one that was asked for the longest ago.
///
/// Keys are compared one by one: for tens of values.
struct RecentlyUsed<Key: Equatable & Sendable, Value: Sendable>: Sendable {
  let capacity: Int
  /// The one asked for last at the end.
  private(set) var entries: [(key: Key, value: Value)] = []

  init(capacity: Int) {
    precondition(capacity > 0, "there is room for a value")
    self.capacity = capacity
  }

  /// The place of a key's value, which counts as asked for now; nil where there is none. O(values).
  mutating func place(of key: Key) -> Int? {
    guard let place = entries.lastIndex(where: { $0.key == key }) else { return nil }
    if place != entries.count - 1 { entries.append(entries.remove(at: place)) }
    return entries.count - 1
  }

  /// Keeps a value under a key that has none.
  mutating func insert(_ value: Value, for key: Key) {
    if entries.count == capacity { entries.removeFirst() }
    entries.append((key: key, value: value))
  }

  mutating func remove(at place: Int) { entries.remove(at: place) }

  /// Changes a value in place, without a copy of it. O(1) beside what `body` costs.
  mutating func update<Result>(at place: Int, _ body: (inout Value) -> Result) -> Result {
    body(&entries[place].value)
  }
}
