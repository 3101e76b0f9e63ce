import Shop
import Testing

@Suite struct ItemTests {
  @Test func aPatchSetsEveryFieldAndTakesItBack() throws {
    var patch = ItemPatch(id: "sku-1")
    patch.title = .set("Sencha")
    patch.category = .set(["Tea", "Green"])
    patch.brand = .set("Leaf")
    patch.price = .set(1290)
    patch.cost = .set(800)
    patch.tags = .set(["organic"])
    patch.attributes = .set(.object([.init(name: "grams", value: .integer(50))]))
    patch.stock = .set(12)
    patch.kind = .set("product")
    patch.availableFrom = .set(Instant(milliseconds: 1))
    patch.availableUntil = .set(Instant(milliseconds: 2))
    patch.introduced = .set(Day(number: 20_000))
    var item = Item()
    #expect(patch.apply(to: &item))
    #expect(!patch.apply(to: &item))

    let fields = ItemFields(id: "sku-1", item: item, zone: .utc)
    let expected: [(String, Value?)] = [
      ("id", .string("sku-1")), ("title", .string("Sencha")),
      ("category", .array([.string("Tea"), .string("Green")])), ("brand", .string("Leaf")),
      ("price", .integer(1290)), ("cost", .integer(800)), ("tags", .array([.string("organic")])),
      ("stock", .integer(12)), ("kind", .string("product")),
      ("available_from", .string("1970-01-01T00:00:00.001Z")),
      ("available_until", .string("1970-01-01T00:00:00.002Z")),
      ("introduced", .string("2024-10-04")), ("grams", .integer(50)),
      ("attributes", .object([.init(name: "grams", value: .integer(50))])), ("colour", nil),
    ]
    for (name, value) in expected { #expect(fields.field(name) == value, "\(name)") }

    var clear = ItemPatch(id: "sku-1")
    clear.title = .clear
    clear.category = .clear
    clear.brand = .clear
    clear.price = .clear
    clear.cost = .clear
    clear.tags = .clear
    clear.attributes = .clear
    clear.stock = .clear
    clear.kind = .clear
    clear.availableFrom = .clear
    clear.availableUntil = .clear
    clear.introduced = .clear
    #expect(clear.apply(to: &item))
    #expect(item == Item())
    #expect(!clear.apply(to: &item))
  }

  /// Whichever field alone changes, the patch says so, and leaves the others.
  @Test func eachFieldAloneIsAChange() {
    let single: [(String, (inout ItemPatch) -> Void)] = [
      ("title", { $0.title = .set("a") }), ("category", { $0.category = .set(["a"]) }),
      ("brand", { $0.brand = .set("a") }), ("price", { $0.price = .set(1) }),
      ("cost", { $0.cost = .set(1) }), ("tags", { $0.tags = .set(["a"]) }),
      ("attributes", { $0.attributes = .set(.object([])) }), ("stock", { $0.stock = .set(1) }),
      ("kind", { $0.kind = .set("a") }),
      ("available_from", { $0.availableFrom = .set(Instant(milliseconds: 0)) }),
      ("available_until", { $0.availableUntil = .set(Instant(milliseconds: 0)) }),
      ("introduced", { $0.introduced = .set(Day(number: 0)) }),
    ]
    for (name, change) in single {
      var item = Item()
      var patch = ItemPatch(id: "a")
      #expect(!patch.apply(to: &item), "\(name)")
      change(&patch)
      #expect(patch.apply(to: &item), "\(name)")
      let fields = ItemFields(id: "a", item: item, zone: .utc)
      for (other, _) in single { #expect((fields.field(other) != nil) == (other == name)) }
    }
  }

  @Test func anAttributeMayBearTheNameOfAField() {
    var item = Item()
    item.attributes = .object([.init(name: "price", value: .string("high"))])
    let fields = ItemFields(id: "a", item: item, zone: .utc)
    #expect(fields.field("price") == nil)
    #expect(fields.field("attributes")?["price"] == .string("high"))
  }

  @Test func availabilityIsHalfOpenAndNeedsStock() {
    var item = Item()
    let moments = (0...3).map { Instant(milliseconds: $0) }
    #expect(moments.map(item.isAvailable) == [true, true, true, true])
    item.availableFrom = moments[1]
    item.availableUntil = moments[3]
    #expect(moments.map(item.isAvailable) == [false, true, true, false])
    item.stock = 1
    #expect(item.isAvailable(at: moments[1]))
    for stock: Int64 in [0, -1, .min] {
      item.stock = stock
      #expect(!item.isAvailable(at: moments[1]))
    }
  }

  @Test func theTableTellsDeclaredFromMentioned() {
    var table = ItemTable()
    let mentioned = table.intern("a")
    #expect(table.intern("a") == mentioned)
    #expect(table.count == 1)
    #expect(!table.isDeclared[Int(mentioned)])
    // An empty patch declares it, and that is a change.
    #expect(table.changes(ItemPatch(id: "a")))
    let revision = table.revision
    #expect(table.apply(ItemPatch(id: "a")) == mentioned)
    #expect(table.isDeclared[Int(mentioned)])
    #expect(table.revision > revision)
    #expect(!table.changes(ItemPatch(id: "a")))
    var patch = ItemPatch(id: "a")
    patch.stock = .set(0)
    #expect(table.changes(patch))
    #expect(table[mentioned].stock == nil)
    table.apply(patch)
    #expect(table[mentioned].stock == 0)
    #expect(!table.changes(patch))
    #expect(table.index(of: "b") == nil)
  }
}
