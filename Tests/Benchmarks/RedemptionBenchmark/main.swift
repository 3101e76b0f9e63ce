// Who redeems: coupons of real campaigns, each foretold from what was known on its first day.
//
//     swift run -c release redemption-benchmark FILE
//
// FILE is what Tests/Benchmarks/redemption.py writes: a line `campaign ID START END ITEMS` for each
// campaign, then lines `given CAMPAIGN HOUSEHOLD SPAN_CENTS SPANS SHARE RECENT_CENTS REDEEMED`, in
// the order of the campaigns' starts: what the household spends in 28 days that it buys in, how
// many such spans are known and how many of all that is, what it spent in the last, and the day of
// its first redemption or -1. Every campaign is a policy with one and the same prior, every
// household that received it holds one coupon. Prints one line of JSON: the area under the curve,
// over all coupons and by campaign, of the room's probability of redemption beside the past rate,
// the customer's factor, and the spend.

import Offers
import Shop
import Statistics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct Campaign {
  var policy: Policy
  var start: Instant
  var days: Double
  var items: Double
}

struct Given {
  var campaign: String
  var household: String
  var spanCents: Int64
  var spans: Int64
  var share: Double
  var recentCents: Double
  var redeemed: Instant?
}

func day(_ number: Int) -> Instant {
  Instant(milliseconds: Int64(number) * Instant.millisecondsPerDay)
}

func makePolicy(_ id: String, days: Int) throws -> Policy {
  func object(_ members: [(String, Value)]) -> Value {
    .object(members.map { Value.Member(name: $0.0, value: $0.1) })
  }
  return try Policy(
    object([
      ("id", .string(id)),
      ("gives", object([("kind", .string("amount_off")), ("amount", .integer(100))])),
      ("when", object([("valid_days", .integer(Int64(days)))])),
      ("prior", object([("redemption", .number(0.1)), ("uplift", .number(0.02))])),
    ]), settings: ShopSettings())
}

var campaigns: [String: Campaign] = [:]
var order: [String] = []
var coupons: [Given] = []
guard CommandLine.arguments.count == 2, let file = fopen(CommandLine.arguments[1], "r") else {
  print("usage: redemption-benchmark FILE")
  exit(2)
}
var buffer = [CChar](repeating: 0, count: 4_096)
while fgets(&buffer, Int32(buffer.count), file) != nil {
  let bytes = buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
  let words = String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
  if words.first == "campaign", words.count == 5, let start = Int(words[2]),
    let end = Int(words[3]), let items = Double(words[4])
  {
    let days = end - start + 1
    campaigns[words[1]] = Campaign(
      policy: try makePolicy(words[1], days: days), start: day(start), days: Double(days),
      items: items)
    order.append(words[1])
  } else if words.first == "given", words.count == 8, let cents = Int64(words[3]),
    let spans = Int64(words[4]), let share = Double(words[5]), let recent = Double(words[6]),
    let redeemed = Int(words[7])
  {
    coupons.append(
      Given(
        campaign: words[1], household: words[2], spanCents: cents, spans: spans, share: share,
        recentCents: recent, redeemed: redeemed < 0 ? nil : day(redeemed)))
  }
}
fclose(file)

// MARK: The ledger, as it would have been kept

let facts = PricingFacts(items: ItemTable(), settings: ShopSettings())
var ledger = CouponLedger()
for id in order {
  guard let campaign = campaigns[id] else { continue }
  if case .accepted(let fact) = try ledger.preparePolicy(campaign.policy) { ledger.apply(fact) }
}
/// What happens to coupons by time: they are given first and redeemed then.
let events = coupons.indices.flatMap { index -> [(time: Instant, index: Int, isUse: Bool)] in
  let start = campaigns[coupons[index].campaign]?.start ?? .earliest
  let use = coupons[index].redeemed.map { (time: $0, index: index, isUse: true) }
  return [(time: start, index: index, isUse: false)] + (use.map { [$0] } ?? [])
}.sorted { ($0.time, $0.isUse ? 1 : 0, $0.index) < ($1.time, $1.isUse ? 1 : 0, $1.index) }
for event in events {
  let coupon = coupons[event.index]
  if event.isUse {
    let use = CouponLedger.Use(
      customer: coupon.household, order: "order-\(event.index)",
      cart: Cart(lines: [Cart.Line(item: "goods", quantity: 1, unitPrice: 10_000)]),
      codes: ["CODE\(event.index)"])
    ledger.apply(try ledger.prepareRedeem(use, at: event.time, facts: facts).fact)
  } else {
    let issue = ledger.prepareIssue(
      [.init(customer: coupon.household, policy: coupon.campaign)], at: event.time, zone: .utc,
      profile: { _ in Value?.none }, makeCode: { "CODE\(event.index)" })
    for fact in issue.facts { ledger.apply(fact) }
  }
}

