// The writer appends tokens to a buffer of its own that is kept from reply to reply. Commas come by
// themselves: one flag says whether something precedes at this level. One bit per level says
// whether it is an object.
//
// The calls of one reply must add up to one value. A call that cannot stand where it is made (a
// value without a name in an object, an end too many, a second value) writes nothing and marks the
// text as broken, for good. Whoever hands out the writer looks at `isComplete` and puts an error in
// the place of a text that is not: a slip in one method costs its reply, not the process or the
// framing.

/// Writes one JSON value, compact, on one line, in valid UTF-8.
package struct JSONWriter: ~Copyable {
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// Length of what was written, in bytes.
  package private(set) var count = 0
  private var state = State()

  fileprivate struct State {
    var depth = 0
    /// One bit a level, the innermost lowest: set where it is an object.
    var objects: UInt128 = 0
    var isInObject = false
    /// Whether something precedes at this level.
    var needsComma = false
    /// Whether a name was written whose value is due.
    var awaitsValue = false
    var isBroken = false
  }

  /// A place to come back to.
  package struct Mark {
    fileprivate var count: Int
    fileprivate var state: State
  }

  /// How deep objects and arrays may nest; a deeper one breaks the text.
  package static var maximumDepth: Int { UInt128.bitWidth }

  private static var retainedCapacity: Int { 1 << 20 }

  package init(capacity: Int = 1_024) {
    self.capacity = max(64, capacity)
    buffer = .allocate(capacity: self.capacity)
  }

  deinit { buffer.deallocate() }

  // MARK: What was written

  /// Whether exactly one whole value was written.
  package var isComplete: Bool {
    state.depth == 0 && state.needsComma && !state.awaitsValue && !state.isBroken
  }

  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(start: buffer, count: count))
  }

  /// A copy of the text's bytes.
  package var bytes: [UInt8] { withBytes { Array($0) } }

  /// A copy of the text.
  package var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }

  /// Begins anew, in the same buffer unless that has grown beyond the usual.
  package mutating func removeAll() {
    count = 0
    state = State()
    guard capacity > JSONWriter.retainedCapacity else { return }
    buffer.deallocate()
    capacity = JSONWriter.retainedCapacity
    buffer = .allocate(capacity: capacity)
  }

  /// The place where the text ends now.
  package var mark: Mark { Mark(count: count, state: state) }

  /// Takes back all that was written after the mark. The mark must be this text's.
  package mutating func rewind(to mark: Mark) {
    guard mark.count <= count else {
      state.isBroken = true
      return
    }
    count = mark.count
    state = mark.state
  }

  // MARK: Objects and arrays

  package mutating func beginObject() { begin(isObject: true) }
  package mutating func endObject() { end(isObject: true) }
  package mutating func beginArray() { begin(isObject: false) }
  package mutating func endArray() { end(isObject: false) }

  @inline(__always)
  private mutating func begin(isObject: Bool) {
    guard state.depth < JSONWriter.maximumDepth else {
      state.isBroken = true
      return
    }
    guard beginValue(reserving: 1) else { return }
    state.depth &+= 1
    state.objects = state.objects &<< 1 | (isObject ? 1 : 0)
    state.isInObject = isObject
    state.needsComma = false
    put(unchecked: isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
  }

  @inline(__always)
  private mutating func end(isObject: Bool) {
    guard state.depth > 0, state.isInObject == isObject, !state.awaitsValue else {
      state.isBroken = true
      return
    }
    state.depth &-= 1
    state.objects = state.objects &>> 1
    state.isInObject = state.objects & 1 == 1
    state.needsComma = true
    reserve(1)
    put(unchecked: isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
  }

  /// Writes a member's name. It must hold nothing that needs an escape sequence.
  package mutating func key(_ name: StaticString) {
    let length = name.utf8CodeUnitCount
    guard beginName(reserving: length &+ 3) else { return }
    let target = tail
    target[0] = UInt8(ascii: "\"")
    Words.copy(name.utf8Start, to: target + 1, count: length)
    target[length &+ 1] = UInt8(ascii: "\"")
    target[length &+ 2] = UInt8(ascii: ":")
    advance(length &+ 3)
  }

  /// Writes a member's name that is only known now.
  package mutating func key(dynamic name: String) {
    guard beginName(reserving: 0) else { return }
    quote(name)
    put(UInt8(ascii: ":"))
  }

  // MARK: Parts that the extensions share

  @inline(__always)
  private mutating func beginName(reserving length: Int) -> Bool {
    guard beginMembers(reserving: length) else { return false }
    state.awaitsValue = true
    return true
  }

  /// Writes what separates a member from those before it and makes room for `length` bytes; false
  /// where no member may stand.
  @inline(__always)
  mutating func beginMembers(reserving length: Int) -> Bool {
    guard state.isInObject, !state.awaitsValue else {
      state.isBroken = true
      return false
    }
    reserve(length &+ 1)
    if state.needsComma { put(unchecked: UInt8(ascii: ",")) }
    state.needsComma = true
    return true
  }

  /// Writes what separates the value due from what precedes and makes room for `length` bytes;
  /// false where no value may stand.
  @inline(__always)
  mutating func beginValue(reserving length: Int) -> Bool {
    reserve(length &+ 1)
    if state.awaitsValue {
      state.awaitsValue = false
      return true
    }
    guard !state.isInObject, !state.needsComma || state.depth > 0 else {
      state.isBroken = true
      return false
    }
    if state.needsComma { put(unchecked: UInt8(ascii: ",")) }
    state.needsComma = true
    return true
  }

  /// Makes room for `additional` bytes and a few more, so that whole words can be stored at the
  /// end.
  @inline(__always)
  mutating func reserve(_ additional: Int) {
    if capacity - count < additional + 32 { grow(additional + 32) }
  }

  @inline(never)
  private mutating func grow(_ additional: Int) {
    let larger = max(capacity * 2, count + additional)
    let target = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    target.update(from: buffer, count: count)
    buffer.deallocate()
    buffer = target
    capacity = larger
  }

  /// The place where the next byte goes; valid for what was reserved.
  var tail: UnsafeMutablePointer<UInt8> {
    @inline(__always) get { buffer + count }
  }

  @inline(__always)
  mutating func advance(_ length: Int) { count &+= length }

  @inline(__always)
  mutating func put(_ byte: UInt8) {
    reserve(1)
    put(unchecked: byte)
  }

  @inline(__always)
  mutating func put(unchecked byte: UInt8) {
    buffer[count] = byte
    count &+= 1
  }
}
