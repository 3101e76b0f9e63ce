// A threshold such as 0.8 is meant as eight tenths. Who compares counts with it exactly reads the
// digits as they were written, and not the nearest double.

extension JSON {
  /// This number as `mantissa` x 10^-`decimals`, exact.
  ///
  /// - Parameter maximumDecimals: a number with more of them is out of range.
  package func decimal(
    in range: ClosedRange<Double>, maximumDecimals: Int
  ) throws(ParameterError) -> (mantissa: UInt64, decimals: Int) {
    precondition(range.lowerBound >= 0, "a mantissa has no sign")
    _ = try number(in: range)
    let decimal = Decimal(text(of: entry))
    var mantissa = decimal.mantissa
    var exponent = decimal.exponent
    if mantissa == 0 { return (0, 0) }
    while exponent < 0, mantissa % 10 == 0 {
      mantissa /= 10
      exponent += 1
    }
    guard decimal.isExact, exponent >= -maximumDecimals else {
      throw failure(.outOfRange, "the number has more than \(maximumDecimals) decimals")
    }
    while exponent > 0 {
      let (product, isOverflow) = mantissa.multipliedReportingOverflow(by: 10)
      guard !isOverflow else { throw failure(.outOfRange, "the number is too large") }
      mantissa = product
      exponent -= 1
    }
    return (mantissa, -exponent)
  }
}

extension JSONObjectReader {
  package mutating func optionalDecimal(
    _ name: StaticString, in range: ClosedRange<Double>, maximumDecimals: Int
  ) throws(ParameterError) -> (mantissa: UInt64, decimals: Int)? {
    guard let value = member(name) else { return nil }
    return try value.decimal(in: range, maximumDecimals: maximumDecimals)
  }
}
