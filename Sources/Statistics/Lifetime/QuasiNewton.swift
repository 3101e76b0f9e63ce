// How a minimum is found
// ----------------------
// BFGS (Nocedal and Wright 2006, algorithm 6.1) with a backtracking line search, until the gradient
// is small; then Newton's steps with a Hessian of central differences of the gradient, which the
// standard errors need anyway. The caller's functions have logarithms of parameters as their
// arguments, so that a parameter that runs to zero or to infinity shows as an argument that leaves
// the bounds: the search ends there and says so.

/// The minimum of a smooth function of a few arguments.
package struct QuasiNewton: Sendable {
  package typealias Evaluation = (value: Double, gradient: [Double])

  package let place: [Double]
  package let value: Double
  /// Second derivatives at the minimum, row by row.
  package let hessian: [[Double]]
  package let evaluationCount: Int
  /// Whether the gradient vanishes there and the function curves up in every direction.
  package let isConverged: Bool
  /// Whether an argument ran into the bounds.
  package let isAtBound: Bool

  /// Largest change of an argument in one step.
  private static let longestStep = 2.0
  private static let differenceStep = 1e-4

  /// - Parameters:
  ///   - start: where the search begins.
  ///   - bound: no argument goes below its negative or above it.
  ///   - tolerance: the largest component of the gradient at a minimum.
  package init(
    from start: [Double], bound: Double = 12, tolerance: Double = 1e-8,
    maximumSteps: Int = 200, _ function: ([Double]) -> Evaluation
  ) {
    var search = Search(at: start, bound: bound, function(start))
    for _ in 0..<maximumSteps where search.slope > 1e-5 {
      if !search.step(function) { break }
    }
    var hessian = search.hessian(Self.differenceStep, function)
    for _ in 0..<6 where search.slope > tolerance {
      guard let direction = Cholesky(hessian)?.solve(search.gradient.map { -$0 }),
        search.move(along: direction, function)
      else { break }
      // Where that was the last step, the Hessian of just before it is near enough.
      if search.slope > tolerance { hessian = search.hessian(Self.differenceStep, function) }
    }
    place = search.place
    value = search.value
    self.hessian = hessian
    evaluationCount = search.evaluationCount
    isAtBound = search.place.contains { abs($0) >= bound - 1e-9 }
    isConverged =
      search.value.isFinite && search.slope <= max(tolerance, 1e-6) && Cholesky(hessian) != nil
  }

  private struct Search {
    var place: [Double]
    var value: Double
    var gradient: [Double]
    var evaluationCount = 1
    let bound: Double
    /// An estimate of the inverse Hessian.
    private var inverse: [[Double]]

    init(at place: [Double], bound: Double, _ evaluation: Evaluation) {
      self.place = place
      self.bound = bound
      value = evaluation.value.isFinite ? evaluation.value : .infinity
      gradient = evaluation.gradient
      inverse = Search.identity(place.count)
    }

    private static func identity(_ count: Int) -> [[Double]] {
      (0..<count).map { row in (0..<count).map { $0 == row ? 1 : 0 } }
    }

    /// The largest component of the gradient.
    var slope: Double {
      gradient.reduce(0) { $1.isNaN ? .infinity : max($0, abs($1)) }
    }

    /// One step of BFGS; false where no step goes down.
    mutating func step(_ function: ([Double]) -> Evaluation) -> Bool {
      var direction = inverse.map { -dot($0, gradient) }
      if dot(direction, gradient) >= 0 {
        inverse = Search.identity(place.count)
        direction = gradient.map { -$0 }
      }
      let (before, old) = (place, gradient)
      if !move(along: direction, function) {
        let isSteepest = direction == old.map { -$0 }
        if isSteepest { return false }
        inverse = Search.identity(place.count)
        if !move(along: old.map { -$0 }, function) { return false }
      }
      update(moved: zip(place, before).map(-), changed: zip(gradient, old).map(-))
      return true
    }

    /// Goes down along a direction, at most all the way; false where that is nowhere.
    mutating func move(
      along direction: [Double], _ function: ([Double]) -> Evaluation
    ) -> Bool {
      let descent = dot(direction, gradient)
      guard descent < 0, descent.isFinite else { return false }
      let longest = direction.reduce(0) { max($0, abs($1)) }
      var length = min(1, QuasiNewton.longestStep / longest)
      for _ in 0..<40 {
        let next = zip(place, direction).map { min(max($0 + length * $1, -bound), bound) }
        let (value, gradient) = function(next)
        evaluationCount += 1
        // Rounding leaves no more to gain than this.
        let slack = 1e-14 * abs(self.value)
        if value.isFinite, value <= self.value + 1e-4 * length * descent + slack {
          let isStill = next == place
          place = next
          self.value = value
          self.gradient = gradient
          return !isStill
        }
        // The minimum of the parabola through what is known, held away from the ends.
        let curve = 2 * (value - self.value - length * descent)
        let guess = curve > 0 ? -descent * length * length / curve : 0
        length = value.isFinite ? min(max(guess, 0.1 * length), 0.5 * length) : 0.1 * length
      }
      return false
    }

    private mutating func update(moved s: [Double], changed y: [Double]) {
      let curvature = dot(s, y)
      guard curvature > 1e-12 * dot(y, y), curvature.isFinite else { return }
      let reach = inverse.map { dot($0, y) }
      let factor = (curvature + dot(y, reach)) / (curvature * curvature)
      for row in s.indices {
        for column in s.indices {
          inverse[row][column] +=
            factor * s[row] * s[column]
            - (reach[row] * s[column] + s[row] * reach[column]) / curvature
        }
      }
    }

    /// Central differences of the gradient, made symmetric.
    mutating func hessian(
      _ step: Double, _ function: ([Double]) -> Evaluation
    ) -> [[Double]] {
      var rows: [[Double]] = []
      for index in place.indices {
        var (up, down) = (place, place)
        up[index] += step
        down[index] -= step
        let (above, below) = (function(up).gradient, function(down).gradient)
        evaluationCount += 2
        rows.append(zip(above, below).map { ($0 - $1) / (2 * step) })
      }
      return rows.indices.map { row in
        rows.indices.map { (rows[row][$0] + rows[$0][row]) / 2 }
      }
    }
  }
}

private func dot(_ left: [Double], _ right: [Double]) -> Double {
  var sum = 0.0
  for index in left.indices { sum += left[index] * right[index] }
  return sum
}
