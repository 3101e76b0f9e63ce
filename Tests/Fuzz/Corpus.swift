import Foundation
import TestSupport

/// Valid input to start from.
enum Corpus {
  /// Every request of the contract's executable examples, as bytes: each method with and without
  /// each of its parameters, envelopes, batches and broken lines.
  static let lines: [[UInt8]] = transcripts.joined() + more

  /// The same, one conversation after the other. In the place of a random text stands `{"$use":…}`.
  static let transcripts: [[[UInt8]]] = {
    let folder = PackageRoot.url(of: "Protocol/Transcripts")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { name in
      let file = folder.appendingPathComponent(name)
      let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
      return text.split(separator: "\n").compactMap { line in
        let bytes = Array(line.utf8)
        guard let step = try? StrictJSON.read(bytes) else { return nil }
        if let request = step["request"] { return Array(bytes[request.range]) }
        return step["line"]?.string.map { Array($0.utf8) }
      }
    }
  }()

  private static let more: [[UInt8]] = [
    #"{"jsonrpc":"2.0","id":"a\u00e9\ud834\udd1e","method":"recommend","params":{"k":-1.5e+3,"x":[true,false,null,"é中🧾"]}}"#,
    #"{"jsonrpc":"2.0","method":"orders.put","params":{"orders":[{"id":"o-1","customer":"c-1","time":"2026-03-01T10:00:00+08:00","lines":[{"item":"tea","quantity":2,"unit_price":1290}]}],"atomic":true}}"#,
    #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"ping"},7,{"jsonrpc":"2.0","id":null,"method":"status","params":{}}]"#,
    #"{"id":1.50E+03,"jsonrpc":"2.0","params":{},"method":"ping"}"#,
    #"{"jsonrpc":"2.0","id":"x","method":"segments.put","params":{"segments":[{"id":"s","where":{"$and":[{"tier":{"$in":["high"]}},{"recency_days":{"$gte":60}},{"$not":{"name":{"$regex":"^a.*b$"}}}]}}]}}"#,
    "  [ ] ", "{}", "\"\"", "0", "-0.0e-0", "null", "[[[[1]]],{\"a\":{\"\":[]}}]",
  ].map { Array($0.utf8) }

  static func random(using generator: inout SeededGenerator) -> [UInt8] {
    lines[generator.integer(in: 0...lines.count - 1)]
  }

  /// A line of the corpus, most times changed.
  static func mutated(using generator: inout SeededGenerator) -> [UInt8] {
    Mutation.mutate(random(using: &generator), corpus: lines, using: &generator)
  }
}
