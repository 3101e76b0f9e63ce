/// Fowler-Noll-Vo 1a, 32 bits: the same number for the same bytes on every machine and in every process.
///
/// For sticky choices, never for hash tables over outside names: anyone can make it collide.
/// Source: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm", RFC 9923.
@inlinable package func stableHash(_ bytes: some Sequence<UInt8>) -> UInt32 {
  var hash: UInt32 = 0x811C_9DC5
  for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
  return hash
}
