/// Splits an amount into whole parts in proportion to weights; the parts add up to the amount
/// exactly.
///
/// Largest remainder (Hamilton's method): every part is its share rounded down, and the units that
/// are left go one each to the largest remainders, ties to the first. So no part is a unit or more
/// away from its share, none is above its weight where the amount is not above the sum of the
/// weights, and a weight of 0 gets nothing.
///
/// - Parameters:
///   - amount: 0 to the sum of the weights.
///   - weights: not negative; their sum must fit 64 bits.
/// - Returns: as many parts as weights. O(n log n), O(n) where nothing remains.
package func allocate(_ amount: Int64, over weights: [Int64]) -> [Int64] {
  var parts = weights
  var remainders = [Int64](repeating: 0, count: weights.count)
  parts.withUnsafeMutableBufferPointer { parts in
    remainders.withUnsafeMutableBufferPointer { allocate(amount, over: parts, scratch: $0) }
  }
  return parts
}

/// The same in place: `weights` become the parts; `remainders` has room for as many.
func allocate(
  _ amount: Int64, over weights: UnsafeMutableBufferPointer<Int64>,
  scratch remainders: UnsafeMutableBufferPointer<Int64>
) {
  var whole: Int64 = 0
  for weight in weights { whole += weight }
  precondition(amount >= 0 && amount <= whole, "no more is allocated than the weights hold")
  if amount == whole { return }
  var left = amount
  for index in weights.indices {
    let (product, overflow) = amount.multipliedReportingOverflow(by: weights[index])
    let (part, remainder) =
      overflow
      ? whole.dividingFullWidth(amount.multipliedFullWidth(by: weights[index]))
      : product.quotientAndRemainder(dividingBy: whole)
    weights[index] = part
    remainders[index] = remainder
    left -= part
  }
  if left == 0 { return }
  if left <= 8 || weights.count <= 32 {
    // Few units are left: each looks for the largest remainder that is not taken yet.
    while left > 0 {
      var most = 0
      for index in weights.indices where remainders[index] > remainders[most] { most = index }
      weights[most] += 1
      remainders[most] = 0
      left -= 1
    }
    return
  }
  let order = weights.indices.sorted { (remainders[$1], $0) < (remainders[$0], $1) }
  for index in order.prefix(Int(left)) { weights[index] += 1 }
}
