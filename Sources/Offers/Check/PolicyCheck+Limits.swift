import Shop

extension PolicyCheck {
  /// Limits that cannot be reached, and policies without one.
  mutating func checkLimits(of subject: Subject) {
    let policy = subject.policy
    let limits = policy.limits
    let exposure = PolicyExposure(policy)
    if let total = limits.total, let each = policy.worstCase, let budget = policy.budget, each > 0,
      budget / each < total
    {
      report(
        .totalAboveBudget, [policy],
        "limits.total of \(policy.id) is \(total), and its budget bears \(budget / each) coupons "
          + "at their worst case of \(each)", dearest(subject))
    }
    if let total = limits.total, let own = limits.perCustomer, own > total {
      report(
        .perCustomerAboveTotal, [policy],
        "\(policy.id) allows a customer \(own) coupons, and \(total) to all together",
        subject.shown)
    }
    if let period = limits.perPeriod {
      let bound = min(limits.perCustomer ?? .max, limits.total ?? .max)
      if period.uses >= bound {
        report(
          .perPeriodNeverBinds, [policy],
          "limits.per_period of \(policy.id) allows \(period.uses) uses, and a customer can never "
            + "have more than \(bound) coupons", subject.shown)
      }
    }
    let costs = subject.shown.quote.applied.contains { $0.cost > 0 }
    if costs, limits.total == nil, policy.budget == nil {
      report(
        .unlimited, [policy],
        "\(policy.id) has neither limits.total nor a budget: nothing bounds what it costs",
        dearest(subject))
    }
    if exposure.perCoupon == nil, policy.gives.growsWithTheCart {
      report(
        .uncapped, [policy],
        "one coupon of \(policy.id) costs the more the larger the cart is: gives.cap would bound "
          + "it", large(subject))
    }
  }

  /// The cart on which the coupon costs the most.
  private mutating func dearest(_ subject: Subject) -> PolicyFinding.Shown {
    var best = subject.shown
    for cart in subject.carts {
      guard
        let shown = show(subject.shopper, [subject.policy], cart, at: subject.shown.moment),
        shown.quote.applied.reduce(0, { $0 + $1.cost })
          > best.quote.applied.reduce(
            0, { $0 + $1.cost })
      else { continue }
      best = shown
    }
    return best
  }

  /// The same cart a hundred times over.
  private mutating func large(_ subject: Subject) -> PolicyFinding.Shown {
    var cart = subject.shown.cart
    for place in cart.lines.indices {
      cart.lines[place].quantity = min(Money.maximumQuantity, cart.lines[place].quantity * 100)
    }
    return show(subject.shopper, [subject.policy], cart, at: subject.shown.moment)
      ?? subject.shown
  }
}

extension Benefit {
  /// Whether more goods make it cost more, without end.
  var growsWithTheCart: Bool {
    switch self {
    case .percentOff, .fixedPrice, .freeUnits, .bundlePrice: true
    default: false
    }
  }
}
