/// Sample quantiles.
package enum Quantile {
  /// The type-7 quantile of an ascending sample (Hyndman and Fan 1996; R's default): linear between the two nearest of
  /// n - 1 equal steps. Nil for an empty sample.
  package static func type7(_ ascending: [Double], _ probability: Double) -> Double? {
    precondition((0...1).contains(probability), "a probability is 0 to 1")
    guard let last = ascending.last else { return nil }
    let position = Double(ascending.count - 1) * probability
    let lower = Int(position)
    guard lower + 1 < ascending.count else { return last }
    let fraction = position - Double(lower)
    return ascending[lower] + fraction * (ascending[lower + 1] - ascending[lower])
  }
}
