// The checksum of a snapshot's columns
// ------------------------------------
// A start verifies every byte of a snapshot before it answers, so the checksum must be as fast as
// memory: CRC32C in software (2 GB/s) would take a quarter of a second for ten million order lines.
// Eight sums of 64 bits run side by side. Each word of eight bytes is added to the sum beside its
// own, and the product of its halves, after a key is mixed in, to its own sum: the way in which
// XXH3 (Yann Collet, BSD licence, specification 0.8) accumulates. A changed word always changes the
// sum beside it, so a single flipped bit, or any damage inside one word, is always found; other
// damage passes with a chance of about 2^-64. Every 1024 bytes the sums are stirred, so that the
// place of a word counts.

/// A 64-bit checksum over bytes, for damage, not for enemies.
enum ColumnChecksum {
  private typealias Lanes = SIMD8<UInt64>

  private static let key = Lanes(
    0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5, 0xD6E8_FEB8_6659_FD93, 0xA0761D64_78BD_642F, 0xE703_7ED1_A0B4_28DB)
  private static let blockBytes = 64
  private static let stirBlocks = 16

  /// O(bytes), at the speed of memory.
  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var sums = key
    var stirKey = key
    let whole = bytes.count / blockBytes
    if let start = bytes.baseAddress {
      var block = 0
      while block < whole {
        let end = min(whole, block + stirBlocks)
        while block < end {
          add(
            (start + block * blockBytes).loadUnaligned(as: Lanes.self), to: &sums)
          block += 1
        }
        sums = (sums ^ (sums &>> Lanes(repeating: 47))) ^ stirKey
        sums = sums &* Lanes(repeating: 0x9E37_79B1)
        stirKey = stirKey &+ Lanes(repeating: 0x9E37_79B9_7F4A_7C15)
      }
    }
    var tail = Lanes(repeating: 0)
    withUnsafeMutableBytes(of: &tail) { buffer in
      let rest = UnsafeRawBufferPointer(rebasing: bytes[(whole * blockBytes)...])
      if !rest.isEmpty { buffer.copyMemory(from: rest) }
    }
    add(tail, to: &sums)
    var result = UInt64(bytes.count) &* 0x9E37_79B1_85EB_CA87
    for lane in 0..<8 {
      let product = (sums[lane] ^ result).multipliedFullWidth(by: key[lane])
      result = (product.high ^ product.low) &+ sums[lane]
    }
    return result
  }

  @inline(__always)
  private static func add(_ words: Lanes, to sums: inout Lanes) {
    let mixed = words ^ key
    let halves = mixed & Lanes(repeating: 0xFFFF_FFFF)
    let beside = Lanes(
      words[1], words[0], words[3], words[2], words[5], words[4], words[7], words[6])
    sums = sums &+ beside &+ halves &* (mixed &>> Lanes(repeating: 32))
  }
}
