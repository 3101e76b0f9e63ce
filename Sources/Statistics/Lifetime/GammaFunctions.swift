/// The logarithm of the gamma function and its derivative, the digamma function, at one place.
///
/// Both by their asymptotic series (Abramowitz and Stegun 6.1.41 and 6.3.18) from 10 on; below
/// that, the recurrence first carries the argument up. Errors are a few units in the last place,
/// relative to the larger of 1 and the value. Unlike the C library's `lgamma`, they write to no
/// global variable, so that several threads may ask.
package struct GammaFunctions: Equatable, Sendable {
  package let logarithm: Double
  package let digamma: Double

  /// - Parameter place: above zero; anything else gives no number.
  package init(at place: Double) {
    guard place > 0, place.isFinite else {
      logarithm = place == .infinity ? .infinity : .nan
      digamma = place == .infinity ? .infinity : .nan
      return
    }
    var z = place
    var product = 1.0
    var shift = 0.0
    while z < 10 {
      product *= z
      shift += 1 / z
      z += 1
    }
    let log = Elementary.logarithm(z)
    let inverse = 1 / z
    let square = inverse * inverse
    // Bernoulli numbers B2 ... B12 over 2k (2k - 1), and over 2k.
    let series =
      (1.0 / 12 + square
        * (-1.0 / 360 + square
          * (1.0 / 1260 + square
            * (-1.0 / 1680 + square * (1.0 / 1188 + square * (-691.0 / 360_360))))))
    let slope =
      (1.0 / 12 + square
        * (-1.0 / 120 + square
          * (1.0 / 252 + square
            * (-1.0 / 240 + square * (1.0 / 132 + square * (-691.0 / 32_760))))))
    let carried = product == 1 ? 0 : Elementary.logarithm(product)
    logarithm = (z - 0.5) * log - z + Self.halfLogTwoPi + inverse * series - carried
    digamma = log - 0.5 * inverse - square * slope - shift
  }

  private static let halfLogTwoPi = 0.918_938_533_204_672_8
}
