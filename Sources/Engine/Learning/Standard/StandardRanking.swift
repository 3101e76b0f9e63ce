// Written by Tests/Benchmarks/ship-ranking.py; Models/ranking.json holds the same.

/// The ranker that ships, as a model file has it.
enum StandardRanking {
  static let features = #"""
    ["basket_size","customer_baskets","customer_basket_size","customer_repeat_share","own_count",
    "own_share","own_weight","own_rank","own_due_baskets","own_due_days","repeat_share",
    "recent_share","overall_share","trend","fresh_share","surge","basket_evidence","basket_best",
    "basket_relative","history_evidence","history_best","history_relative","newest_evidence",
    "similar_evidence","similar_relative","similar_share","category_share","browsed","recall_score",
    "recall_relative"]
    """#

  static var basket: String { basket1 + basket2 }
  static var next: String { next1 + next2 }
  static var explore: String { explore1 + explore2 }

  static var text: String {
    #"{"features":\#(features),"kinds":{"basket":\#(basket),"#
      + #""next":\#(next),"explore":\#(explore)}}"#
  }
}
