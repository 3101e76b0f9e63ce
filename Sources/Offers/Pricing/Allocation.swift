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
  let whole = weights.reduce(0, +)
  precondition(amount >= 0 && amount <= whole, "no more is allocated than the weights hold")
  if amount == whole { return weights }
  var parts: [Int64] = []
  parts.reserveCapacity(weights.count)
  var remainders: [(remainder: Int64, index: Int)] = []
  var left = amount
  for (index, weight) in weights.enumerated() {
    let product = amount.multipliedFullWidth(by: weight)
    let (part, remainder) = whole.dividingFullWidth(product)
    parts.append(part)
    left -= part
    if remainder > 0 { remainders.append((remainder, index)) }
  }
  if left == 0 { return parts }
  remainders.sort { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
  for entry in remainders.prefix(Int(left)) { parts[entry.index] += 1 }
  return parts
}
