// How a convex function with kinks is minimised
// ---------------------------------------------
// Every evaluation gives a value and a slope, and with them a plane that lies below the function
// everywhere. The largest of the planes collected so far (the bundle) is a model of the function;
// the next point minimises that model plus a penalty on the distance from the best point known, the
// centre, which keeps the model where it is good:
//
//     min over y >= 0:  max over cuts k of (slope_k . (y - centre) - error_k)  +  |y - centre|^2 /
//                       (2 reach)
//
// If the function really falls there, the centre moves; if not, the new plane mends the model. The
// inner problem is solved through its own dual: weights on the cuts that sum to one, to which y is
// a plain formula, moved from the worst cut that has weight to the best cut until they agree.
//
// The method is that of Lemaréchal and Kiwiel; see Kiwiel, "Proximity control in bundle methods for
// convex nondifferentiable minimization", Mathematical Programming 46 (1990). It needs tens of
// evaluations where subgradient steps need thousands, which is what counts when an evaluation goes
// over millions of pairs.

/// Minimises a convex function of few non-negative variables from values and subgradients.
struct ProximalBundle {
  private(set) var centre: [Double]
  private(set) var value: Double
  private var reach: Double
  /// One slope of `centre.count` numbers per cut, one behind the other.
  private var slopes: [Double]
  /// How far each cut lies below the function at the centre.
  private var errors: [Double]
  private var weights: [Double]
  /// Where each cut was taken.
  private var points: [[Double]]
  private var nulls = 0

  /// Starts at a point whose value and slope are known. The reach is that of a step which would
  /// bring the value down by `hope` if the function were a plane.
  init(at start: [Double], value: Double, slope: [Double], hope: Double) {
    precondition(start.count == slope.count, "a slope has one number per variable")
    centre = start
    self.value = value
    slopes = slope
    errors = [0]
    weights = [1]
    points = [start]
    let norm = slope.reduce(0) { $0 + $1 * $1 }
    reach = norm > 0 ? hope / norm : 1
  }

  /// The points whose slopes, so weighted, add up to the least slope that the model could find;
  /// weights sum to one.
  ///
  /// Where the function is the dual of a problem, what its solutions at these points choose, mixed
  /// by these weights, is the relaxed problem's own solution (Larsson, Patriksson and Strömberg,
  /// "Ergodic, primal convergence in dual subgradient schemes for convex programming", Mathematical
  /// Programming 86, 1999).
  var mixture: [(weight: Double, point: [Double])] {
    weights.indices.filter { weights[$0] > 0 }.map { (weights[$0], points[$0]) }
  }

  /// The next point to evaluate, and by how much the model says that the value falls there; nil
  /// where it says that there is nothing to gain.
  mutating func propose(tolerance: Double) -> (point: [Double], fall: Double)? {
    for _ in 0..<12 {
      let (point, fall, isSettled) = minimiseModel()
      if fall > tolerance { return (point, fall) }
      // A short reach may hide a fall that is further away; a long one is harder to solve for.
      reach *= isSettled ? 4 : 0.125
    }
    return nil
  }

  /// Takes in what the function is at a proposed point.
  mutating func learn(
    _ point: [Double], value newValue: Double, slope: [Double], fall: Double
  ) {
    if errors.count >= centre.count + 24 { forget() }
    var along = 0.0
    for index in centre.indices { along += slope[index] * (centre[index] - point[index]) }
    let error = max(0, value - newValue - along)
    if newValue <= value - 0.1 * fall {
      if newValue <= value - 0.5 * fall { reach *= 2 }
      for cut in errors.indices {
        var moved = 0.0
        for index in centre.indices {
          moved += slopes[cut * centre.count + index] * (point[index] - centre[index])
        }
        errors[cut] = max(0, errors[cut] + newValue - value - moved)
      }
      (centre, value, nulls) = (point, newValue, 0)
      errors.append(0)
    } else {
      nulls += 1
      if nulls >= 3, error > fall { (reach, nulls) = (reach / 2, 0) }
      errors.append(error)
    }
    slopes += slope
    weights.append(0)
    points.append(point)
  }

  /// Drops the cut that matters least: among those of the least weight, the one that lies lowest.
  private mutating func forget() {
    let cut = errors.indices.min {
      (weights[$0], -errors[$0], $0) < (weights[$1], -errors[$1], $1)
    }!
    let freed = weights.remove(at: cut)
    errors.remove(at: cut)
    points.remove(at: cut)
    slopes.removeSubrange(cut * centre.count..<(cut + 1) * centre.count)
    let heaviest = weights.indices.max { (weights[$0], $1) < (weights[$1], $0) }!
    weights[heaviest] += freed
  }

  private mutating func minimiseModel() -> (
    point: [Double], fall: Double, isSettled: Bool
  ) {
    let (size, cuts) = (centre.count, errors.count)
    var mean = [Double](repeating: 0, count: size)
    for cut in 0..<cuts where weights[cut] > 0 {
      for index in 0..<size { mean[index] += weights[cut] * slopes[cut * size + index] }
    }
    var point = centre
    var heights = errors
    for round in 0... {
      for index in 0..<size { point[index] = max(0, centre[index] - reach * mean[index]) }
      var (best, worst, level) = (0, -1, 0.0)
      for cut in 0..<cuts {
        var height = -errors[cut]
        for index in 0..<size {
          height += slopes[cut * size + index] * (point[index] - centre[index])
        }
        heights[cut] = height
        if height > heights[best] { best = cut }
        if weights[cut] > 0, worst < 0 || height < heights[worst] { worst = cut }
        level += weights[cut] * height
      }
      let missing = heights[best] - level
      if missing <= 0.01 * max(0, -heights[best]) || round >= 600 || worst < 0 || best == worst {
        return (point, -heights[best], round < 600)
      }
      // Move weight to the best cut from the one where that gains most, as far as the curvature of
      // the penalty lets the two differ.
      var (curvature, most) = (0.0, 0.0)
      for cut in 0..<cuts where weights[cut] > 0 && heights[cut] < heights[best] {
        var norm = 0.0
        for index in 0..<size {
          let difference = slopes[best * size + index] - slopes[cut * size + index]
          norm += difference * difference
        }
        let between = heights[best] - heights[cut]
        let full = norm > 0 ? between / (reach * norm) : .infinity
        let gain = full < weights[cut] ? between * full : between * weights[cut]
        if gain > most { (worst, curvature, most) = (cut, norm, gain) }
      }
      let ideal = (heights[best] - heights[worst]) / (reach * curvature)
      let shift = ideal < weights[worst] ? ideal : weights[worst]
      guard shift > 0 else { return (point, -heights[best], true) }
      weights[best] += shift
      weights[worst] = shift < weights[worst] ? weights[worst] - shift : 0
      for index in 0..<size {
        mean[index] += shift * (slopes[best * size + index] - slopes[worst * size + index])
      }
    }
    return (point, 0, true)
  }
}
