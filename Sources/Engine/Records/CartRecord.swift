import Offers
import Shop
import Wire

extension Cart {
  /// Reads a cart and checks its amounts.
  init(_ node: JSON) throws {
    var reader = try node.object()
    var lines: [Line] = []
    for element in try reader.array(
      "lines", minimumCount: 1, maximumCount: OrderDraft.maximumLineCount)
    {
      var line = try element.object()
      lines.append(
        Line(
          item: try line.identifier("item"), quantity: Int64(try line.integer("quantity")),
          unitPrice: Int64(try line.integer("unit_price"))))
      try line.finish()
    }
    let shipping = try reader.optionalAmount("shipping") ?? 0
    try reader.finish()
    self.init(lines: lines, shipping: shipping)
    do throws(RecordProblem) {
      try check()
    } catch {
      throw ParameterError(
        path: error.path.isEmpty ? node.path : node.path + "." + error.path,
        reason: ErrorReason(error.reason), message: error.message)
    }
  }
}

extension JSONWriter {
  /// Writes the members of a quote into an open object.
  mutating func members(of quote: Quote) {
    let sums: [(StaticString, Int64)] = [
      ("subtotal", quote.subtotal), ("discount", quote.discount), ("total", quote.total),
    ]
    for (name, amount) in sums {
      key(name)
      integer(Int(amount))
    }
    if quote.upperBound > quote.discount {
      key("upper_bound")
      integer(Int(quote.upperBound))
    }
    key("applied")
    beginArray()
    for applied in quote.applied { self.applied(applied) }
    endArray()
    key("not_applied")
    beginArray()
    for coupon in quote.notApplied {
      beginObject()
      key("code")
      string(coupon.code)
      key("reason")
      string(coupon.reason.rawValue)
      if let need = coupon.need {
        key("need")
        self.need(need)
      }
      endObject()
    }
    endArray()
  }

  private mutating func applied(_ applied: Quote.Applied) {
    beginObject()
    key("code")
    string(applied.code)
    key("policy")
    string(applied.policy)
    key("discount")
    integer(Int(applied.discount))
    if applied.shipping != 0 {
      key("shipping")
      integer(Int(applied.shipping))
    }
    key("lines")
    beginArray()
    for line in applied.lines {
      beginObject()
      key("index")
      integer(line.index)
      key("discount")
      integer(Int(line.discount))
      endObject()
    }
    endArray()
    endObject()
  }
}
