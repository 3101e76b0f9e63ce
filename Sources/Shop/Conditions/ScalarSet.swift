/// The operand of `$in`: values sorted by kind, so that a list of thousands costs a binary search.
///
/// Equality is that of `$eq`; lists and objects in the operand can equal nothing and are left out.
/// Numbers that are integers are kept as such, others as fractions: each size has one place.
struct ScalarSet: Sendable {
  private let isCaseFolded: Bool
  private var hasNull = false
  private var hasTrue = false
  private var hasFalse = false
  private var integers: [Int64] = []
  private var fractions: [Double] = []
  private var texts: [String] = []

  /// O(n log n). With `foldsCase`, strings are held in lower case, and met in it.
  init(_ values: [Value], foldsCase: Bool) {
    isCaseFolded = foldsCase
    for value in values {
      switch value {
      case .null: hasNull = true
      case .bool(let bool): if bool { hasTrue = true } else { hasFalse = true }
      case .integer(let integer): integers.append(integer)
      case .number(let number):
        if let integer = number.exactInteger {
          integers.append(integer)
        } else if !number.isNaN {
          fractions.append(number)
        }
      case .string(let string): texts.append(foldsCase ? string.caseFolded : string)
      case .array, .object: break
      }
    }
    integers.sort()
    fractions.sort()
    texts.sort { $0.precedesInBytes($1) }
  }

  /// Whether the value, or one element of a list, is in the set. O(log n) for each.
  func meets(_ value: Value) -> Bool {
    if case .array(let elements) = value { return elements.contains { contains($0) } }
    return contains(value)
  }

  private func contains(_ value: Value) -> Bool {
    switch value {
    case .null: return hasNull
    case .bool(let bool): return bool ? hasTrue : hasFalse
    case .integer(let integer): return ScalarSet.find(integer, in: integers, precedes: <) != nil
    case .number(let number):
      if let integer = number.exactInteger {
        return ScalarSet.find(integer, in: integers, precedes: <) != nil
      }
      return ScalarSet.find(number, in: fractions, precedes: <) != nil
    case .string(let string):
      guard !texts.isEmpty else { return false }
      let text = isCaseFolded ? string.caseFolded : string
      return ScalarSet.find(text, in: texts) { $0.precedesInBytes($1) } != nil
    case .array, .object: return false
    }
  }

  private static func find<Element>(
    _ element: Element, in sorted: [Element], precedes: (Element, Element) -> Bool
  ) -> Int? {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = low + (high - low) / 2
      if precedes(sorted[middle], element) { low = middle + 1 } else { high = middle }
    }
    guard low < sorted.count, !precedes(element, sorted[low]) else { return nil }
    return low
  }
}
