#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Functions of the C library that rooms without it need.
package enum Elementary {
  /// The natural logarithm.
  package static func logarithm(_ value: Double) -> Double { log(value) }

  /// 2 to the power of `exponent`.
  package static func powerOfTwo(_ exponent: Double) -> Double { exp2(exponent) }
}
