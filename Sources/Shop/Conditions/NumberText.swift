/// Numbers as text and back, by ECMAScript's rules (Number::toString and StringToNumber).
enum NumberText {
  /// The shortest digits that read back as the number, laid out as JavaScript does: plain from 1e-6
  /// up to, not including, 1e21, else with an exponent.
  static func text(of number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    if number == 0 { return "0" }
    // Swift finds the same shortest digits, but lays them out its own way: take them apart.
    var digits: [UInt8] = []
    var pointIndex: Int?
    var exponent = 0
    let text = Array(number.magnitude.description.utf8)
    for (index, byte) in text.enumerated() {
      if byte == UInt8(ascii: "e") {
        exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
        break
      }
      if byte == UInt8(ascii: ".") { pointIndex = digits.count } else { digits.append(byte) }
    }
    // The number is 0.d1d2d3… times 10 to the power of `magnitude`.
    var magnitude = (pointIndex ?? digits.count) + exponent
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(zeros)
    magnitude -= zeros
    return (number < 0 ? "-" : "") + layOut(digits, magnitude: magnitude)
  }

  private static func layOut(_ digits: [UInt8], magnitude: Int) -> String {
    func text(_ part: some Sequence<UInt8>) -> String {
      String(decoding: Array(part), as: UTF8.self)
    }
    let count = digits.count
    if magnitude > 21 || magnitude <= -6 {
      let fraction = count > 1 ? "." + text(digits[1...]) : ""
      let power = magnitude - 1
      return text(digits[..<1]) + fraction + "e" + (power < 0 ? "-" : "+") + String(power.magnitude)
    }
    if magnitude <= 0 { return "0." + String(repeating: "0", count: -magnitude) + text(digits) }
    if count <= magnitude {
      return text(digits) + String(repeating: "0", count: magnitude - count)
    }
    return text(digits[..<magnitude]) + "." + text(digits[magnitude...])
  }

  /// The number that JavaScript reads from the text: 0 from nothing but spaces, NaN from what is no
  /// number as a whole.
  static func number(from text: String) -> Double {
    var scalars = text.unicodeScalars[...]
    while scalars.first?.isScriptSpace == true { scalars.removeFirst() }
    while scalars.last?.isScriptSpace == true { scalars.removeLast() }
    if scalars.isEmpty { return 0 }
    let body = String(String.UnicodeScalarView(scalars))
    let bytes = Array(body.utf8)
    if bytes.count > 2, bytes[0] == UInt8(ascii: "0"), let radix = radix(of: bytes[1]) {
      return integer(from: bytes[2...], radix: radix)
    }
    var digits = bytes[...]
    var isNegative = false
    if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") {
      isNegative = digits.removeFirst() == UInt8(ascii: "-")
    }
    if digits.elementsEqual("Infinity".utf8) { return isNegative ? -.infinity : .infinity }
    guard isDecimal(digits) else { return .nan }
    return Double(body) ?? .nan
  }

  private static func radix(of letter: UInt8) -> Int? {
    switch letter | 0x20 {
    case UInt8(ascii: "x"): 16
    case UInt8(ascii: "o"): 8
    case UInt8(ascii: "b"): 2
    default: nil
    }
  }

  private static func integer(from digits: ArraySlice<UInt8>, radix: Int) -> Double {
    var value = 0.0
    for digit in digits {
      guard let worth = Character(Unicode.Scalar(digit)).hexDigitValue, worth < radix else {
        return .nan
      }
      value = value * Double(radix) + Double(worth)
    }
    return value
  }

  /// Whether it is digits, with a point anywhere among them and an exponent or not. The standard
  /// library's own reader also takes "nan", "inf" and hexadecimal fractions, which are no numbers
  /// here.
  private static func isDecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    func takeDigits() -> Int {
      let count = rest.prefix(while: isDigit).count
      rest.removeFirst(count)
      return count
    }
    var count = takeDigits()
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      count += takeDigits()
    }
    guard count > 0 else { return false }
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
      guard takeDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}
