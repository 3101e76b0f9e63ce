// Escapes and classes in brackets.

extension PatternParser {
  enum Escaped {
    case scalar(UInt32)
    case set(ScalarClass)
  }

  /// What follows a backslash, which is taken already.
  mutating func escape(inClass: Bool) throws(PatternProblem) -> Escaped {
    guard let scalar = takeNext() else {
      throw PatternProblem(message: "A backslash at the end escapes nothing.")
    }
    switch scalar {
    case "d": return .set(.digit)
    case "D": return .set(ScalarClass.digit.negated)
    case "w": return .set(.word)
    case "W": return .set(ScalarClass.word.negated)
    case "s": return .set(.space)
    case "S": return .set(ScalarClass.space.negated)
    case "n": return .scalar(0x0A)
    case "t": return .scalar(0x09)
    case "r": return .scalar(0x0D)
    case "f": return .scalar(0x0C)
    case "v": return .scalar(0x0B)
    case "b" where inClass: return .scalar(0x08)
    case "0":
      if let next = peek, ("0"..."9").contains(next) {
        throw PatternProblem(message: "Octal escapes are not supported.")
      }
      return .scalar(0)
    case "1"..."9", "k":
      throw PatternProblem(message: "Back-references are not supported.")
    case "p", "P":
      throw PatternProblem(message: "Property escapes are not supported.")
    case "c": return .scalar(try control())
    case "x": return .scalar(hexadecimal(digitCount: 2) ?? scalar.value)
    case "u": return .scalar(try unicode() ?? scalar.value)
    default: return .scalar(scalar.value)
    }
  }

  private mutating func control() throws(PatternProblem) -> UInt32 {
    guard let letter = peek, letter.isASCII, letter.properties.isAlphabetic else {
      throw PatternProblem(message: "A control escape needs a letter.")
    }
    position += 1
    return letter.value % 32
  }

  /// `\uXXXX`, two of which may form a pair of surrogates, or `\u{…}`; nil where neither stands.
  private mutating func unicode() throws(PatternProblem) -> UInt32? {
    if take("{") {
      var value: UInt32 = 0
      var digitCount = 0
      while let digit = hexadecimalDigit() {
        value = min(value * 16 + digit, 0x110000)
        digitCount += 1
      }
      guard digitCount > 0, value <= 0x10FFFF, take("}") else {
        throw PatternProblem(message: "A code point is not one.")
      }
      return value
    }
    guard let first = hexadecimal(digitCount: 4) else { return nil }
    let start = position
    if (0xD800...0xDBFF).contains(first), take("\\u"), let second = hexadecimal(digitCount: 4),
      (0xDC00...0xDFFF).contains(second)
    {
      return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }
    position = start
    return first
  }

  private mutating func hexadecimal(digitCount: Int) -> UInt32? {
    let start = position
    var value: UInt32 = 0
    for _ in 0..<digitCount {
      guard let digit = hexadecimalDigit() else {
        position = start
        return nil
      }
      value = value * 16 + digit
    }
    return value
  }

  private mutating func hexadecimalDigit() -> UInt32? {
    guard let scalar = peek, scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
      return nil
    }
    position += 1
    return UInt32(digit)
  }
}

extension PatternParser {
  /// A class in brackets, the first of which is taken already. `[]` holds nothing, `[^]`
  /// everything.
  mutating func bracketClass() throws(PatternProblem) -> ScalarClass {
    let isNegated = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    while !take("]") {
      let first = try classAtom()
      // A hyphen at the end of the class stands for itself.
      let isRange = peek == "-" && position + 1 < scalars.count && scalars[position + 1] != "]"
      guard isRange else {
        ranges += first.ranges
        continue
      }
      position += 1
      let last = try classAtom()
      if case .scalar(let low) = first, case .scalar(let high) = last {
        guard low <= high else {
          throw PatternProblem(message: "A class's range is the wrong way round.")
        }
        ranges.append(low...high)
      } else {
        // `[\d-x]`: no range, three members.
        ranges += first.ranges + [0x2D...0x2D] + last.ranges
      }
    }
    return ScalarClass(ranges, isNegated: isNegated)
  }

  private mutating func classAtom() throws(PatternProblem) -> Escaped {
    guard let scalar = takeNext() else {
      throw PatternProblem(message: "A class is not closed.")
    }
    return scalar == "\\" ? try escape(inClass: true) : .scalar(scalar.value)
  }
}

extension PatternParser.Escaped {
  var ranges: [ClosedRange<UInt32>] {
    switch self {
    case .scalar(let value): [value...value]
    case .set(let scalars): scalars.positiveRanges
    }
  }
}
