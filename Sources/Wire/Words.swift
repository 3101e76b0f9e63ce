// Eight bytes at a time, without vector types: a byte-wise test over a word sets the top bit of
// each byte that passes. A borrow can set bits above the first byte that passes, never below it, so
// the lowest set bit is always right, and the callers look at no other.

enum Words {
  private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  private static var tops: UInt64 { 0x8080_8080_8080_8080 }

  @inline(__always)
  static func load(_ pointer: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
  }

  /// Marks quotes, backslashes, control characters and bytes outside ASCII.
  @inline(__always)
  static func specials(in word: UInt64) -> UInt64 {
    let quotes = word ^ (ones &* 0x22)
    let backslashes = word ^ (ones &* 0x5C)
    let controls = (word &- ones &* 0x20) & ~word
    return (((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | controls | word)
      & tops
  }

  /// Marks bytes that equal `byte`.
  @inline(__always)
  static func matches(of byte: UInt8, in word: UInt64) -> UInt64 {
    let difference = word ^ (ones &* UInt64(byte))
    return (difference &- ones) & ~difference & tops
  }

  /// Copies `count` bytes, which may not overlap. Most texts are a few bytes long, and for those
  /// two words that overlap each other are quicker than a call.
  @inline(__always)
  static func copy(
    _ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    let from = UnsafeRawPointer(source)
    let to = UnsafeMutableRawPointer(target)
    if count > 16 {
      target.update(from: source, count: count)
    } else if count >= 8 {
      copyWord(UInt64.self, from, to)
      copyWord(UInt64.self, from + (count &- 8), to + (count &- 8))
    } else if count >= 4 {
      copyWord(UInt32.self, from, to)
      copyWord(UInt32.self, from + (count &- 4), to + (count &- 4))
    } else {
      for index in 0..<count { target[index] = source[index] }
    }
  }

  @inline(__always)
  private static func copyWord<Word: BitwiseCopyable>(
    _ type: Word.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer
  ) {
    target.storeBytes(of: source.loadUnaligned(as: type), as: type)
  }

  /// Whether two runs of bytes of the same length are the same.
  @inline(__always)
  static func equal(
    _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, count: Int
  ) -> Bool {
    var index = 0
    while index &+ 8 <= count {
      guard load(left + index) == load(right + index) else { return false }
      index &+= 8
    }
    while index < count {
      guard left[index] == right[index] else { return false }
      index &+= 1
    }
    return true
  }
}
