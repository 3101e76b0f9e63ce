import Shop

// What a funnel counts
// --------------------
//   visited      customers with an event or an order that is seen
//   ordered      of those, with an order that stands
//   repeated     of those, with orders on two local days
//
// Two orders of one day are one visit, so "repeated" and the days between are about days. Retention
// follows the customers of each local month by their first order: of those, how many ordered in the
// month after, the one after that, and so on, up to the month of the viewpoint, which is not over.

/// From the first visit to the regular customer, in counts.
package struct Funnel: Equatable, Sendable {
  /// Customers by the month of their first order.
  package struct Cohort: Equatable, Sendable {
    package var year: Int
    package var month: Int
    package var customers = 0
    /// How many ordered in the first month (all of them), the one after, ….
    package var ordered: [Int] = []
  }

  package private(set) var customers = 0
  package private(set) var visited = 0
  package private(set) var ordered = 0
  package private(set) var repeated = 0
  package private(set) var orders = 0
  /// What was paid for what was kept, minor units.
  package private(set) var spend: Int64 = 0
  /// Days from the first visit to the first order, of those who visited before: the median.
  package private(set) var medianDaysToFirst: Int?
  /// Local days from the first day with an order to the second: the median.
  package private(set) var medianDaysToSecond: Int?
  /// Ascending by month; the last `monthCount` at most.
  package private(set) var cohorts: [Cohort] = []

  /// Counts customers, each named once; who is not known from the viewpoint is passed over.
  /// O(their orders and events).
  package init(of members: [Int32], in view: MemberView, monthCount: Int) {
    let last = Month(view.today)
    let first = last.number - monthCount + 1
    var cohorts: [Int: (customers: Int, ordered: [Int])] = [:]
    var daysToFirst: [Int] = []
    var daysToSecond: [Int] = []
    for customer in members {
      let profile = view.profile(of: customer)
      guard profile.isKnown else { continue }
      customers += 1
      let days = Funnel.orderDays(of: customer, in: view)
      let firstEvent = Funnel.firstEvent(of: customer, in: view)
      if firstEvent != nil || !days.isEmpty { visited += 1 }
      guard let start = days.first else { continue }
      ordered += 1
      orders += profile.summary.orders
      spend = Money.sum(spend, profile.summary.spend)
      if let firstEvent, firstEvent <= start {
        daysToFirst.append(Int(start.number - firstEvent.number))
      }
      if days.count > 1 {
        repeated += 1
        daysToSecond.append(Int(days[1].number - start.number))
      }
      let month = Month(start).number
      guard month >= first, month <= last.number else { continue }
      var cohort = cohorts[month] ?? (0, Array(repeating: 0, count: last.number - month + 1))
      cohort.customers += 1
      for other in Set(days.map { Month($0).number }) where other <= last.number {
        cohort.ordered[other - month] += 1
      }
      cohorts[month] = cohort
    }
    medianDaysToFirst = Funnel.median(daysToFirst)
    medianDaysToSecond = Funnel.median(daysToSecond)
    self.cohorts = cohorts.sorted { $0.key < $1.key }.map { month, cohort in
      Cohort(
        year: Month.year(month), month: Month.month(month), customers: cohort.customers,
        ordered: cohort.ordered)
    }
  }

  /// Local days with an order that stands, ascending, each once.
  private static func orderDays(of customer: Int32, in view: MemberView) -> [Day] {
    var days: [Day] = []
    view.facts.orders.forEachOrder(of: customer) { order in
      let time = view.facts.orders.time[Int(order)]
      guard view.viewpoint.sees(time), view.facts.orders.stands(order) else { return true }
      let day = view.facts.settings.zone.day(of: time)
      if days.last != day { days.append(day) }
      return true
    }
    return days.reversed()
  }

  private static func firstEvent(of customer: Int32, in view: MemberView) -> Day? {
    var first: Instant?
    view.facts.events.forEachEvent(of: customer) { event in
      let time = view.facts.events.time[Int(event)]
      if view.viewpoint.sees(time) { first = time }
      return true
    }
    return first.map { view.facts.settings.zone.day(of: $0) }
  }

  /// The lower of the two in the middle, so that it is a figure somebody has.
  private static func median(_ values: [Int]) -> Int? {
    values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
  }

  /// Months in one row of numbers.
  private struct Month {
    let number: Int

    init(_ day: Day) {
      let date = day.date
      number = date.year * 12 + date.month - 1
    }

    static func year(_ number: Int) -> Int { number / 12 }
    static func month(_ number: Int) -> Int { number % 12 + 1 }
  }
}
