#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// The likelihood of x repeats, the last at t, seen for T
// -------------------------------------------------------
// Both families (Fader, Hardie and Lee 2005, eq. 6; Wagner and Hoppe 2008) say, with o = 0 for
// BG/NBD and 1 for the modified one, and c = b + x + o:
//
//   L = G(r + x) / G(r) alpha^r  B(a, c) / B(a, b)
//       [ (alpha + T)^-(r + x)  +  left  a / (c - 1) (alpha + t)^-(r + x) ]
//
// where `left` is 1 if the customer can have left, which BG/NBD denies one-time buyers. The
// bracket's second part over its first is the odds of being gone, e^d:
//
//   log L = lnG(r+x) - lnG(r) + r ln alpha - (r+x) ln(alpha + T)
//           + lnG(c) - lnG(b) - lnG(a+c) + lnG(a+b) + ln(1 + e^d)
//   d     = ln a - ln(c - 1) + (r + x) (ln(alpha + T) - ln(alpha + t))
//
// Gamma functions are asked for once for each x, logarithms of the age once for each age of it.

/// The log-likelihood of histories, and its gradient by the logarithms of r, alpha, a and b.
package struct LifetimeLikelihood {
  private let family: LifetimeFamily
  private let histories: LifetimeHistories

  package init(family: LifetimeFamily, histories: LifetimeHistories) {
    self.family = family
    self.histories = histories
  }

  /// O(different histories).
  ///
  /// - Parameter place: the logarithms of r, alpha, a and b.
  package func evaluate(_ place: [Double]) -> (value: Double, gradient: [Double]) {
    let (r, alpha, a, b) = (exp(place[0]), exp(place[1]), exp(place[2]), exp(place[3]))
    let logAlpha = place[1]
    let logA = place[2]
    let offset = family == .modified ? 1.0 : 0.0
    let (atR, atB, atAB) = (
      GammaFunctions(at: r), GammaFunctions(at: b), GammaFunctions(at: a + b)
    )
    var value = 0.0
    var (byR, byAlpha, byA, byB) = (0.0, 0.0, 0.0, 0.0)
    for group in histories.groups {
      let x = group.repeats
      let shape = r + x
      let rest = b + x + offset
      let (atShape, atRest, atSum) = (
        GammaFunctions(at: shape), GammaFunctions(at: rest), GammaFunctions(at: a + rest)
      )
      let canLeave = x > 0 || family == .modified
      let logLeft = canLeave ? logA - log(rest - 1) : 0
      // Sums over the rows of the group.
      var (logs, logAges, gone, goneGrowth, ages, goneAges) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      histories.age.withUnsafeBufferPointer { age in
        histories.last.withUnsafeBufferPointer { last in
          histories.count.withUnsafeBufferPointer { count in
            var before = -1.0
            var logAge = 0.0
            var perAge = 0.0
            for row in group.rows {
              let weight = count[row]
              if age[row] != before {
                before = age[row]
                logAge = log(alpha + before)
                perAge = 1 / (alpha + before)
              }
              logAges += weight * logAge
              ages += weight * perAge
              if !canLeave { continue }
              let growth = logAge - (last[row] == 0 ? logAlpha : log(alpha + last[row]))
              let odds = logLeft + shape * growth
              // Of e^odds against 1, on the side where nothing overflows.
              let small = exp(-abs(odds))
              let share = weight * (odds > 0 ? 1 : small) / (1 + small)
              logs += weight * (max(odds, 0) + log1p(small))
              gone += share
              goneGrowth += share * growth
              goneAges += share * (perAge - 1 / (alpha + last[row]))
            }
          }
        }
      }
      let n = group.count
      value +=
        n
        * (atShape.logarithm - atR.logarithm + r * logAlpha + atRest.logarithm - atB.logarithm
          - atSum.logarithm + atAB.logarithm) - shape * logAges + logs
      byR += n * (atShape.digamma - atR.digamma + logAlpha) - logAges + goneGrowth
      byAlpha += n * r / alpha - shape * ages + shape * goneAges
      byA += n * (atAB.digamma - atSum.digamma) + gone / a
      byB += n * (atRest.digamma - atSum.digamma - atB.digamma + atAB.digamma)
      if canLeave { byB -= gone / (rest - 1) }
    }
    return (value, [byR * r, byAlpha * alpha, byA * a, byB * b])
  }
}
