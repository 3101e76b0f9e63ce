/// The text of `Models/ranking.json`.
enum StandardRanking {
  static let text = #"{"features":[],"kinds":{}}"#
}
