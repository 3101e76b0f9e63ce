import Offers
import Shop
import Testing

@Suite struct MemberResponseTests {
  typealias Fixture = TargetingFixture

  @Test func figuresAreThoseOfTheStatedFormula() throws {
    let policy = try Fixture.policy(more: [Fixture.prior(0.2, 0.1)])
    let member = Fixture.member(1, probability: 0.2, sensitivity: 0.5)
    let response = MemberResponse(of: policy, on: member, days: 30)
    // s = 0.8 x 0.2 / 0.25 / 0.6417424 = 0.997285, lift = 0.0997285
    // q = (0.2 - 0.1) / 0.1791288 = 0.558257, anyway = 0.558257 + 0.441743 / 2 = 0.7791287
    // redemption = 0.0997285 + 0.2 x 0.7791287 = 0.2555542
    #expect(abs(response.orderWithout - 0.2) < 1e-9)
    #expect(abs(response.orderWith - 0.2997285) < 1e-6)
    #expect(response.redemption == 0.2556)
    #expect(response.discount == 1000)
    #expect(response.cost == 256)
    // 0.0997285 x 12,000 - 256 = 940.74
    #expect(response.incrementalMargin == 940)
  }

  @Test func probabilityOfAnOrderIsThatOfAPoissonProcess() {
    var member = Fixture.member(1, probability: 0.5)
    member.ordersPerDay = 0.1
    // 0.5 x (1 - e^-1)
    #expect(abs(member.probabilityOfOrder(withinDays: 10) - 0.3160603) < 1e-6)
    #expect(member.probabilityOfOrder(withinDays: 0) == 0)
    member.ordersPerDay = .nan
    #expect(member.probabilityOfOrder(withinDays: 10) == 0)
  }

  @Test func whoOrdersAnywayAndWhoHasLeftGainLittle() throws {
    let policy = try Fixture.policy(more: [Fixture.prior(0.2, 0.1)])
    func lift(_ probability: Double) -> Double {
      let response = MemberResponse(
        of: policy, on: Fixture.member(1, probability: probability), days: 30)
      return response.orderWith - response.orderWithout
    }
    #expect(lift(0) == 0)
    #expect(abs(lift(1)) < 1e-12)
    #expect(abs(lift(0.179_128_784_747_792) - 0.1) < 1e-9)
    for step in 1..<100 { #expect(lift(Double(step) / 100) <= 0.1 + 1e-12) }
    #expect(lift(0.01) < 0.03)
    #expect(lift(0.95) < 0.01)
  }

  @Test func discountFollowsTheKindOnTheUsualOrder() throws {
    func discount(_ gives: Value, _ value: Int64, _ more: [Value.Member] = []) throws -> Int64 {
      let policy = try Fixture.policy(gives: gives, more: more)
      let member = Fixture.member(1, probability: 0.2, value: value)
      return MemberResponse(of: policy, on: member, days: 30).discount
    }
    let minimum = Value.Member(name: "min_spend", value: .integer(10_000))
    #expect(try discount(Fixture.amount(1000), 30_000) == 1000)
    #expect(try discount(Fixture.amount(1000), 700) == 700)
    #expect(try discount(Fixture.percent(15), 9_999) == 1_499)
    #expect(try discount(Fixture.percent(15, cap: 1_200), 9_999) == 1_200)
    #expect(try discount(Fixture.percent(15), 5_000, [minimum]) == 1_500)
    let units = Value.object([
      .init(name: "kind", value: .string("free_units")), .init(name: "buy", value: .integer(2)),
      .init(name: "get", value: .integer(1)),
    ])
    #expect(try discount(units, 9_000) == 3_000)
    let shipping = Value.object([.init(name: "kind", value: .string("free_shipping"))])
    #expect(try discount(shipping, 9_000) == 9_000)
    let policy = try Fixture.policy(gives: shipping)
    let known = MemberResponse(
      of: policy, on: Fixture.member(1, probability: 0.2), days: 30, usualCost: 800)
    #expect(known.discount == 800)
  }

  @Test func aMinimumOutOfReachWeakensTheCoupon() throws {
    let minimum = Value.Member(name: "min_spend", value: .integer(60_000))
    let plain = try Fixture.policy(more: [Fixture.prior(0.2, 0.1)])
    let demanding = try Fixture.policy(more: [Fixture.prior(0.2, 0.1), minimum])
    let member = Fixture.member(1, probability: 0.2)
    let first = MemberResponse(of: plain, on: member, days: 30)
    let second = MemberResponse(of: demanding, on: member, days: 30)
    // Half of the minimum: a quarter of the lift and of the redemptions.
    let lifts = (first.orderWith - first.orderWithout, second.orderWith - second.orderWithout)
    #expect(abs(lifts.1 - lifts.0 / 4) < 1e-9)
    #expect(abs(second.redemption - first.redemption / 4) < 1e-4)
  }

  @Test(arguments: [Int64.min, -1, 0, 1, .max])
  func noFigureOverflows(amount: Int64) throws {
    for gives in [Fixture.amount(1_000_000_000_000), Fixture.percent(100)] {
      let policy = try Fixture.policy(gives: gives, more: [Fixture.prior(1, 1)])
      let member = Fixture.member(1, probability: 0.5, value: amount, margin: amount)
      let response = MemberResponse(of: policy, on: member, days: 30)
      #expect(response.cost >= 0 && response.discount >= 0)
      #expect((0...1).contains(response.redemption))
      let plan = Fixture.plan([member], [PolicyHeadroom(policy: policy)])
      #expect(plan.considered == 1)
    }
  }

  @Test func anExpectedHarmCostsMargin() throws {
    let policy = try Fixture.policy(more: [Fixture.prior(0.2, -0.1)])
    let response = MemberResponse(of: policy, on: Fixture.member(1, probability: 0.2), days: 30)
    #expect(response.orderWith < response.orderWithout)
    #expect(response.incrementalMargin < -1000)
  }
}
