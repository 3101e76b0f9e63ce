import Shop
import Testing

@Suite struct CustomerTests {
  private static let changes: [(String, @Sendable (inout CustomerPatch) -> Void)] = [
    ("name", { $0.name = .set("a") }),
    ("joined", { $0.joined = .set(Instant(milliseconds: 5)) }),
    ("birthday", { $0.birthday = .set(Day(number: 8094)) }),
    ("gender", { $0.gender = .set("f") }),
    ("region", { $0.region = .set("a") }),
    ("occupation", { $0.occupation = .set("a") }),
    ("attributes", { $0.attributes = .set(.object([])) }),
    ("consent", { $0.consent = .set(.object([.init(name: "sms", value: .bool(true))])) }),
    ("identities", { $0.identities = .set([.init(channel: "wechat", id: "oX1")]) }),
    ("acquisition", { $0.acquisition = .set(.init(channel: "store", cost: 300)) }),
  ]

  @Test func everyFieldIsSetAlone() {
    var seen: [Customer] = [Customer()]
    for (name, change) in Self.changes {
      var customer = Customer()
      var patch = CustomerPatch(id: "c")
      #expect(!patch.apply(to: &customer), "\(name)")
      change(&patch)
      #expect(patch.apply(to: &customer), "\(name)")
      #expect(!patch.apply(to: &customer), "\(name)")
      #expect(!seen.contains(customer), "\(name)")
      seen.append(customer)
    }
  }

  @Test func everyFieldIsTakenBack() {
    var patch = CustomerPatch(id: "c")
    for (_, change) in Self.changes { change(&patch) }
    var customer = Customer()
    _ = patch.apply(to: &customer)
    #expect(customer.joined == Instant(milliseconds: 5))
    #expect(customer.birthday?.text == "1992-02-29")
    #expect(customer.identities == [.init(channel: "wechat", id: "oX1")])
    #expect(customer.acquisition?.cost == 300)
    var clear = CustomerPatch(id: "c")
    clear.name = .clear
    clear.joined = .clear
    clear.birthday = .clear
    clear.gender = .clear
    clear.region = .clear
    clear.occupation = .clear
    clear.attributes = .clear
    clear.consent = .clear
    clear.identities = .clear
    clear.acquisition = .clear
    #expect(clear.apply(to: &customer))
    #expect(customer == Customer())
  }

  /// Consent is merged: an answer for one channel leaves the others, and null takes one back.
  @Test func consentIsKeptPerChannel() {
    var customer = Customer()
    #expect(customer.consents(to: "sms") == nil)
    func apply(_ channel: String, _ answer: Value) {
      var patch = CustomerPatch(id: "c")
      patch.consent = .set(.object([.init(name: channel, value: answer)]))
      _ = patch.apply(to: &customer)
    }
    apply("sms", .bool(true))
    apply("email", .bool(false))
    #expect(customer.consents(to: "sms") == true)
    #expect(customer.consents(to: "email") == false)
    apply("sms", .null)
    #expect(customer.consents(to: "sms") == nil)
    apply("push", .string("yes"))
    #expect(customer.consents(to: "push") == nil)
  }

  @Test func theTableTellsDeclaredFromMentioned() {
    var table = CustomerTable()
    let index = table.intern("c")
    #expect(!table.isDeclared[Int(index)])
    #expect(table.changes(CustomerPatch(id: "c")))
    #expect(table.changes(CustomerPatch(id: "d")))
    #expect(table.apply(CustomerPatch(id: "c")) == index)
    #expect(!table.changes(CustomerPatch(id: "c")))
    var patch = CustomerPatch(id: "c")
    patch.region = .set("north")
    #expect(table.changes(patch))
    #expect(table[index].region == nil)
    table.apply(patch)
    #expect(table[index].region == "north")
    #expect(table.count == 1)
  }
}
