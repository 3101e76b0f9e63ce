extension MemberSignal {
  /// What the shop knows of the member, in words, and what follows for the order to come.
  ///
  /// "ordered 31 times, every 11 days, last 12 days ago, buys on discount 21 % of the time".
  package func because(_ response: MemberResponse, days: Double) -> [String] {
    var facts = [orders == 1 ? "ordered once" : "ordered \(orders) times"]
    if let usualGapDays, orders > 1 { facts.append("every \(Self.days(usualGapDays))") }
    if let daysSilent, orders > 0 {
      let ago = Self.whole(daysSilent)
      facts.append(ago == 0 ? "last today" : "last \(Self.days(daysSilent)) ago")
    }
    if let priceSensitivity {
      facts.append("buys on discount \(Self.whole(priceSensitivity * 100)) % of the time")
    }
    if let redemptions {
      facts.append("redeemed \(redemptions.redeemed) of \(redemptions.given) coupons")
    }
    let without = Self.percent(response.orderWithout)
    let with = Self.percent(response.orderWith)
    var lines = [
      facts.joined(separator: ", "),
      "expected to order within \(Self.days(days)): \(without) % without the coupon, "
        + "\(with) % with it",
    ]
    if let redemptions, response.isPersonal {
      let expected = Self.tenths(redemptions.expected)
      lines.append(
        "customers redeem \(expected) of such \(redemptions.given) on average: uses this one with "
          + "\(Self.percent(response.redemption)) % probability")
    }
    let (given, held) = (response.estimate.given, response.estimate.held)
    if given.count > 0, held.count > 0 {
      func share(_ sums: ResponseEvidence.Sums) -> String {
        Self.percent(Double(sums.ordered) / Double(sums.count))
      }
      lines.append(
        "of \(given.count) who got it \(share(given)) % ordered, of \(held.count) held out "
          + "\(share(held)) %")
    }
    return lines
  }

  private static func days(_ days: Double) -> String {
    let whole = whole(days)
    return whole == 1 ? "1 day" : "\(whole) days"
  }

  private static func whole(_ number: Double) -> Int64 { Int64(min(1e9, max(0, number)) + 0.5) }

  private static func tenths(_ number: Double) -> String {
    let tenths = whole(number * 10)
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  /// A probability in percent with one decimal, the decimal left out where it is zero.
  private static func percent(_ probability: Double) -> String {
    let tenths = whole(probability * 1000)
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
