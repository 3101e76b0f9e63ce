import Wire

extension JSONWriter {
  /// The member `removed`: how many items each rule took out, by the rule's name.
  mutating func removed(_ removed: [(rule: String, count: Int)]) {
    key("removed")
    beginObject()
    for entry in removed.sorted(by: { $0.rule < $1.rule }) {
      key(dynamic: entry.rule)
      integer(entry.count)
    }
    endObject()
  }
}
