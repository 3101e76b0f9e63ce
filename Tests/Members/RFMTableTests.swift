import Members
import Shop
import TestSupport
import Testing

@Suite struct RFMTableTests {
  private func table(_ classes: Value) throws -> MemberRules {
    try MemberRules(
      .object([.init(name: "rfm", value: .object([.init(name: "classes", value: classes)]))]),
      over: .standard, now: .earliest)
  }

  private func box(_ r: [Int64], _ f: [Int64] = [1, 5], _ m: [Int64] = [1, 5]) -> Value {
    func range(_ ends: [Int64]) -> Value { .array(ends.map(Value.integer)) }
    return .object([
      .init(name: "recency", value: range(r)), .init(name: "frequency", value: range(f)),
      .init(name: "monetary", value: range(m)),
    ])
  }

  private func entry(_ id: String, _ boxes: Value...) -> Value {
    .object([.init(name: "id", value: .string(id)), .init(name: "boxes", value: .array(boxes))])
  }

  @Test func aPartitionNamesEveryScoreOnce() throws {
    let rules = try table(
      .array([
        entry("new", box([4, 5], [1, 2])),
        entry("old", box([1, 3]), box([4, 5], [3, 5], [1, 4])),
        entry("best", box([4, 5], [3, 5], [5, 5])),
      ]))
    var counts: [String: Int] = [:]
    for r in 1...5 {
      for f in 1...5 {
        for m in 1...5 {
          let name = rules.rfm.name(of: RFMScores(recency: r, frequency: f, monetary: m))
          let expected = r <= 3 ? "old" : f <= 2 ? "new" : m == 5 ? "best" : "old"
          #expect(name == expected)
          counts[name, default: 0] += 1
        }
      }
    }
    #expect(counts == ["new": 20, "old": 75 + 24, "best": 6])
  }

  @Test func gapsAndOverlapsAreNamed() {
    func failure(_ classes: Value) -> RecordProblem? {
      do throws(RecordProblem) {
        _ = try MemberRules(
          .object([.init(name: "rfm", value: .object([.init(name: "classes", value: classes)]))]),
          over: .standard, now: .earliest)
        return nil
      } catch { return error }
    }
    let gap = failure(.array([entry("a", box([1, 2])), entry("b", box([4, 5]))]))
    #expect(gap?.reason == "gap" && gap?.path == "rfm.classes")
    #expect(gap?.message == "no class holds recency 3, frequency 1, monetary 1")
    let overlap = failure(.array([entry("a", box([1, 3])), entry("b", box([3, 5]))]))
    #expect(overlap?.reason == "overlap")
    #expect(overlap?.message == "recency 3, frequency 1, monetary 1 is held by a and b")
    #expect(
      failure(.array([entry("a", box([1, 5])), entry("a", box([1, 5]))]))?.reason == "conflict")
    #expect(failure(.array([entry("a", box([0, 5]))]))?.path == "rfm.classes[0].boxes[0].recency")
    #expect(failure(.array([entry("a", box([5, 4]))]))?.reason == "out_of_range")
    #expect(failure(.array([]))?.reason == "wrong_type")
    #expect(failure(.array([entry("a", box([1, 5]))])) == nil)
    #expect(failure(.null) == nil)
  }

  /// Random tables: accepted if and only if each of the 125 scores lies in one box, counted here.
  @Test(arguments: UInt64(1)...40)
  func acceptedIsWhatPartitions(seed: UInt64) {
    var numbers = SeededGenerator(seed: seed)
    func range() -> [Int64] {
      let low = Int64.random(in: 1...5, using: &numbers)
      return [low, Int64.random(in: low...5, using: &numbers)]
    }
    // Cuts of one box into two keep a partition; sometimes one part is bent.
    var boxes: [[[Int64]]] = [[[1, 5], [1, 5], [1, 5]]]
    for _ in 0..<Int.random(in: 1...6, using: &numbers) {
      let index = Int.random(in: 0..<boxes.count, using: &numbers)
      let axis = Int.random(in: 0..<3, using: &numbers)
      let ends = boxes[index][axis]
      if ends[0] == ends[1] { continue }
      let cut = Int64.random(in: ends[0]..<ends[1], using: &numbers)
      var upper = boxes[index]
      upper[axis] = [cut + 1, ends[1]]
      boxes[index][axis] = [ends[0], cut]
      boxes.append(upper)
    }
    if seed.isMultiple(of: 2) { boxes[0][Int.random(in: 0..<3, using: &numbers)] = range() }
    var isPartition = true
    for r in Int64(1)...5 {
      for f in Int64(1)...5 {
        for m in Int64(1)...5 {
          let holding = boxes.count { box in
            zip(box, [r, f, m]).allSatisfy { $0[0] <= $1 && $1 <= $0[1] }
          }
          if holding != 1 { isPartition = false }
        }
      }
    }
    let classes = Value.array(
      boxes.enumerated().map { entry("c\($0)", box($1[0], $1[1], $1[2])) })
    #expect(((try? table(classes)) != nil) == isPartition, "seed \(seed)")
  }

  @Test func thresholdsScoreWithoutOthers() throws {
    func numbers(_ list: [Int64]) -> Value { .array(list.map(Value.integer)) }
    let thresholds = Value.object([
      .init(name: "recency_days", value: numbers([30, 90, 180, 365])),
      .init(name: "orders", value: numbers([2, 3, 5, 10])),
      .init(name: "spend", value: numbers([10_000, 20_000, 50_000, 100_000])),
    ])
    func rules(_ thresholds: Value) throws -> MemberRules {
      try MemberRules(
        .object([
          .init(name: "rfm", value: .object([.init(name: "thresholds", value: thresholds)]))
        ]), over: .standard, now: .earliest)
    }
    let found = try rules(thresholds).rfm.thresholds
    #expect(found?.recencyDays == [30, 90, 180, 365] && found?.spend.last == 100_000)
    #expect(
      try MemberRules(.object([]), over: rules(thresholds), now: .earliest).rfm.thresholds == found)
    #expect(try rules(.null).rfm.thresholds == nil)
    #expect(throws: RecordProblem.self) { try rules(.object([])) }
  }
}
