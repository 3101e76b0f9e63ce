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
///
/// The boards of all channels lie apart from those of one: every ranking reads one of them, and a
/// shop with more channels than places would count it anew for each. Of either kind, the one that
/// was asked for the longest ago gives way.
package struct PopularityCache: Sendable {
  /// Boards of one channel kept at a time, and rankings.
  package static let maximumBoardCount = 16
  /// Boards of all channels: today's, and those of a few days that are asked about.
  static let maximumWholeCount = 4

  private struct Key: Equatable, Sendable {
    var day: Int64
    var channel: Int32
  }

  private var wholes = RecentlyUsed<Key, TrendBoard>(capacity: maximumWholeCount)
  private var boards = RecentlyUsed<Key, TrendBoard>(capacity: maximumBoardCount)
  private var rankings = RecentlyUsed<Key, (revision: UInt64, ranking: Popularity)>(
    capacity: maximumBoardCount)
  /// How many boards were counted from all orders so far.
  package private(set) var countedBoards = 0

  package init() {}

  /// A basket came (`sign` 1) or went (-1).
  package mutating func add(
    _ basket: BasketItems, of order: Int32, orders: OrderTable, sign: Int64
  ) {
    func add(_ board: inout TrendBoard) { board.add(basket, of: order, orders: orders, sign: sign) }
    for place in wholes.entries.indices { wholes.update(at: place, add) }
    for place in boards.entries.indices { boards.update(at: place, add) }
  }

  /// The board of that day and channel. O(1) while it is kept, else O(orders).
  package mutating func board(
    day: Int64, channel: Int32, baskets: BasketIndex, orders: OrderTable
  ) -> TrendBoard {
    let key = Key(day: day, channel: channel)
    if channel < 0 {
      if let place = wholes.place(of: key) { return wholes.entries[place].value }
    } else if let place = boards.place(of: key) {
      return boards.entries[place].value
    }
    let board = TrendBoard(day: day, channel: channel, baskets: baskets, orders: orders)
    countedBoards += 1
    if channel < 0 { wholes.insert(board, for: key) } else { boards.insert(board, for: key) }
    return board
  }

  /// The ranking of that day and channel, with `order` holding so many items. O(1) while nothing
  /// changes, else O(items).
  mutating func ranking(
    at now: Instant, channel: Int32, atLeast count: Int, revision: UInt64, baskets: BasketIndex,
    orders: OrderTable, names: NameTable
  ) -> Popularity {
    let day = TrendBoard.day(of: now)
    let key = Key(day: day, channel: channel)
    if let place = rankings.place(of: key) {
      if rankings.entries[place].value.revision == revision {
        return rankings.update(at: place) { entry in
          entry.ranking.extend(to: count, names: names)
          return entry.ranking
        }
      }
      rankings.remove(at: place)
    }
    let all = board(day: day, channel: -1, baskets: baskets, orders: orders)
    let own =
      channel < 0 ? nil : board(day: day, channel: channel, baskets: baskets, orders: orders)
    var ranking = Popularity(all: all, channel: own, baskets: baskets)
    ranking.extend(to: count, names: names)
    rankings.insert((revision: revision, ranking: ranking), for: key)
    return ranking
  }
}
