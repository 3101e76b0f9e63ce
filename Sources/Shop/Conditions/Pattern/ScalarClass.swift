/// A set of code points: `.`, `\d`, `[a-z_]` and their complements.
struct ScalarClass: Equatable, Sendable {
  /// Sorted, apart from each other and not touching.
  private let ranges: [ClosedRange<UInt32>]
  private let isNegated: Bool
  /// Membership of the first 128 code points, before negation.
  private let ascii: (low: UInt64, high: UInt64)

  init(_ ranges: [ClosedRange<UInt32>], isNegated: Bool = false) {
    var merged: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    var bits = (low: UInt64(0), high: UInt64(0))
    for range in merged where range.lowerBound < 128 {
      for value in range.lowerBound...min(range.upperBound, 127) {
        if value < 64 { bits.low |= 1 << value } else { bits.high |= 1 << (value - 64) }
      }
    }
    self.ranges = merged
    self.isNegated = isNegated
    ascii = bits
  }

  static func == (left: ScalarClass, right: ScalarClass) -> Bool {
    left.ranges == right.ranges && left.isNegated == right.isNegated
  }

  /// The ranges with negation worked in, to be joined with others.
  var positiveRanges: [ClosedRange<UInt32>] {
    guard isNegated else { return ranges }
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
    return gaps
  }

  /// O(log ranges), O(1) for ASCII. Ignoring case, a scalar is in if any scalar of the same
  /// canonical case is.
  func contains(_ value: UInt32, ignoresCase: Bool) -> Bool {
    if holds(value) { return !isNegated }
    guard ignoresCase else { return isNegated }
    let isCaseMember = ScalarClass.caseVariants(of: value).contains { holds($0) }
    return isCaseMember != isNegated
  }

  private func holds(_ value: UInt32) -> Bool {
    if value < 64 { return ascii.low >> value & 1 == 1 }
    if value < 128 { return ascii.high >> (value - 64) & 1 == 1 }
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = low + (high - low) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= value
  }
}

extension ScalarClass {
  static let digit = ScalarClass([0x30...0x39])
  static let word = ScalarClass([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = ScalarClass([
    0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
    0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
  ])
  /// `.`: everything but what ends a line.
  static let anyInLine = ScalarClass(
    [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029], isNegated: true)

  var negated: ScalarClass { ScalarClass(ranges, isNegated: !isNegated) }
}

extension ScalarClass {
  /// The form in which scalars are the same regardless of case: upper case where that is one scalar
  /// and does not turn another script into ASCII (ECMAScript's Canonicalize).
  static func canonical(_ value: UInt32) -> UInt32 {
    if value < 128 { return (0x61...0x7A).contains(value) ? value - 32 : value }
    guard let scalar = Unicode.Scalar(value) else { return value }
    let upper = scalar.properties.uppercaseMapping.unicodeScalars
    guard let first = upper.first, upper.count == 1, first.value >= 128 else { return value }
    return first.value
  }

  /// Scalars of the same canonical form, for asking a class: the canonical one, its lower case, and
  /// the second lower case that some Greek letters have.
  static func caseVariants(of value: UInt32) -> [UInt32] {
    let upper = canonical(value)
    var variants = [upper]
    if upper < 128 {
      if (0x41...0x5A).contains(upper) { variants.append(upper + 32) }
      return variants
    }
    if let lower = Unicode.Scalar(upper)?.properties.lowercaseMapping.unicodeScalars,
      lower.count == 1, let first = lower.first, canonical(first.value) == upper
    {
      variants.append(first.value)
    }
    variants += secondForms.filter { canonical($0) == upper }
    return variants
  }

  /// µ, final sigma, and the letter-like ϐ ϑ ϕ ϖ ϰ ϱ ϵ and ẛ, each with an ordinary twin.
  private static let secondForms: [UInt32] = [
    0xB5, 0x3C2, 0x3D0, 0x3D1, 0x3D5, 0x3D6, 0x3F0, 0x3F1, 0x3F5, 0x1E9B, 0x1FBE, 0x345,
  ]
}
