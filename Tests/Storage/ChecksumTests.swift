import Storage
import Testing

@Suite("CRC32C")
struct ChecksumTests {
  private func crc(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { Checksum.crc32c($0) } }

  /// One bit at a time, straight from the definition.
  private func oracle(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var state: UInt32 = 0xffff_ffff
    for byte in bytes {
      state ^= UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 1 ? (state >> 1) ^ 0x82F6_3B78 : state >> 1 }
    }
    return ~state
  }

  @Test("known answers, most from RFC 3720 B.4")
  func knownAnswers() {
    #expect(crc([]) == 0)
    #expect(crc(Array("123456789".utf8)) == 0xE306_9283)
    #expect(crc([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(crc([UInt8](repeating: 0xff, count: 32)) == 0x62A8_AB43)
    #expect(crc((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(crc((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
    let readCommand = bytes(
      hex: """
        01c00000 00000000 00000000 00000000 14000000 00000400
        00000014 00000018 28000000 00000000 02000000 00000000
        """)
    #expect(crc(readCommand) == 0xD996_3A56)
  }

  @Test("sixteen at a time equals one bit at a time, at every length, start and split")
  func equalsOracle() {
    var random = SeededGenerator(seed: 7)
    let all = (0..<120).map { _ in UInt8.random(in: 0...255, using: &random) }
    all.withUnsafeBytes { raw in
      for start in 0..<9 {
        for end in start...all.count {
          let part = UnsafeRawBufferPointer(rebasing: raw[start..<end])
          #expect(Checksum.crc32c(part) == oracle(part))
        }
      }
      for split in 0...all.count {
        let first = Checksum.crc32c(UnsafeRawBufferPointer(rebasing: raw[..<split]))
        let whole = Checksum.crc32c(UnsafeRawBufferPointer(rebasing: raw[split...]), after: first)
        #expect(whole == oracle(raw))
      }
    }
  }
}