// MARK: Campaign by campaign

var decisions = DecisionTable()
let policies = order.compactMap { campaigns[$0]?.policy }
let kept = ledger
var scores: [(campaign: String, redeemed: Bool, values: [Double])] = []
let names = ["model", "factor", "past_rate", "spend"]
var learned = 0
for id in order {
  guard let campaign = campaigns[id] else { continue }
  let history = RedemptionHistory(kept, at: campaign.start)
  let given = coupons.indices.filter { coupons[$0].campaign == id }
  let households = coupons.map(\.household)
  let evidence = decisions.evidence(
    from: Viewpoint(asOf: campaign.start), policies: policies,
    breadth: { campaigns[$0]?.items ?? 0 },
    record: { history.record(of: households[Int($0)], before: $1) },
    realised: { kept.realisedCost(code: $0, at: campaign.start) }, ordered: { _, _, _ in false })
  let book = ResponseBook(evidence, policies: policies)
  learned += book.hasLearnedRedemption ? 1 : 0
  for index in given {
    let coupon = coupons[index]
    var member = MemberSignal(
      customer: Int32(index), orders: coupon.spans, averageOrderValue: coupon.spanCents,
      averageMargin: coupon.spanCents / 4, ordersPerDay: coupon.share / 28)
    member.redemptions = history.record(of: coupon.household, before: campaign.start)
    let response = MemberResponse(
      of: campaign.policy, on: member, days: campaign.days,
      estimate: book.estimate(of: campaign.policy, tier: nil, sensitivity: nil),
      responses: book)
    let record = member.redemptions
    scores.append(
      (
        id, coupon.redeemed != nil,
        [
          response.redemption, record?.factor ?? 1,
          record.map { Double($0.redeemed) / Double($0.given) } ?? 0, coupon.recentCents,
        ]
      ))
    decisions.add(
      Decision(
        customer: coupon.household, policy: id, version: 1, arm: .given, code: "CODE\(index)",
        time: campaign.start, days: campaign.days, base: response.orderWithout,
        shape: response.shape, redemption: response.priorRedemption,
        discount: response.priorDiscount, tier: nil, traits: Decision.Traits(member)),
      customer: Int32(index))
  }
}

/// The probability that one who redeemed scores above one who did not; ties count half.
func area(_ rows: [(score: Double, yes: Bool)]) -> Double? {
  let yes = rows.count { $0.yes }
  guard yes > 0, yes < rows.count else { return nil }
  let sorted = rows.sorted { $0.score < $1.score }
  var (index, sum) = (0, 0.0)
  while index < sorted.count {
    let end = sorted[index...].firstIndex { $0.score != sorted[index].score } ?? sorted.count
    let rank = Double(index + end + 1) / 2
    sum += rank * Double(sorted[index..<end].count { $0.yes })
    index = end
  }
  return (sum - Double(yes * (yes + 1)) / 2) / Double(yes * (rows.count - yes))
}

func areas(_ rows: [(campaign: String, redeemed: Bool, values: [Double])]) -> String {
  names.indices.map { place in
    let area = area(rows.map { ($0.values[place], $0.redeemed) }) ?? 0.5
    return "\"\(names[place])\":\((area * 10_000).rounded() / 10_000)"
  }.joined(separator: ",")
    + ",\"expected\":\(rows.reduce(0) { $0 + $1.values[0] }.rounded())"
}

let redeemed = scores.count { $0.redeemed }
var text = "{\"coupons\":\(scores.count),\"redeemed\":\(redeemed),\"learned\":\(learned)"
let scored = scores.filter { (campaigns[$0.campaign]?.start ?? .earliest) >= day(323) }
text += ",\"scored_coupons\":\(scored.count),\"scored_redeemed\":\(scored.count { $0.redeemed })"
text += ",\"all\":{\(areas(scores))},\"scored\":{\(areas(scored))},\"campaigns\":{"
text += order.map { id in
  let rows = scores.filter { $0.campaign == id }
  return "\"\(id)\":{\"coupons\":\(rows.count),\"redeemed\":\(rows.count { $0.redeemed }),"
    + areas(rows) + "}"
}.joined(separator: ",")
print(text + "}}")
