import Shop

// How the ranking of what sells stays fresh
// -----------------------------------------
// A share is worked out from the boards' integers when it is asked for: no array of shares is made
// for each new order. The order of the best is kept, as many as were asked for:
//
//   one board, orders came since     the best are among the former best and the items of those
//                                    orders, since nothing else grew: both are merged
//   one board, an order went since   all items are looked at
//   a channel's board too            all items are looked at: what the whole shop's board adds to a
//                                    channel's changes in proportion with every order
//
// A ranking that lies by gives its boards back before an order comes, so that the boards are
// written in place.

/// What sells, as one number per item: the share of recent baskets in the channel, shrunken to the
/// share in all channels; where no basket is recent, the share of all baskets ever.
///
/// It is what a customer without any history is shown, and the small floor under everyone else's
/// scores.
struct Popularity: Sendable {
  /// Weight of the whole shop's trend beside a channel's own, in baskets of today.
  static let channelPriorBaskets = 50.0

  /// The items of the largest shares, the best first, ties by id: as many as were asked for.
  /// Sorting all items for each new order would cost more than the rest of an answer.
  private(set) var order: [Int32] = []
  /// Whether `order` holds all there are.
  private var isComplete = false
  let isRecent: Bool
  /// How many items have stood in a basket, at most.
  private let itemCount: Int
  /// The weights of all recent baskets; where none is, the number of all baskets that hold each
  /// item.
  private let scores: [Int64]
  private let total: Double
  private let freshScores: [Int64]
  private let freshTotal: Double
  private let channelScores: [Int64]
  private let channelTotal: Double
  private let hasChannel: Bool

  /// Of nothing.
  init() {
    (isRecent, hasChannel, itemCount) = (false, false, 0)
    (scores, total, channelScores, channelTotal) = ([], 1, [], 0)
    (freshScores, freshTotal) = ([], 0)
  }

  /// O(1), or O(items) where no basket is recent.
  init(all: TrendBoard, channel: TrendBoard?, baskets: BasketIndex) {
    itemCount = baskets.itemBound
    isRecent = all.totalWeight > 0
    hasChannel = isRecent && channel != nil
    freshScores = all.freshScores
    freshTotal = Double(all.freshTotalWeight)
    channelScores = channel?.scores ?? []
    channelTotal = Double(channel?.totalWeight ?? 0)
    if isRecent {
      scores = all.scores
      total = Double(all.totalWeight)
    } else {
      scores = (0..<Int32(itemCount)).map { Int64(baskets.count(of: $0)) }
      total = Double(max(1, baskets.basketCount))
    }
  }

  /// The item's share of the baskets of the last days, in all channels; 0 where there are none.
  func freshShare(of item: Int32) -> Double {
    let item = Int(item)
    return item < freshScores.count && freshTotal > 0 ? Double(freshScores[item]) / freshTotal : 0
  }

  /// Above zero for every item that stands in a basket that counts.
  func share(of item: Int32) -> Double {
    let item = Int(item)
    let share = item < scores.count ? Double(scores[item]) / total : 0
    if !hasChannel { return share }
    let own = Double(item < channelScores.count ? channelScores[item] : 0)
    let prior = Popularity.channelPriorBaskets * TrendBoard.fullWeight
    return (own + prior * share) / (channelTotal + prior)
  }

  /// What items are put in order by: the integer where there is one, else the share.
  private func key(of item: Int32) -> Double {
    if hasChannel { return share(of: item) }
    return Int(item) < scores.count ? Double(scores[Int(item)]) : 0
  }

  /// Brings `order` to so many items, or to all there are. O(items) where it has fewer.
  mutating func extend(to count: Int, names: NameTable) {
    if order.count >= count || isComplete { return }
    var candidates: [Ranked] = []
    for item in 0..<Int32(itemCount) {
      let key = key(of: item)
      if key > 0 { candidates.append(Ranked(item: item, score: key)) }
    }
    var queue = RankedQueue(candidates, expected: (count + 1) / 2)
    order.removeAll(keepingCapacity: true)
    while order.count < count, let next = queue.next(names) { order.append(next.item) }
    isComplete = order.count == candidates.count
  }

  /// Takes over the order of a ranking of before, to which nothing happened but that these items
  /// sold more. O(both).
  mutating func take(order former: [Int32], grown items: [Int32], names: NameTable) {
    if former.isEmpty || hasChannel || !isRecent { return }
    let both = Set(former).union(items)
    order = RankedQueue.sorted(both.map { Ranked(item: $0, score: key(of: $0)) }, names)
      .prefix(former.count).map(\.item)
  }
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

  /// A ranking, or what is left of one that orders came after.
  private struct Kept: Sendable {
    var ranking: Popularity?
    var order: [Int32] = []
    /// Items that sold more since.
    var grown: [Int32] = []

    /// Gives the boards back. More items than are worth merging end the order too.
    mutating func change(_ basket: BasketItems, sign: Int64) {
      if let ranking { order = ranking.order }
      ranking = nil
      if sign < 0 || grown.count + basket.count > Kept.maximumGrownCount {
        order = []
        grown = []
      } else if !order.isEmpty {
        grown.append(contentsOf: basket)
      }
    }

    static let maximumGrownCount = 1_024
  }

  private struct Key: Equatable, Sendable {
    var day: Int64
    var channel: Int32
  }

  private var wholes = RecentlyUsed<Key, TrendBoard>(capacity: maximumWholeCount)
  private var boards = RecentlyUsed<Key, TrendBoard>(capacity: maximumBoardCount)
  private var rankings = RecentlyUsed<Key, Kept>(capacity: maximumBoardCount)
  /// How many boards were counted from all orders so far.
  package private(set) var countedBoards = 0

  package init() {}

  /// A basket came (`sign` 1) or went (-1).
  package mutating func add(
    _ basket: BasketItems, of order: Int32, orders: OrderTable, sign: Int64
  ) {
    for place in rankings.entries.indices {
      rankings.update(at: place) { $0.change(basket, sign: sign) }
    }
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
  /// changes, O(orders since) for all channels, else O(items).
  mutating func ranking(
    at now: Instant, channel: Int32, atLeast count: Int, baskets: BasketIndex, orders: OrderTable,
    names: NameTable
  ) -> Popularity {
    let day = TrendBoard.day(of: now)
    let key = Key(day: day, channel: channel)
    let place = rankings.place(of: key)
    if let place, var ranking = rankings.entries[place].value.ranking {
      if ranking.order.count < count {
        ranking.extend(to: count, names: names)
        rankings.update(at: place) { $0.ranking = ranking }
      }
      return ranking
    }
    let all = board(day: day, channel: -1, baskets: baskets, orders: orders)
    let own =
      channel < 0 ? nil : board(day: day, channel: channel, baskets: baskets, orders: orders)
    var ranking = Popularity(all: all, channel: own, baskets: baskets)
    if let place {
      let kept = rankings.entries[place].value
      ranking.take(order: kept.order, grown: kept.grown, names: names)
    }
    ranking.extend(to: count, names: names)
    if let place {
      rankings.update(at: place) { $0 = Kept(ranking: ranking) }
    } else {
      rankings.insert(Kept(ranking: ranking), for: key)
    }
    return ranking
  }
}
