/// Every method that there is, in the order in which the contract lists them.
package enum Methods {
  package static let all: [any Method.Type] = [
    // Facts in
    ShopConfigure.self, ItemsPut.self, CustomersPut.self, CustomersLink.self,
    CustomersUnlink.self, CustomersForget.self, OrdersPut.self, OrdersCancel.self,
    OrdersReturn.self, EventsPut.self, SegmentsPut.self, PoliciesPut.self,
    // Reading back
    CustomersGet.self, CustomersMatch.self, CustomersRank.self, CustomersChanges.self,
    SegmentsList.self, SegmentsGet.self, SegmentsCross.self, SegmentsFunnel.self, OrdersGet.self,
    // The three questions
    Recommend.self, Target.self, ChurnReactivate.self,
    // What goes with what, and what sells
    Similar.self, Trending.self, Bundles.self,
    // Learning
    Train.self, Evaluate.self, MembersFit.self,
    // Coupons
    CouponsIssue.self, CouponsQuote.self, CouponsReserve.self, CouponsRedeem.self,
    CouponsRelease.self, CouponsReturn.self, CouponsVoid.self, CouponsList.self,
    CouponsTotals.self,
    // Points
    PointsGrant.self, PointsSpend.self, PointsReturn.self, PointsList.self, PointsTotals.self,
    // Policies, before and while they run
    PoliciesCheck.self, PoliciesList.self, PoliciesGet.self, PoliciesPause.self,
    PoliciesResume.self,
    // The process
    Status.self, Ping.self, Discover.self, Shutdown.self,
  ]

  private static let byName: [String: any Method.Type] = Dictionary(
    uniqueKeysWithValues: all.map { ($0.name, $0) })

  package static func named(_ name: String) -> (any Method.Type)? { byName[name] }
}
