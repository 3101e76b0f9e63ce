// Digits come eight at a time: a value below 10^8 is split in the parts of one word, first in two
// of four digits, then four of two, then eight of one, by multiplications that divide all parts at
// once. The word is stored as a whole; zeros in front are shifted out, zeros behind are stepped
// back over.

extension JSONWriter {
  package mutating func null() { literal("null") }

  package mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

  private mutating func literal(_ text: StaticString) {
    guard beginValue(reserving: text.utf8CodeUnitCount) else { return }
    put(text: text)
  }

  /// Writes a short text for which there is room.
  @inline(__always)
  private mutating func put(text: StaticString) {
    let length = text.utf8CodeUnitCount
    Words.copy(text.utf8Start, to: tail, count: length)
    advance(length)
  }

  package mutating func integer(_ value: Int) {
    guard beginValue(reserving: JSONWriter.digitsRoom) else { return }
    put(sign: value < 0, digits: UInt64(value.magnitude))
  }

  /// Writes the shortest decimal that reads back as the same double, with a fraction or an
  /// exponent: a number stays a number. What is not finite has no notation in JSON and becomes
  /// null.
  package mutating func number(_ value: Double) {
    guard value.isFinite else { return null() }
    guard beginValue(reserving: JSONWriter.digitsRoom) else { return }
    putShortest(value)
  }

  /// Writes the value rounded to a fixed number of decimals, trailing zeros cut but for the first.
  ///
  /// Halves round away from zero. Values too large for that many exact decimals are written in the
  /// shortest form, those not finite as null.
  ///
  /// - Parameter decimals: 1 to 8.
  package mutating func number(_ value: Double, decimals: Int) {
    precondition((1...8).contains(decimals))
    guard value.isFinite else { return null() }
    guard beginValue(reserving: JSONWriter.digitsRoom) else { return }
    let scale = Decimal.powers[decimals]
    let scaled = value.magnitude * scale
    guard scaled < 0x1p53 else { return putShortest(value) }
    var units = Int64(scaled)
    if scaled - Double(units) >= 0.5 { units &+= 1 }
    // A division is the slowest thing here, so the whole part is cut off the value instead. It
    // times the scale is exact and rounding is monotone: the rest is 0 to scale, and scale is a
    // carry.
    var whole = Int64(value.magnitude)
    var rest = units &- whole &* Int64(scale)
    if rest == Int64(scale) { (whole, rest) = (whole &+ 1, 0) }
    put(sign: value < 0 && units > 0, digits: UInt64(whole))
    put(unchecked: UInt8(ascii: "."))
    let fraction = JSONWriter.eightDigits(
      UInt64(rest) &* UInt64(Decimal.powers[8 &- decimals]))
    UnsafeMutableRawPointer(tail).storeBytes(
      of: (fraction | JSONWriter.zeros).littleEndian, as: UInt64.self)
    advance(max(1, 8 &- fraction.leadingZeroBitCount &>> 3))
  }

  /// The longest number, in bytes, with room for the words that it is stored in.
  private static var digitsRoom: Int { 64 }

  private static var zeros: UInt64 { 0x3030_3030_3030_3030 }

  private mutating func putShortest(_ value: Double) {
    if value.magnitude < 0x1p53, Double(Int64(value)) == value {
      put(sign: value.sign == .minus, digits: Int64(value).magnitude)
      put(text: ".0")
      return
    }
    var text = value.description
    text.withUTF8 { digits in
      reserve(digits.count)
      if let start = digits.baseAddress { Words.copy(start, to: tail, count: digits.count) }
      advance(digits.count)
    }
  }

  /// Writes an integer for which there is room.
  @inline(__always)
  private mutating func put(sign isNegative: Bool, digits value: UInt64) {
    if isNegative { put(unchecked: UInt8(ascii: "-")) }
    guard value >= 100_000_000 else { return putLeading(value) }
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    if high < 100_000_000 {
      putLeading(high)
    } else {
      let (top, middle) = high.quotientAndRemainder(dividingBy: 100_000_000)
      putLeading(top)
      putEight(middle)
    }
    putEight(low)
  }

  /// Writes the digits of a value below 10^8, without zeros in front.
  @inline(__always)
  private mutating func putLeading(_ value: UInt64) {
    if value < 10 { return put(unchecked: UInt8(truncatingIfNeeded: value) | 0x30) }
    let digits = JSONWriter.eightDigits(value)
    let zeros = digits.trailingZeroBitCount &>> 3
    let word = (digits | JSONWriter.zeros) &>> UInt64(zeros &* 8)
    UnsafeMutableRawPointer(tail).storeBytes(of: word.littleEndian, as: UInt64.self)
    advance(8 &- zeros)
  }

  @inline(__always)
  private mutating func putEight(_ value: UInt64) {
    let word = JSONWriter.eightDigits(value) | JSONWriter.zeros
    UnsafeMutableRawPointer(tail).storeBytes(of: word.littleEndian, as: UInt64.self)
    advance(8)
  }

  /// The eight digits of a value below 10^8, one a byte, the first in the lowest.
  @inline(__always)
  private static func eightDigits(_ value: UInt64) -> UInt64 {
    let fours = value / 10_000 | (value % 10_000) &<< 32
    // 10486 / 2^20 is 1/100 for all below 10,000, and 103 / 2^10 is 1/10 for all below 100.
    let hundreds = (fours &* 10_486) &>> 20 & 0x0000_007F_0000_007F
    let twos = (fours &- hundreds &* 100) &<< 16 | hundreds
    let tens = (twos &* 103) &>> 10 & 0x000F_000F_000F_000F
    return (twos &- tens &* 10) &<< 8 | tens
  }
}
