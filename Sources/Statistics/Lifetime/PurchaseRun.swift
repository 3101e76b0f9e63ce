#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// Purchases of somebody who is alive
// ----------------------------------
// Rate Gamma(s, 1) x ratio over the span ahead, probability of leaving after each purchase
// Beta(a, b). The literature writes the mean as
//
//   (a + b - 1) / (a - 1) (1 - (1 - w)^s 2F1(s, b; a + b - 1; w)),   w = ratio / (1 + ratio),
//
// which is 0 / 0 at a = 1 and a difference of large numbers near it, just where fits end. The same
// mean follows from the story itself: N purchases would be made by somebody who never leaves, N
// negative binomial (s, w), and the k-th of them is made by those who stayed k - 1 times:
//
//   mean = sum over k >= 0 of P(N > k) (b)_k / (a + b)_k
//
// All terms are positive, and each follows from the one before: no cancellation, no special case.
// Where N is so large that this takes long, the mean over p is an integral over its logit instead,
// by Gauss-Legendre panels, with both tails in closed form. The two agree to ten digits.

/// The purchases ahead of a customer who is alive.
package struct PurchaseRun {
  /// s
  private let shape: Double
  /// The span ahead in units of the rate's scale.
  private let ratio: Double
  /// a
  private let leave: Double
  /// b
  private let stay: Double

  package init(shape: Double, ratio: Double, leave: Double, stay: Double) {
    // Beyond that nothing changes any more, and products stay numbers.
    self.shape = min(shape, 1e15)
    self.ratio = min(ratio, 1e15)
    self.leave = leave
    self.stay = stay
  }

  /// Terms that the sum may take.
  private static let maximumTerms = 4_000.0

  /// How many are expected.
  package var mean: Double {
    if !(ratio > 0 && shape > 0) { return 0 }
    let expected = shape * ratio
    let reach = expected + 40 * (1 + ratio) + 10 * (expected * (1 + ratio)).squareRoot()
    let none = -shape * log1p(ratio)
    return reach < Self.maximumTerms && none > -700 ? sum(none) : integral
  }

  private func sum(_ none: Double) -> Double {
    let share = ratio / (1 + ratio)
    var chance = exp(none)
    // P(N > k), and where that is small the sum of what is left, so that it keeps its digits.
    var more = -expm1(none)
    var stayed = 1.0
    var sum = 0.0
    var k = 0.0
    while k < Self.maximumTerms {
      sum += stayed * more
      // What is left of the tail is at most this, as stayed falls.
      if more <= 1e-15 || stayed * more * (1 + ratio) < 1e-14 * sum && k > shape * ratio { break }
      stayed *= (stay + k) / (leave + stay + k)
      chance *= (shape + k) / (k + 1) * share
      more = max(0, more - chance)
      k += 1
    }
    return sum
  }

  /// The mean of (1 - (1 + p ratio)^-s) / p under Beta(leave, stay), over y = ln(p / (1 - p)).
  package var integral: Double {
    let constant =
      GammaFunctions(at: leave + stay).logarithm - GammaFunctions(at: leave).logarithm
      - GammaFunctions(at: stay).logarithm
    let runs = { (p: Double) in -expm1(-shape * log1p(p * ratio)) / p }
    // Below `low` all of the run's purchases are made, above `high` only the first.
    let low = -log(max(1, ratio)) - log(max(1, shape * ratio)) - 34
    let high = 34.0
    let tails = (low: exp(constant + leave * low) / leave, high: exp(constant - stay * high) / stay)
    var sum = tails.low * shape * ratio + tails.high * runs(1)
    // The density is divided by its own sum, so that no digits of the constant are missed.
    var total = tails.low + tails.high
    // A density of large a and b is a narrow hill: its width is 1 / sqrt of the smaller.
    let widest = min(0.5, 3 / min(leave, stay).squareRoot())
    let panels = Int(min(((high - low) / widest).rounded(.up), 100_000))
    let width = (high - low) / Double(panels)
    for panel in 0..<panels {
      let middle = low + (Double(panel) + 0.5) * width
      for (node, weight) in Self.nodes {
        for y in [middle - node * width / 2, middle + node * width / 2] {
          let soft = log1p(exp(-abs(y)))
          // ln p and ln (1 - p).
          let (chance, rest) = (min(y, 0) - soft, min(-y, 0) - soft)
          let density = exp(constant + leave * chance + stay * rest)
          total += width / 2 * weight * density
          sum += width / 2 * weight * density * runs(exp(chance))
        }
      }
    }
    return total > 0 ? sum / total : 0
  }

  /// Gauss-Legendre of ten points: half of the nodes, with their weights.
  private static let nodes: [(Double, Double)] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_9),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_4),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_0),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_1),
  ]
}
