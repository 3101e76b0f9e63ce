/// Takes a TZif file (RFC 8536) apart; nothing in the bytes is trusted.
struct ZoneFileReader {
  struct Block {
    var transitionSeconds: [Int64]
    var offsetsSeconds: [Int32]
    var footer: String?
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func read() -> Block? {
    guard let first = block(timeBytes: 4) else { return nil }
    guard bytes[4] >= 0x32 else { return first }
    guard var second = block(timeBytes: 8) else { return nil }
    if position < bytes.count, bytes[position] == 0x0A {
      let rest = bytes[(position + 1)...]
      if let end = rest.firstIndex(of: 0x0A) {
        second.footer = String(decoding: rest[..<end], as: UTF8.self)
      }
    }
    return second
  }

  private mutating func integer(bytes count: Int) -> Int64? {
    guard position + count <= bytes.count else { return nil }
    var value: Int64 = Int64(Int8(bitPattern: bytes[position]))
    for index in 1..<count { value = value << 8 | Int64(bytes[position + index]) }
    position += count
    return value
  }

  private mutating func block(timeBytes: Int) -> Block? {
    guard position + 44 <= bytes.count, bytes[position..<position + 4].elementsEqual("TZif".utf8)
    else { return nil }
    position += 20
    var counts: [Int] = []
    for _ in 0..<6 {
      guard let count = integer(bytes: 4), count >= 0, count <= 10_000 else { return nil }
      counts.append(Int(count))
    }
    let (utCount, standardCount, leapCount) = (counts[0], counts[1], counts[2])
    let (timeCount, typeCount, letterCount) = (counts[3], counts[4], counts[5])
    guard typeCount > 0 else { return nil }
    var transitions: [Int64] = []
    for _ in 0..<timeCount {
      guard let moment = integer(bytes: timeBytes), moment > transitions.last ?? Int64.min else {
        return nil
      }
      transitions.append(moment)
    }
    guard position + timeCount <= bytes.count else { return nil }
    let indices = Array(bytes[position..<position + timeCount])
    position += timeCount
    var offsets: [Int32] = []
    for _ in 0..<typeCount {
      guard let offset = integer(bytes: 4), abs(offset) <= 93_600 else { return nil }
      offsets.append(Int32(offset))
      position += 2
    }
    position += letterCount + leapCount * (timeBytes + 4) + standardCount + utCount
    guard position <= bytes.count else { return nil }
    guard indices.allSatisfy({ Int($0) < typeCount }) else { return nil }
    return Block(
      transitionSeconds: transitions,
      offsetsSeconds: [offsets[0]] + indices.map { offsets[Int($0)] }, footer: nil)
  }
}
