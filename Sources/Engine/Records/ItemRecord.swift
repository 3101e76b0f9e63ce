import Shop
import Wire

extension ItemPatch {
  /// Reads one record of `items.put`.
  init(_ record: JSON, zone: Zone) throws(ParameterError) {
    var reader = try record.object()
    self.init(id: try reader.identifier("id"))
    title = try reader.textPatch("title")
    category = try reader.patch("category") { (value: JSON) throws(ParameterError) -> [String] in
      try value.texts()
    }
    brand = try reader.textPatch("brand")
    price = try reader.patch("price") { (value: JSON) throws(ParameterError) -> Int64 in
      try value.amount()
    }
    cost = try reader.patch("cost") { (value: JSON) throws(ParameterError) -> Int64 in
      try value.amount()
    }
    tags = try reader.patch("tags") { (value: JSON) throws(ParameterError) -> [String] in
      try value.texts()
    }
    attributes = try reader.patch("attributes") { (value: JSON) throws(ParameterError) -> Value in
      try value.objectValue()
    }
    stock = try reader.patch("stock") { (value: JSON) throws(ParameterError) -> Int64 in
      try value.amount(in: -Int(Money.maximumQuantity)...Int(Money.maximumQuantity))
    }
    kind = try reader.textPatch("kind")
    availableFrom = try reader.patch("available_from") {
      (value: JSON) throws(ParameterError) -> Instant in try value.momentOrDay(in: zone)
    }
    availableUntil = try reader.patch("available_until") {
      (value: JSON) throws(ParameterError) -> Instant in
      try value.momentOrDay(in: zone, isEnd: true)
    }
    introduced = try reader.patch("introduced") { (value: JSON) throws(ParameterError) -> Day in
      try value.day()
    }
    try reader.finish()
  }

  /// Writes the record in the shape of `items.put`.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("id")
    writer.string(id)
    title.write("title", to: &writer) { $1.string($0) }
    category.write("category", to: &writer) { $1.strings($0) }
    brand.write("brand", to: &writer) { $1.string($0) }
    price.write("price", to: &writer) { $1.integer(Int($0)) }
    cost.write("cost", to: &writer) { $1.integer(Int($0)) }
    tags.write("tags", to: &writer) { $1.strings($0) }
    attributes.write("attributes", to: &writer) { $1.value($0) }
    stock.write("stock", to: &writer) { $1.integer(Int($0)) }
    kind.write("kind", to: &writer) { $1.string($0) }
    availableFrom.write("available_from", to: &writer) { $1.string($0.rfc3339()) }
    availableUntil.write("available_until", to: &writer) { $1.string($0.rfc3339()) }
    introduced.write("introduced", to: &writer) { $1.string($0.text) }
    writer.endObject()
  }
}

extension Patch {
  /// Writes what the patch says of a field; nothing where it says nothing.
  func write(
    _ name: StaticString, to writer: inout JSONWriter,
    _ write: (Wrapped, inout JSONWriter) -> Void
  ) {
    switch self {
    case .keep: return
    case .clear:
      writer.key(name)
      writer.null()
    case .set(let value):
      writer.key(name)
      write(value, &writer)
    }
  }
}

extension JSONWriter {
  mutating func strings(_ texts: [String]) {
    beginArray()
    for text in texts { string(text) }
    endArray()
  }

  /// Writes a value of the facts.
  package mutating func value(_ value: Value) {
    switch value {
    case .null: null()
    case .bool(let truth): bool(truth)
    case .integer(let number): integer(Int(number))
    case .number(let number): self.number(number)
    case .string(let text): string(text)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        key(dynamic: member.name)
        self.value(member.value)
      }
      endObject()
    }
  }
}
