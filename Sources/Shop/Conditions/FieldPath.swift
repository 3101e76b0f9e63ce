/// A dotted path, split: `father.age`, `lines.0.sku`, `tags.length`.
struct FieldPath: Equatable, Sendable {
  /// The field that the source is asked for.
  let first: String
  /// What is looked up within that field's value, outermost first.
  let rest: [String]

  init(_ path: String) {
    let components = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    first = components[0]
    rest = Array(components.dropFirst())
  }

  /// The value at the path; null where anything on the way is missing.
  func value(in source: some FieldSource) -> Value {
    guard let part = rest.first else { return source.field(first) ?? .null }
    guard var value = source.field(first, part: part) else { return .null }
    for name in rest.dropFirst() {
      guard let inner = value.component(name) else { return .null }
      value = inner
    }
    return value
  }
}

/// A list's element as a source of fields, for `$elemMatch`.
struct ElementFields: FieldSource {
  let value: Value

  func field(_ name: String) -> Value? { value.component(name) }
}

extension Value {
  /// What a path component finds here: an object's member, a list's element or its `length`.
  ///
  /// Like a JavaScript property, an index is canonical: `0` and `10`, but neither `01` nor `-1`.
  package func component(_ name: String) -> Value? {
    switch self {
    case .object(let members):
      return members.first { $0.name.isIdentical(toText: name) }?.value
    case .array(let elements):
      if let index = name.arrayIndex {
        return index < elements.count ? elements[Int(index)] : nil
      }
      return name == "length" ? .integer(Int64(elements.count)) : nil
    case .null, .bool, .integer, .number, .string:
      return nil
    }
  }
}

extension String {
  /// The number that this text is the canonical array index of, below 2^32 - 1; nil for other text.
  var arrayIndex: UInt32? {
    guard let head = utf8.first, utf8.count <= 10 else { return nil }
    guard head != UInt8(ascii: "0") || utf8.count == 1 else { return nil }
    var index: UInt64 = 0
    for digit in utf8 {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      index = index * 10 + UInt64(digit - UInt8(ascii: "0"))
    }
    return index < UInt64(UInt32.max) ? UInt32(index) : nil
  }
}
