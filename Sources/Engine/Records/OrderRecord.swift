import Shop
import Wire

extension OrderDraft {
  /// Reads one record of `orders.put`; amounts and quantities are checked by the facts, with their
  /// paths.
  init(_ record: JSON, zone: Zone) throws(ParameterError) {
    var reader = try record.object()
    let id = try reader.identifier("id")
    let customer = try reader.optionalIdentifier("customer")
    let time = try reader.required("time").momentOrDay(in: zone)
    let channel = try reader.optionalIdentifier("channel")
    let currency = try reader.optionalString("currency", maximumBytes: 16)
    let array = try reader.array("lines", maximumCount: OrderDraft.maximumLineCount)
    var lines: [Line] = []
    lines.reserveCapacity(array.count)
    for element in array {
      var line = try element.object()
      let item = try line.identifier("item")
      let quantity = Int64(try line.integer("quantity"))
      let unitPrice = Int64(try line.integer("unit_price"))
      let discount = Int64(try line.optionalInteger("discount") ?? 0)
      try line.finish()
      lines.append(
        Line(item: item, quantity: quantity, unitPrice: unitPrice, discount: discount))
    }
    let coupons = try reader.identifiers("coupons", maximumCount: 100) ?? []
    try reader.finish()
    self.init(
      id: id, customer: customer, time: time, channel: channel, currency: currency, lines: lines,
      coupons: coupons)
  }

  /// Writes the record in the shape of `orders.put`.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("id")
    writer.string(id)
    if let customer {
      writer.key("customer")
      writer.string(customer)
    }
    writer.key("time")
    writer.string(time.rfc3339())
    if let channel {
      writer.key("channel")
      writer.string(channel)
    }
    writer.key("lines")
    writer.beginArray()
    for line in lines {
      writer.beginObject()
      writer.key("item")
      writer.string(line.item)
      writer.key("quantity")
      writer.integer(Int(line.quantity))
      writer.key("unit_price")
      writer.integer(Int(line.unitPrice))
      if line.discount != 0 {
        writer.key("discount")
        writer.integer(Int(line.discount))
      }
      writer.endObject()
    }
    writer.endArray()
    if !coupons.isEmpty {
      writer.key("coupons")
      writer.strings(coupons)
    }
    writer.endObject()
  }
}

extension EventDraft {
  /// Reads one record of `events.put`.
  init(_ record: JSON) throws(ParameterError) {
    var reader = try record.object()
    let id = try reader.optionalIdentifier("id")
    let type = try reader.identifier("type")
    let customer = try reader.identifier("customer")
    let item = try reader.optionalIdentifier("item")
    let time = try reader.required("time").moment()
    let channel = try reader.optionalIdentifier("channel")
    let value = try reader.optionalNumber("value")
    try reader.finish()
    self.init(
      id: id, type: type, customer: customer, item: item, time: time, channel: channel,
      value: value)
  }

  /// Writes the record in the shape of `events.put`.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    let texts: [(StaticString, String?)] = [
      ("id", id), ("type", type), ("customer", customer), ("item", item), ("time", time.rfc3339()),
      ("channel", channel),
    ]
    for (name, text) in texts {
      guard let text else { continue }
      writer.key(name)
      writer.string(text)
    }
    if let value {
      writer.key("value")
      writer.number(value)
    }
    writer.endObject()
  }
}
