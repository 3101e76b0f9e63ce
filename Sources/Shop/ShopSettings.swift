/// What holds for the shop as a whole: `shop.configure`.
package struct ShopSettings: Equatable, Sendable {
  /// ISO 4217; nil until the shop is configured, and then no record may state one.
  package var currency: String?
  package var zone: Zone
  /// Margin on an item whose cost is unknown, percent of its price.
  package var marginPercent: Int64

  package init(currency: String? = nil, zone: Zone = .utc, marginPercent: Int64 = 30) {
    self.currency = currency
    self.zone = zone
    self.marginPercent = marginPercent
  }

  /// Refuses a record that states another currency than the shop's.
  package func check(currency stated: String?) throws(RecordProblem) {
    guard let stated, stated != currency else { return }
    let own = currency.map { "the shop's currency is \($0)" }
    throw RecordProblem(
      path: "currency", reason: "currency_mismatch",
      message: (own ?? "the shop has no currency yet: send shop.configure first")
        + "; the record states \(stated)")
  }
}
