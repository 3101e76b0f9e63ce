import Shop
import Synchronization
import Wire

// How long work runs beside the loop
// ----------------------------------
// A call that would take seconds starts work on a thread of its own and is answered at once with
// the work's name; asked again with that name, it says how far the work is, and in the end what
// came of it. So replies keep the order of the requests, nothing but replies is written, and a
// `recommend` never waits. The thread looks at a copy of the shop that was taken when it started:
// columns share their memory until the loop writes to one, which then takes a copy of its own, once
// for each column that the next write touches.
//
// Work that has something to keep (a fitted ranker, a lifetime model) is taken over between two
// requests, on the loop's thread, as a fact like any other.

/// One piece of long work: the loop's and the thread's view of it.
package final class LongWork: @unchecked Sendable {
  /// What the thread made.
  enum Product: Sendable {
    case ranker(RankerFitting.Result)
    case evaluation(RankReport)
    case members(MemberFitting.Result)

    /// What is to be kept of it.
    var facts: [Fact] {
      switch self {
      case .ranker(let result): result.isBetter ? [.ranker(result.ranker.value)] : []
      case .evaluation: []
      case .members(let result): result.facts
      }
    }
  }

  let name: String
  private let thousandths = Atomic<Int>(0)
  private let isCancelled = Atomic<Bool>(false)
  private let isOver = Atomic<Bool>(false)
  /// Written by the thread before `isOver`, and read by the loop after it.
  private var product: Product?

  init(name: String) { self.name = name }

  /// Runs on the thread.
  func run(_ body: ((Double) -> Bool) throws -> Product) {
    product = try? body { share in
      thousandths.store(Int(max(0, min(1, share)) * 1_000), ordering: .relaxed)
      return !isCancelled.load(ordering: .relaxed)
    }
    isOver.store(true, ordering: .releasing)
  }

  func cancel() { isCancelled.store(true, ordering: .relaxed) }

  /// 0 to 1.
  var progress: Double { Double(thousandths.load(ordering: .relaxed)) / 1_000 }

  /// What was made, once the work is over and was not cancelled.
  var result: Product? { isOver.load(ordering: .acquiring) ? product : nil }

  var state: String {
    guard isOver.load(ordering: .acquiring) else { return "running" }
    return product == nil ? "cancelled" : "done"
  }

  var isRunning: Bool { !isOver.load(ordering: .acquiring) }
}

/// The long work of a process: what runs, and the last that was done of each kind.
package struct LongWorkBook {
  private var works: [String: LongWork] = [:]
  private var count = 0
  /// By kind, the work whose product was taken over already.
  private var adopted: [String: String] = [:]

  /// The newest work of a kind.
  subscript(kind: String) -> LongWork? { works[kind] }

  /// Starts work of a kind, none of which is running.
  ///
  /// - Returns: nil where the system gives no thread.
  mutating func start(
    _ kind: String, on thread: (@escaping @Sendable () -> Void) -> Bool,
    _ body: @escaping @Sendable ((Double) -> Bool) throws -> LongWork.Product
  ) -> LongWork? {
    count += 1
    let work = LongWork(name: "\(kind)-\(count)")
    guard thread({ work.run(body) }) else { return nil }
    works[kind] = work
    return work
  }

  /// The kinds of work that may have something to keep.
  private static let keeping = [Train.name, MembersFit.name]

  /// Work that is done and has something to keep that is not in use yet.
  var finished: (kind: String, facts: [Fact])? {
    for kind in Self.keeping {
      guard let work = works[kind], work.name != adopted[kind], let facts = work.result?.facts,
        !facts.isEmpty
      else { continue }
      return (kind, facts)
    }
    return nil
  }

  mutating func noteAdopted(_ kind: String) { adopted[kind] = works[kind]?.name }
}

extension Engine {
  /// Answers a call about long work: starts it, or says how far it is.
  ///
  /// - Parameter body: reads the other params and makes the work; told whether it is to start, and
  /// throws where there is no room for it.
  mutating func answerLongWork(
    _ kind: String, _ reader: inout JSONObjectReader, _ reply: inout JSONWriter,
    _ body: (inout JSONObjectReader, ShopPast, _ isStart: Bool) throws
      -> (@Sendable ((Double) -> Bool) throws -> LongWork.Product)
  ) throws {
    let name = try reader.optionalIdentifier("work")
    let isCancelled = try reader.optionalBool("cancel") ?? false
    var work = works[kind]
    let isStart = name == nil && !isCancelled && work?.isRunning != true
    let make = try body(&reader, past, isStart)
    try reader.finish()
    if let name {
      guard let known = work, known.name == name else {
        throw RPCError(
          code: RPCError.Code.notFound, reason: "unknown_work",
          message: "no work \(name) is known; start some by leaving work out", path: "work")
      }
      if isCancelled { known.cancel() }
    } else if isCancelled {
      throw reader.failure(at: "cancel", "missing", "say which work to cancel, in work")
    } else if isStart {
      work = works.start(kind, on: surroundings.startThread, make)
    }
    guard let work else {
      throw RPCError(
        code: RPCError.Code.refused, reason: "no_thread",
        message: "the system gives no thread for this now; try again later")
    }
    reply.beginObject()
    reply.key("work")
    reply.string(work.name)
    reply.key("state")
    reply.string(work.state)
    reply.key("progress")
    reply.number(work.result == nil ? work.progress : 1, decimals: 3)
    if let result = work.result {
      reply.key("result")
      switch result {
      case .ranker(let fitted):
        reply.beginObject()
        reply.key("kept")
        reply.bool(fitted.isBetter)
        reply.key("kinds")
        fitted.write(to: &reply)
        reply.endObject()
      case .evaluation(let report): report.write(to: &reply)
      case .members(let result): reply.value(result.report)
      }
    }
    reply.endObject()
  }
}
