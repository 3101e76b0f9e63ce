import Shop

/// Prices a cart with coupons; pure arithmetic over what it is given.
///
/// The result is the same for every order of lines and coupons. The cart must have been checked.
package enum Pricer {
  /// The best admissible stack of these coupons, and for each other coupon why it does not apply.
  ///
  /// Exact up to twelve coupons of different policies, and mostly beyond (`upperBound`).
  /// O(2^coupons x lines) at worst, bounded by the number of nodes.
  ///
  /// - Parameter nodeLimit: nodes of the search after which the best so far is taken.
  package static func bestStack(
    of usable: [UsableCoupon], on sent: Cart, facts: PricingFacts,
    nodeLimit: Int = StackSearch.nodeLimit
  ) -> Quote {
    let cart = CanonicalCart(sent, facts: facts, usable: usable)
    var refused: [Quote.NotApplied] = []
    var coupons: [PricedCoupon] = []
    for coupon in usable {
      do throws(PricedCoupon.Refusal) {
        coupons.append(try PricedCoupon(coupon, on: cart))
      } catch {
        refused.append(
          Quote.NotApplied(code: coupon.code, reason: error.reason, need: error.need))
      }
    }
    coupons.sort(by: PricedCoupon.isApplied)
    let (chosen, spare) = distinct(coupons)
    let searched = widest(chosen)
    var search = StackSearch(searched, on: cart, nodeLimit: nodeLimit)
    search.run()
    for coupon in spare {
      refused.append(Quote.NotApplied(code: coupon.coupon.code, reason: .exclusive))
    }
    for place in searched.indices where !search.isApplied(place) {
      // What it meets beside those that are applied, in the order of application.
      refused.append(
        Quote.NotApplied(
          code: searched[place].coupon.code,
          reason: search.reasonAgainst(place) ?? .notBest))
    }
    let best = search.applied
    var upperBound = search.upperBound
    if searched.count < chosen.count {
      for coupon in chosen where !searched.contains(where: { $0 === coupon }) {
        let members = (best + [coupon]).sorted(by: PricedCoupon.isApplied)
        let added = members.firstIndex { $0 === coupon } ?? 0
        let reason = Stack.reasonAgainst(members, added: added, on: cart)
        refused.append(
          Quote.NotApplied(code: coupon.coupon.code, reason: reason ?? .notBest))
        upperBound = min(Money.sum(upperBound, coupon.alone), cart.goods + cart.shipping)
      }
    }
    refused.sort { bytesPrecede($0.code, $1.code) }
    return Quote(
      goods: cart.goods, shipping: cart.shipping, applied: Stack.parts(of: best, on: cart),
      notApplied: refused, upperBound: upperBound)
  }

  /// Why the named coupons cannot all be used together.
  package struct Refusal: Error, Equatable, Sendable {
    /// The first coupon, in the order given, that cannot be used together with those before it.
    package var index: Int
    package var reason: OfferReason
    package var need: Quote.Need?
  }

  /// All of these coupons on one cart, or the first that cannot be. O(coupons^2 x lines).
  package static func wholeStack(
    of usable: [UsableCoupon], on sent: Cart, facts: PricingFacts
  ) throws(Refusal) -> Quote {
    let cart = CanonicalCart(sent, facts: facts, usable: usable)
    var members: [PricedCoupon] = []
    for (index, coupon) in usable.enumerated() {
      let added: PricedCoupon
      do throws(PricedCoupon.Refusal) {
        added = try PricedCoupon(coupon, on: cart)
      } catch {
        throw Refusal(index: index, reason: error.reason, need: error.need)
      }
      let place =
        members.firstIndex { PricedCoupon.isApplied(added, before: $0) } ?? members.count
      members.insert(added, at: place)
      if let reason = Stack.reasonAgainst(members, added: place, on: cart) {
        throw Refusal(index: index, reason: reason, need: nil)
      }
    }
    return Quote(
      goods: cart.goods, shipping: cart.shipping, applied: Stack.parts(of: members, on: cart))
  }

  private struct Kind: Hashable {
    var policy: String
    var version: Int64
    var ceiling: Int64?
  }

  /// Of coupons that are alike (one version of one policy, one ceiling) the one to use, which
  /// expires first; the others can only be spare, as no order takes two coupons of one policy.
  private static func distinct(
    _ coupons: [PricedCoupon]
  ) -> (chosen: [PricedCoupon], spare: [PricedCoupon]) {
    func key(_ coupon: PricedCoupon) -> Kind {
      Kind(
        policy: coupon.shared.policy.id, version: coupon.shared.policy.version,
        ceiling: coupon.coupon.ceiling)
    }
    // A few coupons of as many policies, which is the usual case, need no table.
    let isFew = coupons.count <= 16
    let repeats =
      isFew
      && coupons.indices.contains { index in
        coupons[..<index].contains { $0.shared.policy.id == coupons[index].shared.policy.id }
      }
    if isFew && !repeats { return (coupons, []) }
    var place: [Kind: Int] = [:]
    var chosen: [PricedCoupon] = []
    var spare: [PricedCoupon] = []
    for coupon in coupons {
      let kind = key(coupon)
      guard let index = place[kind] else {
        place[kind] = chosen.count
        chosen.append(coupon)
        continue
      }
      // Among equal ends the first in the order of application stays, which is the first code.
      if coupon.coupon.expires ?? .latest < chosen[index].coupon.expires ?? .latest {
        spare.append(chosen[index])
        chosen[index] = coupon
      } else {
        spare.append(coupon)
      }
    }
    return (chosen.sorted(by: PricedCoupon.isApplied), spare)
  }

  /// Those that take the most off alone, where there are too many; still in the order of
  /// application.
  private static func widest(_ coupons: [PricedCoupon]) -> [PricedCoupon] {
    if coupons.count <= StackSearch.widthLimit { return coupons }
    let kept = coupons.indices.sorted { (coupons[$1].alone, $0) < (coupons[$0].alone, $1) }
      .prefix(StackSearch.widthLimit)
    return kept.sorted().map { coupons[$0] }
  }
}
