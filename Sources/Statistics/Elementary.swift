#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Functions of the C library that rooms without it need.
package enum Elementary {
  /// The natural logarithm.
  package static func logarithm(_ value: Double) -> Double { log(value) }

  /// log(1 + value), exact for small values.
  package static func logarithm(onePlus value: Double) -> Double { log1p(value) }

  /// e to the power of `exponent`.
  package static func exponential(_ exponent: Double) -> Double { exp(exponent) }

  /// 2 to the power of `exponent`.
  package static func powerOfTwo(_ exponent: Double) -> Double { exp2(exponent) }
}
