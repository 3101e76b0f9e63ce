import Shop
import Wire

/// One method of the protocol: what it is called, what it takes and gives, and how it is answered.
///
/// A new method is one new file under `Methods/` and one line in `Methods.all`. Reading params,
/// checking them, and only then committing facts is the order in every method: nothing is half
/// applied, since nothing that can fail comes after the first commit.
package protocol Method: SendableMetatype {
  static var name: String { get }
  /// One sentence.
  static var summary: String { get }
  static var parameters: [Field] { get }
  static var result: Shape { get }
  /// Whether it may put facts into the log; a read-only process refuses those.
  static var writes: Bool { get }
  /// Whether a call with these params would: `writes`, unless the method can also just look.
  static func writes(_ parameters: JSON) -> Bool
  /// Whether a `key` makes a retry give the stored reply.
  static var isKeyed: Bool { get }
  /// Whether it frees more memory than it takes: allowed where nothing else is that writes.
  static var frees: Bool { get }
  /// The bytes that the record of such a call may have beyond what follows from the length of its
  /// params; `RecordBound` says which.
  static func addedRecordBytes(_ engine: borrowing Engine, _ parameters: JSON) -> Int

  /// Answers one call: reads `call`, changes `engine` by committing facts, writes one value to
  /// `reply`.
  ///
  /// - Throws: `ParameterError`, `RecordProblem` or `RPCError`; the engine maps each to a JSON-RPC
  /// error, once.
  static func answer(_ engine: inout Engine, _ call: Call, _ reply: inout JSONWriter) throws
}

extension Method {
  package static var writes: Bool { false }
  package static func writes(_ parameters: JSON) -> Bool { writes }
  package static var isKeyed: Bool { false }
  package static var frees: Bool { false }
}

/// One call of a method, as it came in.
package struct Call {
  /// The params, an object; an absent `params` is an empty one.
  package let parameters: JSON
  /// When the request came in, stamped once by the loop.
  package let now: Instant

  /// A reader over the params that refuses what is not asked for.
  package func reader() throws(ParameterError) -> JSONObjectReader { try parameters.object() }

  /// The moment that the question is asked of: `at` where it is given, else now.
  package func viewpoint(at moment: Instant?) -> Viewpoint {
    moment.map { Viewpoint(asOf: $0) } ?? Viewpoint(now: now)
  }

  /// The moment at which coupons are issued for a question as of then: that one, but never one
  /// ahead of now. A coupon of the future would take a place that is taken today.
  package func issueMoment(from viewpoint: Viewpoint) -> Instant { min(viewpoint.now, now) }
}
