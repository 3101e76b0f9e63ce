import Affinity
import Shop
import Wire

extension Ranker {
  /// The ranker that ships, fitted on several shops; `Models/ranking.json` is the same text.
  package static let standard: Ranker = {
    let scanner = JSONScanner()
    let bytes = Array(StandardRanking.text.utf8)
    return bytes.withUnsafeBufferPointer { bytes in
      guard let root = try? scanner.scan(bytes), let value = try? root.value(),
        let ranker = try? Ranker(value)
      else { preconditionFailure("the ranker that ships reads") }
      return ranker
    }
  }()

  /// As a model file has it: JSON.
  package var json: [UInt8] {
    var writer = JSONWriter()
    writer.value(value)
    return writer.bytes
  }
}

extension Engine {
  /// What is in use: the shop's own, or else the one that ships.
  package var ranker: Ranker { ownRanker ?? Ranker.standard }
}
