import Shop

/// What customers looked at in one visit: `view` events of one customer with no pause of more than
/// half an hour.
struct ViewSessions {
  static let pauseMilliseconds: Int64 = 30 * 60 * 1_000

  /// The distinct items of each visit, one behind the other.
  private var items = Column<Int32>()
  private var starts: [Int] = []
  /// Above every item that was looked at.
  private(set) var itemBound = 0

  var count: Int { starts.count }

  /// O(events).
  init(_ events: EventTable, customers: Int, viewpoint: Viewpoint) {
    guard let view = events.types.index(of: "view") else { return }
    for customer in 0..<Int32(customers) {
      var session: Set<Int32> = []
      var last: Instant?
      events.forEachEvent(of: customer) { event in
        let index = Int(event)
        guard events.type[index] == view, events.item[index] >= 0,
          viewpoint.sees(events.time[index])
        else { return true }
        // From the newest to the oldest.
        let time = events.time[index]
        let pause = last.map { $0.milliseconds - time.milliseconds } ?? 0
        if pause > ViewSessions.pauseMilliseconds { end(&session) }
        session.insert(events.item[index])
        last = time
        return true
      }
      end(&session)
    }
  }

  private mutating func end(_ session: inout Set<Int32>) {
    if session.isEmpty { return }
    starts.append(items.count)
    for item in session.sorted() {
      items.append(item)
      itemBound = max(itemBound, Int(item) + 1)
    }
    session.removeAll(keepingCapacity: true)
  }

  func forEach(_ body: (BasketItems) -> Void) {
    for (place, start) in starts.enumerated() {
      body(items.run(start..<(place + 1 < starts.count ? starts[place + 1] : items.count)))
    }
  }
}
