import Shop
import TestSupport
import Testing

@Suite struct EventTableTests {
  private func drafts(_ count: Int, _ generator: inout SeededGenerator) -> [EventDraft] {
    (0..<count).map { index in
      EventDraft(
        id: generator.oneIn(2) ? nil : "e-\(index)",
        type: ["view", "cart"][generator.integer(in: 0...1)],
        customer: "c-\(generator.integer(in: 0...3))",
        item: generator.oneIn(3) ? nil : "i-\(generator.integer(in: 0...2))",
        time: Instant(milliseconds: Int64(generator.integer(in: 0...5))),
        channel: generator.oneIn(2) ? nil : "h-\(generator.integer(in: 0...2))",
        value: generator.oneIn(2) ? nil : Double(generator.integer(in: -1...1)))
    }
  }

  private func drafts(of customer: String, _ facts: ShopFacts) -> [EventDraft] {
    guard let index = facts.customers.index(of: customer) else { return [] }
    var drafts: [EventDraft] = []
    facts.events.forEachEvent(of: index) { event in
      let row = Int(event)
      let (name, item) = (facts.events.name[row], facts.events.item[row])
      drafts.append(
        EventDraft(
          id: name < 0 ? nil : facts.events.names[name],
          type: facts.events.types[facts.events.type[row]], customer: customer,
          item: item < 0 ? nil : facts.items.names[item], time: facts.events.time[row],
          channel: facts.channelName(facts.events.channel[row]),
          value: facts.events.value(of: Int32(row))))
      return true
    }
    return drafts
  }

  /// Many events at the same moment, most without an id: still one list, whoever came first.
  @Test func arrivalDoesNotMatter() throws {
    try forEachSeed(20) { seed, generator in
      let drafts = drafts(80, &generator)
      var lists: [[[EventDraft]]] = []
      for arrival in [drafts, drafts.reversed(), drafts.shuffled(using: &generator)] {
        var facts = ShopFacts()
        for draft in arrival { facts.apply(draft) }
        lists.append((0...4).map { self.drafts(of: "c-\($0)", facts) })
      }
      #expect(lists[0] == lists[1] && lists[0] == lists[2], "\(seed)")
      for (customer, list) in lists[0].enumerated() {
        #expect(list.map(\.time) == list.map(\.time).sorted(by: >), "\(seed)")
        let own = drafts.filter { $0.customer == "c-\(customer)" }
        #expect(list.count == own.count, "\(seed)")
        for draft in own { #expect(list.contains(draft), "\(seed)") }
      }
    }
  }

  @Test func theSameEventIsUnchangedAndAnotherAConflict() throws {
    var facts = ShopFacts()
    let draft = EventDraft(
      id: "e", type: "view", customer: "c", item: "a", time: Instant(milliseconds: 1),
      channel: "app", value: 2)
    #expect(try facts.check(draft))
    let event = facts.apply(draft)
    #expect(facts.events.index(of: "e") == event)
    #expect(try !facts.check(draft))
    let changes: [(inout EventDraft) -> Void] = [
      { $0.type = "cart" }, { $0.customer = "d" }, { $0.item = "b" }, { $0.item = nil },
      { $0.time = Instant(milliseconds: 2) }, { $0.channel = "web" }, { $0.channel = nil },
      { $0.value = 3 }, { $0.value = nil },
    ]
    for change in changes {
      var other = draft
      change(&other)
      let problem = #expect(throws: RecordProblem.self) { try facts.check(other) }
      #expect(problem?.reason == "conflict")
      #expect(problem?.path == "id")
    }
    #expect(facts.events.count == 1)
  }

  /// Without an id nothing says that two events are one.
  @Test func eventsWithoutIdAreEachOneMore() throws {
    var facts = ShopFacts()
    let draft = EventDraft(type: "view", customer: "c", time: Instant(milliseconds: 1))
    for _ in 0..<3 {
      #expect(try facts.check(draft))
      facts.apply(draft)
    }
    facts.apply(EventDraft(id: "e", type: "view", customer: "c", time: Instant(milliseconds: 1)))
    #expect(facts.events.count == 4)
    #expect(facts.events.index(of: "e") == 3)
    #expect(drafts(of: "c", facts).map(\.id) == ["e", nil, nil, nil])
    #expect(facts.events.newest(of: 9) < 0)
  }
}
