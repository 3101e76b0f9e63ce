import Shop

/// What sells, as one number per item: the share of recent baskets in the channel, shrunken to the
/// share in all channels; where no basket is recent, the share of all baskets ever.
///
/// It is what a customer without any history is shown, and the small floor under everyone else's
/// scores.
struct Popularity: Sendable {
  /// Weight of the whole shop's trend beside a channel's own, in baskets of today.
  static let channelPriorBaskets = 50.0

  /// Above zero for every item that stands in a basket that counts.
  private(set) var shares: [Double]
  /// The items of the largest shares, the best first, ties by id: as many as were asked for.
  /// Sorting all items for each new order would cost more than the rest of an answer.
  private(set) var order: [Int32] = []
  private var queue: RankedQueue
  let isRecent: Bool

  init(all: TrendBoard, channel: TrendBoard?, baskets: BasketIndex) {
    let itemCount = baskets.itemBound
    isRecent = all.totalWeight > 0
    shares = Array(repeating: 0, count: itemCount)
    var candidates: [Ranked] = []
    let prior = Popularity.channelPriorBaskets * TrendBoard.fullWeight
    for item in 0..<Int32(itemCount) {
      var share = all.share(of: item)
      if !isRecent, baskets.basketCount > 0 {
        share = Double(baskets.count(of: item)) / Double(baskets.basketCount)
      } else if let channel {
        let own = Double(Int(item) < channel.scores.count ? channel.scores[Int(item)] : 0)
        share = (own + prior * share) / (Double(channel.totalWeight) + prior)
      }
      shares[Int(item)] = share
      if share > 0 { candidates.append(Ranked(item: item, score: share)) }
    }
    queue = RankedQueue(candidates, expected: 64)
  }

  /// Brings `order` to so many items, or to all there are.
  mutating func extend(to count: Int, names: NameTable) {
    while order.count < count, let next = queue.next(names) { order.append(next.item) }
  }

  func share(of item: Int32) -> Double { Int(item) < shares.count ? shares[Int(item)] : 0 }
}

/// The boards and rankings that were asked for lately, each exact: boards take in every order, a
/// ranking is made again when the baskets changed.
struct PopularityCache: Sendable {
  /// Boards kept at a time: one per channel of a shop with many.
  static let maximumBoardCount = 16

  private var boards: [TrendBoard] = []
  private var rankings: [(day: Int64, channel: Int32, revision: UInt64, ranking: Popularity)] = []

  /// A basket came (`sign` 1) or went (-1).
  mutating func add(
    _ basket: BasketItems, of order: Int32, orders: OrderTable, sign: Int64
  ) {
    for index in boards.indices { boards[index].add(basket, of: order, orders: orders, sign: sign) }
  }

  mutating func board(
    day: Int64, channel: Int32, baskets: BasketIndex, orders: OrderTable
  ) -> TrendBoard {
    if let board = boards.first(where: { $0.day == day && $0.channel == channel }) { return board }
    let board = TrendBoard(day: day, channel: channel, baskets: baskets, orders: orders)
    if boards.count == PopularityCache.maximumBoardCount { boards.removeFirst() }
    boards.append(board)
    return board
  }

  /// The ranking of that day and channel, with `order` holding so many items. O(1) while nothing
  /// changes, else O(items).
  mutating func ranking(
    at now: Instant, channel: Int32, atLeast count: Int, revision: UInt64, baskets: BasketIndex,
    orders: OrderTable, names: NameTable
  ) -> Popularity {
    let day = TrendBoard.day(of: now)
    if let index = rankings.firstIndex(where: { $0.day == day && $0.channel == channel }) {
      if rankings[index].revision == revision {
        rankings[index].ranking.extend(to: count, names: names)
        return rankings[index].ranking
      }
      rankings.remove(at: index)
    }
    let all = board(day: day, channel: -1, baskets: baskets, orders: orders)
    let own =
      channel < 0 ? nil : board(day: day, channel: channel, baskets: baskets, orders: orders)
    var ranking = Popularity(all: all, channel: own, baskets: baskets)
    ranking.extend(to: count, names: names)
    if rankings.count == PopularityCache.maximumBoardCount { rankings.removeFirst() }
    rankings.append((day: day, channel: channel, revision: revision, ranking: ranking))
    return ranking
  }
}
