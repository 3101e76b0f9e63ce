// The tape: one text's values as a flat list of 16-byte entries in the order in which they begin.
//
// A container's entry is followed by the entries of what it holds: for an object name, value, name,
// value … `next` is the index of the entry after all of that, so a reader steps over a value of any
// size in O(1), and no list of children is ever allocated. Scalars are not decoded: an entry says
// where the text of the value is, and whoever wants the value decodes it there.
//
// While a container is open its `next` holds the index of the container around it. That chain is
// the scanner's stack: nesting costs no memory beyond the tape and no recursion.

/// What an entry is. `escapedString` is a string whose text is not yet its content.
struct TapeTag: Equatable {
  let rawValue: UInt32

  static var null: TapeTag { TapeTag(rawValue: 0) }
  static var `false`: TapeTag { TapeTag(rawValue: 1) }
  static var `true`: TapeTag { TapeTag(rawValue: 2) }
  static var integer: TapeTag { TapeTag(rawValue: 3) }
  static var number: TapeTag { TapeTag(rawValue: 4) }
  static var string: TapeTag { TapeTag(rawValue: 5) }
  static var escapedString: TapeTag { TapeTag(rawValue: 6) }
  static var array: TapeTag { TapeTag(rawValue: 7) }
  static var object: TapeTag { TapeTag(rawValue: 8) }

  var isContainer: Bool { rawValue >= TapeTag.array.rawValue }
}

struct TapeEntry {
  /// Offset of the value's text; for a string of its content, after the quote.
  var start: UInt32
  private var lengthAndTag: UInt32
  /// Index of the entry after this value and all that it holds.
  var next: UInt32
  /// Elements of an array, members of an object; 0 for all else.
  var count: UInt32

  /// Lengths have 28 bits. 268 MB in one line is beyond what anybody should send.
  static var maximumLength: Int { (1 << 28) - 1 }

  @inline(__always)
  init(start: Int, length: Int, tag: TapeTag, next: Int, count: UInt32 = 0) {
    self.start = UInt32(truncatingIfNeeded: start)
    lengthAndTag = UInt32(truncatingIfNeeded: length) | tag.rawValue &<< 28
    self.next = UInt32(truncatingIfNeeded: next)
    self.count = count
  }

  /// Length of the text in bytes, for a string without quotes; 0 for a container still open.
  var length: Int { Int(lengthAndTag & 0x0FFF_FFFF) }
  var tag: TapeTag { TapeTag(rawValue: lengthAndTag &>> 28) }
}

/// A scanned text with its tape: what `JSON` views point to. Lives on the heap, owned by a scanner.
struct Document {
  var bytes: UnsafePointer<UInt8>
  var entries: UnsafeMutablePointer<TapeEntry>
  var capacity: Int
  var count: Int
  /// Counts scans; a view from an earlier one is caught by an assertion in debug builds.
  var generation: UInt32
  /// The value at which paths begin, and what they call it.
  var pathRoot: Int
  var rootName: StaticString
  /// Where the last path was found; see `JSON.path`.
  var pathCursor: PathCursor?

  /// Entry 0 is an empty object that stands for parameters that were not sent.
  static var absentIndex: Int { 0 }
  static var rootIndex: Int { 1 }

  /// A capacity that is kept between texts; what a larger text needed is given back afterwards.
  static var retainedCapacity: Int { 1 << 16 }

  static var emptyText: UnsafePointer<UInt8> { ("{}" as StaticString).utf8Start }

  init() {
    bytes = Document.emptyText
    capacity = 256
    entries = .allocate(capacity: capacity)
    count = 1
    generation = 0
    pathRoot = Document.rootIndex
    rootName = "params"
    pathCursor = nil
    entries.initialize(to: TapeEntry(start: 0, length: 0, tag: .object, next: 1))
  }

  /// Makes room for `needed` entries and forgets those there are, bar the first.
  mutating func prepare(capacity needed: Int) {
    let isWasteful = capacity > Document.retainedCapacity && needed <= Document.retainedCapacity
    if needed > capacity || isWasteful {
      entries.deallocate()
      capacity = max(needed, min(capacity &* 2, Document.retainedCapacity))
      entries = .allocate(capacity: capacity)
      entries.initialize(to: TapeEntry(start: 0, length: 0, tag: .object, next: 1))
    }
    count = 1
    generation &+= 1
    pathRoot = Document.rootIndex
    pathCursor = nil
  }
}
