import Affinity
import Engine
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

  /// What is learned from fits into the memory that is left; where hardly any is, nothing starts.
  @Test func trainingAsksForNoMoreMemoryThanThereIs() throws {
    let limit = 1 << 30
    let memory = Memory()
    let surroundings = Surroundings(
      zoneFile: { TestShop.zoneFile($0) }, randomBits: { 7 },
      limits: Limits(maximumMemoryBytes: limit),
      storageStatus: {
        $0.key("kind"); $0.null()
      },
      residentBytes: { memory.residentBytes }, version: "0.1.0")
    let shop = TestShop(engine: Engine(surroundings: surroundings), now: TestShop.start)
    let orders = (0..<2_000).map { number in
      let items = ["a\(number % 7)", "b\(number % 3)"].map {
        #"{"item":"\#($0)","quantity":1,"unit_price":100}"#
      }
      let day = "2025-\(10 + number / 1_000)-\(10 + number / 50 % 20)"
      return
        #"{"id":"o\#(number)","customer":"c\#(number % 40)","time":"\#(day)T10:00:00Z","#
        + #""lines":[\#(items.joined(separator: ","))]}"#
    }
    try shop.result("shop.configure", #"{"currency":"CNY","timezone":"Asia/Shanghai"}"#)
    try shop.result("orders.put", #"{"orders":[\#(orders.joined(separator: ","))]}"#)
    func questions(_ reply: Value) -> Double {
      let next = reply["result"]?["kinds"]?["next"]
      return (next?["learned_questions"]?.double ?? 0) + (next?["held_out_questions"]?.double ?? 0)
    }
    let all = try shop.result("train", "{}")
    #expect(questions(all) > 900)
    memory.residentBytes = limit - 22_000_000
    let some = try shop.result("train", "{}")
    #expect((300...800).contains(questions(some)), "\(questions(some))")
    memory.residentBytes = limit - 1_000_000
    let refused = try shop.failure("train", "{}")
    #expect(refused.reason == "memory_limit")
    // To ask how far it is takes no memory.
    let asked = try shop.result("train", #"{"work":"train-2"}"#)
    #expect(questions(asked) == questions(some))
  }
}

private final class Memory {
  var residentBytes = 0
}
