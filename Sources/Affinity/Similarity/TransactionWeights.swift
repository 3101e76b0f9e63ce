import Shop
import Statistics

/// Over what and with which weights transactions are counted: what sums can be shared by.
struct Counting: Equatable, Sendable {
  var level: SimilarityLevel
  var halfLifeDays: Double?
  var weighsTransactions: Bool

  /// Whether the basket index has every figure that is needed beyond a row.
  var isPlain: Bool { level == .baskets && halfLifeDays == nil && !weighsTransactions }
}

/// What a transaction counts, in fixed point: by age, and by how few items it has.
///
/// Every weight lies in 0 ... `one`, and 2^31 transactions sum up to 2^62 at most.
struct TransactionWeights: Sendable {
  static let one: Int64 = 1 << 31

  /// The newest transaction; its weight by age is one.
  let landmark: Instant
  let halfLifeDays: Double?
  /// idf(size)^2 over its largest, by size; empty where the size does not count.
  private let inverseFrequencies: [Double]
  /// The largest idf^2.
  let inverseFrequencyScale: Double

  /// - Parameter itemCount: how many items there are; nil where sizes do not count.
  init(landmark: Instant, halfLifeDays: Double?, itemCount: Int?, largestSize: Int) {
    self.landmark = landmark
    self.halfLifeDays = halfLifeDays
    guard let itemCount, itemCount > 0, largestSize > 0 else {
      inverseFrequencies = []
      inverseFrequencyScale = 1
      return
    }
    let all = Elementary.logarithm(Double(itemCount))
    let squares = (0...largestSize).map { size in
      let frequency = all - Elementary.logarithm(Double(1 + size))
      return size == 0 ? 0 : frequency * frequency
    }
    let largest = squares.max() ?? 0
    inverseFrequencyScale = largest > 0 ? largest : 1
    inverseFrequencies = squares.map { largest > 0 ? $0 / largest : 0 }
  }

  /// The weight by age alone.
  func mass(at time: Instant) -> Int64 {
    guard let halfLifeDays else { return 1 }
    return TransactionWeights.fixed(fraction(at: time, halfLifeDays))
  }

  /// The weight by age and size.
  func weight(size: Int, at time: Instant) -> Int64 {
    if inverseFrequencies.isEmpty { return mass(at: time) }
    let age = halfLifeDays.map { fraction(at: time, $0) } ?? 1
    return TransactionWeights.fixed(age * inverseFrequencies[size])
  }

  /// What one of `mass` is worth.
  var massUnit: Double { halfLifeDays == nil ? 1 : 1 / Double(TransactionWeights.one) }

  /// What one of `weight` is worth.
  var weightUnit: Double {
    inverseFrequencies.isEmpty
      ? massUnit : inverseFrequencyScale / Double(TransactionWeights.one)
  }

  /// What weights that were taken at the landmark are worth at a later moment; one before it.
  func factor(at now: Instant) -> Double {
    guard let halfLifeDays else { return 1 }
    return Elementary.powerOfTwo(-max(0, now.days(since: landmark)) / halfLifeDays)
  }

  private func fraction(at time: Instant, _ halfLifeDays: Double) -> Double {
    Elementary.powerOfTwo(-max(0, landmark.days(since: time)) / halfLifeDays)
  }

  private static func fixed(_ fraction: Double) -> Int64 { Int64(fraction * Double(one) + 0.5) }
}
