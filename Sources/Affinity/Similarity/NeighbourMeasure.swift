/// A score that follows from counts alone, as the lists of all items need it: exact for the few
/// that may be listed, and as an estimate for the many that are not.
protocol NeighbourMeasure: Sendable {
  /// - Parameters: - source: transactions of the row's item. - total: of all.
  init(source: Int32, total: Int)

  /// What an estimate needs of a target, from its number of transactions.
  static func figure(target: Int32) -> Float

  /// What pairs are ordered by: rounded once where the measure is a ratio, so that equal ratios
  /// tie.
  func order(shared: Int32, target: Int32) -> Double

  /// The score of what pairs are ordered by.
  static func score(order: Double) -> Double

  /// About `order`, within one part in a million; 0 where nothing is shared.
  func estimate(shared: SIMD8<Float>, figures: SIMD8<Float>) -> SIMD8<Float>
}

struct CosineMeasure: NeighbourMeasure {
  private let source: Int32

  init(source: Int32, total: Int) { self.source = source }

  static func figure(target: Int32) -> Float { 1 / Float(max(1, target)) }

  /// The square, which orders alike: a root would be rounded twice.
  func order(shared: Int32, target: Int32) -> Double {
    Double(shared) * Double(shared) / (Double(source) * Double(target))
  }

  static func score(order: Double) -> Double { order.squareRoot() }

  @inline(__always)
  func estimate(shared: SIMD8<Float>, figures: SIMD8<Float>) -> SIMD8<Float> {
    shared * shared * (figures * (1 / Float(max(1, source))))
  }
}

struct JaccardMeasure: NeighbourMeasure {
  private let source: Int32

  init(source: Int32, total: Int) { self.source = source }

  static func figure(target: Int32) -> Float { Float(target) }

  func order(shared: Int32, target: Int32) -> Double {
    Double(shared) / (Double(source) + Double(target) - Double(shared))
  }

  static func score(order: Double) -> Double { order }

  @inline(__always)
  func estimate(shared: SIMD8<Float>, figures: SIMD8<Float>) -> SIMD8<Float> {
    shared / (figures + Float(source) - shared)
  }
}

struct LiftMeasure: NeighbourMeasure {
  private let source: Int32
  private let total: Int

  init(source: Int32, total: Int) {
    self.source = source
    self.total = total
  }

  static func figure(target: Int32) -> Float { 1 / Float(max(1, target)) }

  func order(shared: Int32, target: Int32) -> Double {
    Double(shared) * Double(total) / (Double(source) * Double(target))
  }

  static func score(order: Double) -> Double { order }

  @inline(__always)
  func estimate(shared: SIMD8<Float>, figures: SIMD8<Float>) -> SIMD8<Float> {
    shared * (figures * (Float(total) / Float(max(1, source))))
  }
}

struct LogLikelihoodMeasure: NeighbourMeasure {
  private let source: Int32
  private let total: Int

  init(source: Int32, total: Int) {
    self.source = source
    self.total = total
  }

  static func figure(target: Int32) -> Float { Float(bitPattern: UInt32(bitPattern: target)) }

  func order(shared: Int32, target: Int32) -> Double {
    PairCounts(
      shared: Int64(shared), source: Int64(source), target: Int64(target), total: Int64(total)
    ).logLikelihoodRatio
  }

  static func score(order: Double) -> Double { order }

  /// There is no short cut: each is what it is, rounded.
  func estimate(shared: SIMD8<Float>, figures: SIMD8<Float>) -> SIMD8<Float> {
    var estimates = SIMD8<Float>.zero
    for lane in 0..<8 where shared[lane] > 0 {
      let target = Int32(bitPattern: figures[lane].bitPattern)
      estimates[lane] = Float(order(shared: Int32(shared[lane]), target: target))
    }
    return estimates
  }
}
