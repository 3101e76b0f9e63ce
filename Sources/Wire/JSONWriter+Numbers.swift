extension JSONWriter {
  package mutating func null() { literal("null") }

  package mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

  private mutating func literal(_ text: StaticString) {
    guard beginValue() else { return }
    put(text: text)
  }

  private mutating func put(text: StaticString) {
    let length = text.utf8CodeUnitCount
    reserve(length)
    tail.update(from: text.utf8Start, count: length)
    advance(length)
  }

  package mutating func integer(_ value: Int) {
    guard beginValue() else { return }
    put(sign: value < 0, digits: UInt64(value.magnitude))
  }

  /// Writes the shortest decimal that reads back as the same double, with a fraction or an exponent:
  /// a number stays a number. What is not finite has no notation in JSON and becomes null.
  package mutating func number(_ value: Double) {
    guard value.isFinite else { return null() }
    guard beginValue() else { return }
    putShortest(value)
  }

  /// Writes the value rounded to a fixed number of decimals, trailing zeros cut but for the first.
  ///
  /// Halves round away from zero. Values too large for that many exact decimals are written in the
  /// shortest form, those not finite as null.
  ///
  /// - Parameter decimals: 1 to 9.
  package mutating func number(_ value: Double, decimals: Int) {
    precondition((1...9).contains(decimals))
    guard value.isFinite else { return null() }
    guard beginValue() else { return }
    var scale: UInt64 = 1
    for _ in 0..<decimals { scale &*= 10 }
    let scaled = value.magnitude * Double(scale)
    guard scaled < 0x1p53 else { return putShortest(value) }
    var units = UInt64(scaled)
    if scaled - Double(units) >= 0.5 { units += 1 }
    let (whole, rest) = units.quotientAndRemainder(dividingBy: scale)
    put(sign: value < 0 && units > 0, digits: whole)
    put(UInt8(ascii: "."))
    put(fraction: rest, decimals: decimals)
  }

  private mutating func put(fraction: UInt64, decimals: Int) {
    var fraction = fraction
    var length = decimals
    while length > 1, fraction % 10 == 0 {
      fraction /= 10
      length -= 1
    }
    reserve(length)
    let target = tail
    var index = length
    while index > 0 {
      index -= 1
      target[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction % 10)
      fraction /= 10
    }
    advance(length)
  }

  private mutating func putShortest(_ value: Double) {
    if value.magnitude < 0x1p53, Double(Int64(value)) == value {
      put(sign: value.sign == .minus, digits: Int64(value).magnitude)
      put(text: ".0")
      return
    }
    var text = value.description
    text.withUTF8 { digits in
      reserve(digits.count)
      if let start = digits.baseAddress { tail.update(from: start, count: digits.count) }
      advance(digits.count)
    }
  }

  /// Writes digits from the last to the first into the room behind the end, then moves them up.
  private mutating func put(sign isNegative: Bool, digits value: UInt64) {
    reserve(64)
    let start = tail
    if value < 10 {
      if isNegative { put(unchecked: UInt8(ascii: "-")) }
      put(unchecked: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
      return
    }
    let end = start + 24
    var first = end
    var rest = value
    while rest >= 10 {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      first -= 1
      first.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
      rest = quotient
    }
    first -= 1
    first.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
    if isNegative {
      first -= 1
      first.pointee = UInt8(ascii: "-")
    }
    let length = end - first
    // The digits may overlap their own target: words are read before any is written.
    let source = UnsafeRawPointer(first)
    let words = (
      source.loadUnaligned(as: UInt64.self),
      source.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
      source.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    )
    let target = UnsafeMutableRawPointer(start)
    target.storeBytes(of: words.0, as: UInt64.self)
    target.storeBytes(of: words.1, toByteOffset: 8, as: UInt64.self)
    target.storeBytes(of: words.2, toByteOffset: 16, as: UInt64.self)
    advance(length)
  }
}
