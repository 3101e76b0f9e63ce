import Members
import Shop
import Testing

@Suite struct SegmentBookTests {
  private func segment(_ orders: Int64) -> Value {
    .object([
      .init(name: "id", value: .string("vip")),
      .init(
        name: "condition", value: .object([.init(name: "orders", value: .integer(orders))])),
    ])
  }

  @Test func putsAreIdempotent() throws {
    var book = SegmentBook()
    let first = try SegmentBook.Segment(segment(3))
    #expect(try book.changes(first))
    book.apply(first)
    #expect(try !book.changes(first) && book.count == 1)
    #expect(book.all.first?.value == segment(3))
    let second = try SegmentBook.Segment(segment(4))
    #expect(try book.changes(second))
    book.apply(second)
    #expect(book.all == [second] && book.condition(of: "other") == nil)
    #expect(book.condition(of: "vip") != nil)
  }

  @Test func badSegmentsAreRefusedWithTheirPath() {
    let cases: [(Value, String)] = [
      (.null, ""), (.object([.init(name: "ids", value: .null)]), "ids"),
      (.object([.init(name: "id", value: .string(""))]), "id"),
      (.object([.init(name: "id", value: .string("a"))]), "condition"),
      (
        .object([
          .init(name: "id", value: .string("a")), .init(name: "condition", value: .integer(1)),
        ]), "condition"
      ),
    ]
    for (value, path) in cases {
      #expect {
        try SegmentBook.Segment(value)
      } throws: {
        ($0 as? RecordProblem)?.path == path
      }
    }
  }
}
