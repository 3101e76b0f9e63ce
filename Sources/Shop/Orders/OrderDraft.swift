/// An order as it was sent, before it is a fact.
package struct OrderDraft: Equatable, Sendable {
  package var id: String
  /// Nil for an anonymous order: it says what goes together, and nothing of anyone.
  package var customer: String?
  package var time: Instant
  package var channel: String?
  package var currency: String?
  package var lines: [Line]
  package var coupons: [String]

  package struct Line: Equatable, Sendable {
    package var item: String
    package var quantity: Int64
    /// Minor units.
    package var unitPrice: Int64
    /// What was taken off the whole line, minor units.
    package var discount: Int64

    package init(item: String, quantity: Int64, unitPrice: Int64, discount: Int64 = 0) {
      self.item = item
      self.quantity = quantity
      self.unitPrice = unitPrice
      self.discount = discount
    }
  }

  package init(
    id: String, customer: String?, time: Instant, channel: String? = nil, currency: String? = nil,
    lines: [Line], coupons: [String] = []
  ) {
    self.id = id
    self.customer = customer
    self.time = time
    self.channel = channel
    self.currency = currency
    self.lines = lines
    self.coupons = coupons
  }

  /// The most lines that one order may have.
  package static let maximumLineCount = 10_000

  /// Checks what the draft says by itself: amounts and quantities inside their limits.
  package func check() throws(RecordProblem) {
    if lines.isEmpty {
      throw RecordProblem(
        path: "lines", reason: "empty", message: "an order has at least one line")
    }
    if lines.count > OrderDraft.maximumLineCount {
      throw RecordProblem(
        path: "lines", reason: "too_many",
        message: "an order has at most \(OrderDraft.maximumLineCount) lines")
    }
    var total: Int64 = 0
    for (index, line) in lines.enumerated() {
      if line.quantity <= 0 {
        throw RecordProblem(
          path: "lines[\(index)].quantity", reason: "not_positive",
          message: "a quantity is at least 1; what came back goes into orders.return")
      }
      if line.quantity > Money.maximumQuantity {
        throw RecordProblem(
          path: "lines[\(index)].quantity", reason: "out_of_range",
          message: "a quantity is at most \(Money.maximumQuantity)")
      }
      if line.unitPrice < 0 || line.unitPrice > Money.maximumAmount {
        throw RecordProblem(
          path: "lines[\(index)].unit_price", reason: "out_of_range",
          message: "a price is 0 to \(Money.maximumAmount) minor units")
      }
      let (gross, overflow) = line.quantity.multipliedReportingOverflow(by: line.unitPrice)
      if overflow || gross > Money.maximumAmount {
        throw RecordProblem(
          path: "lines[\(index)]", reason: "out_of_range",
          message: "a line comes to at most \(Money.maximumAmount) minor units")
      }
      if line.discount < 0 || line.discount > gross {
        throw RecordProblem(
          path: "lines[\(index)].discount", reason: "out_of_range",
          message: "a line's discount is 0 to the line's own amount, \(gross)")
      }
      total += gross
      if total > Money.maximumAmount {
        throw RecordProblem(
          path: "lines", reason: "out_of_range",
          message: "an order comes to at most \(Money.maximumAmount) minor units")
      }
    }
  }
}
