import Shop
import Statistics

// What the interaction score is
// -----------------------------
// Each event is worth points by its type, which halve every 30 days (by whole days of UTC). With r
// a customer's points now, m the mean of those who have any event that counts, and e = 1 -
// 2^(-d/30) the share of a long-known customer's time for which this one, first seen d days ago,
// has been watched:
//
//   interaction = (r / m + 1/2) / (e + 1/2)
//
// 1 is the shop's mean; more events never make it less. The 1/2 is the prior: the shop's mean
// counts as half a long-known customer's time. Who has no event that counts has no score.

/// How much customers do besides buying.
enum Interaction {
  static let halfLifeDays = 30.0
  static let priorWeight = 0.5

  /// What an event of a type is worth; 0 for those that are no sign of interest, such as `dislike`,
  /// and for types that we do not know.
  static func points(_ type: String) -> Int64 {
    switch type {
    case "view", "visit", "open": 1
    case "search", "click": 2
    case "cart", "message": 3
    case "checkin", "check_in": 4
    case "share", "review", "survey": 5
    default: 0
    }
  }

  /// Days of UTC since 1970.
  static func day(of moment: Instant) -> Int64 {
    moment.milliseconds.flooredDivision(by: Instant.millisecondsPerDay).quotient
  }

  /// What is left of a point after so many days.
  static func decay(days: Int64) -> Double {
    Elementary.powerOfTwo(-Double(max(0, days)) / halfLifeDays)
  }

  /// The mean of those who have any; nil where nobody has. O(days log days).
  static func mean(_ counts: StyleCounts, today: Int64) -> Double? {
    if counts.interactingCount == 0 { return nil }
    var sum = 0.0
    // In order of time, so that the sum is the same however the events came.
    for (day, points) in counts.pointsByDay.sorted(by: { $0.key < $1.key }) {
      sum += Double(points) * decay(days: today - day)
    }
    return sum / Double(counts.interactingCount)
  }

  /// - Parameter points: by day, ascending by day.
  static func score(_ points: [(day: Int64, points: Int64)], mean: Double, today: Int64) -> Double?
  {
    guard let first = points.first, mean > 0 else { return nil }
    let own = points.reduce(0.0) { $0 + Double($1.points) * decay(days: today - $1.day) }
    let watched = 1 - decay(days: today - first.day)
    return (own / mean + priorWeight) / (watched + priorWeight)
  }
}
