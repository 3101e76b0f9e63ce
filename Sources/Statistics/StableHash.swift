/// Fowler-Noll-Vo 1a, 32 bits: the same number for the same units on every machine and in every process.
///
/// Over bytes it is FNV-1a itself (Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm", RFC 9923); over UTF-16
/// units it is what JavaScript implementations compute, equal for ASCII. For sticky choices, never for hash
/// tables over outside names: anyone can make it collide.
@inlinable package func stableHash<Unit: FixedWidthInteger & UnsignedInteger>(
  _ units: some Sequence<Unit>
) -> UInt32 {
  var hash: UInt32 = 0x811C_9DC5
  for unit in units {
    hash = (hash ^ UInt32(truncatingIfNeeded: unit)) &* 0x0100_0193
  }
  return hash
}
