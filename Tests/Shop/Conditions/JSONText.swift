import Shop

/// Reads JSON for tests, members in order. Traps on what is no JSON: only tests' own texts get
/// here.
func parsed(_ text: String) -> Value {
  var reader = JSONText(bytes: Array(text.utf8))
  let value = reader.value()
  reader.skipSpace()
  precondition(reader.position == reader.bytes.count, "text after the value: \(text)")
  return value
}

private struct JSONText {
  let bytes: [UInt8]
  var position = 0

  mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) {
      position += 1
    }
  }

  mutating func take(_ text: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  mutating func value() -> Value {
    skipSpace()
    if take("null") { return .null }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    if take("[") { return .array(list(until: "]") { $0.value() }) }
    if take("{") {
      return .object(
        list(until: "}") { reader in
          let name = reader.string()
          precondition(reader.take(":"))
          return Value.Member(name: name, value: reader.value())
        })
    }
    if bytes[position] == UInt8(ascii: "\"") { return .string(string()) }
    return number()
  }

  mutating func list<Item>(until end: String, _ item: (inout JSONText) -> Item) -> [Item] {
    var items: [Item] = []
    while !take(end) {
      precondition(items.isEmpty || take(","))
      items.append(item(&self))
    }
    return items
  }

  mutating func number() -> Value {
    let digits = bytes[position...].prefix { "+-.0123456789eE".utf8.contains($0) }
    position += digits.count
    let text = String(decoding: digits, as: UTF8.self)
    if let integer = Int64(text) { return .integer(integer) }
    return .number(Double(text)!)
  }

  mutating func string() -> String {
    precondition(take("\""))
    var units: [UInt16] = []
    while bytes[position] != UInt8(ascii: "\"") {
      if bytes[position] == UInt8(ascii: "\\") {
        position += 2
        switch bytes[position - 1] {
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        case UInt8(ascii: "u"):
          units.append(
            UInt16(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)!)
          position += 4
        case let plain: units.append(UInt16(plain))
        }
      } else {
        let rest = bytes[position...].prefix {
          $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        position += rest.count
        units += Array(String(decoding: rest, as: UTF8.self).utf16)
      }
    }
    position += 1
    return String(decoding: units, as: UTF16.self)
  }
}
