import Affinity
import Foundation
import Shop
import TestSupport
import Testing
import Wire

/// `train` and `evaluate`, and the ranker that ships.
@Suite struct LearningTests {
  @Test func theShippedTreesAreThoseOfModels() throws {
    let bytes = [UInt8](try Data(contentsOf: PackageRoot.url(of: "Models/ranking.json")))
    let scanner = JSONScanner(limits: Limits())
    let value = try bytes.withUnsafeBufferPointer { try scanner.scan($0).value() }
    #expect(try Ranker(value) == Ranker.standard)
    for kind in Ranker.Kind.allCases { #expect(Ranker.standard.models[kind] != nil) }
  }

  @Test func longWorkSaysHowFarItIsAndWhatCameOfIt() throws {
    let world = try SampleWorld()
    let trained = try world.shop.result("train", #"{"work":"train-1"}"#)
    #expect(trained["state"]?.text == "done" && trained["progress"]?.double == 1)
    #expect(trained["result"]?["kept"]?.flag == false)
    let next = trained["result"]?["kinds"]?["next"]
    #expect(next?["outcome"]?.text == "too_few_questions")
    let judged = try world.shop.result("evaluate", #"{"share":1}"#)
    let mix = judged["result"]?["kinds"]?["next"]?["mix"]
    // Eight orders of two customers: each after the first is a question.
    #expect(mix?["questions"]?.double == 6)
    for name in ["recall_10", "ndcg_10", "repeat_recall_10", "coverage"] {
      let value = try #require(mix?[name]?.double)
      #expect((0...1).contains(value), "\(name)")
    }
    let unknown = try world.shop.failure("train", #"{"work":"train-9"}"#)
    #expect(unknown.reason == "unknown_work" && unknown.path == "work")
    let aimless = try world.shop.failure("train", #"{"cancel":true}"#)
    #expect(aimless.path == "cancel")
  }
}
