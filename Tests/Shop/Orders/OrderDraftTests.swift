import Shop
import Testing

@Suite struct OrderDraftTests {
  private func problem(_ lines: [OrderDraft.Line]) -> RecordProblem? {
    do {
      try OrderDraft(id: "o", customer: nil, time: Instant(milliseconds: 0), lines: lines).check()
      return nil
    } catch { return error }
  }

  private static let amount = Money.maximumAmount
  private static let quantity = Money.maximumQuantity

  @Test(
    arguments: [
      (1, 0, 0), (1, 1290, 1290), (1, amount, amount), (quantity, 1000, 0), (quantity, 0, 0),
      (2, 499_999_999_999, 1),
    ] as [(Int64, Int64, Int64)])
  func aLineInsideItsLimitsIsTaken(quantity: Int64, price: Int64, discount: Int64) {
    let line = OrderDraft.Line(
      item: "a", quantity: quantity, unitPrice: price, discount: discount)
    #expect(problem([line]) == nil)
  }

  @Test(
    arguments: [
      (0, 1, 0, "lines[1].quantity", "not_positive"),
      (-1, 1, 0, "lines[1].quantity", "not_positive"),
      (.min, .min, .min, "lines[1].quantity", "not_positive"),
      (quantity + 1, 0, 0, "lines[1].quantity", "out_of_range"),
      (.max, .max, .max, "lines[1].quantity", "out_of_range"),
      (1, -1, 0, "lines[1].unit_price", "out_of_range"),
      (1, .min, 0, "lines[1].unit_price", "out_of_range"),
      (1, amount + 1, 0, "lines[1].unit_price", "out_of_range"),
      (1, .max, 0, "lines[1].unit_price", "out_of_range"),
      (quantity, 1001, 0, "lines[1]", "out_of_range"),
      (quantity, amount, 0, "lines[1]", "out_of_range"),
      (1, 100, -1, "lines[1].discount", "out_of_range"),
      (1, 100, .min, "lines[1].discount", "out_of_range"),
      (2, 100, 201, "lines[1].discount", "out_of_range"),
      (1, 100, .max, "lines[1].discount", "out_of_range"),
      (1, amount, 0, "lines", "out_of_range"),
    ] as [(Int64, Int64, Int64, String, String)])
  func aLineOutsideItsLimitsIsRefused(
    quantity: Int64, price: Int64, discount: Int64, path: String, reason: String
  ) {
    let good = OrderDraft.Line(item: "a", quantity: 1, unitPrice: 1)
    let bad = OrderDraft.Line(item: "a", quantity: quantity, unitPrice: price, discount: discount)
    #expect(problem([good, bad])?.path == path)
    #expect(problem([good, bad])?.reason == reason)
  }

  @Test func anOrderHasLinesAndNotTooMany() {
    let line = OrderDraft.Line(item: "a", quantity: 1, unitPrice: 1)
    #expect(problem([])?.reason == "empty")
    let most = OrderDraft.maximumLineCount
    #expect(problem(Array(repeating: line, count: most)) == nil)
    #expect(problem(Array(repeating: line, count: most + 1))?.reason == "too_many")
  }
}
