extension Double {
  /// Much the same as `Double(wide)`, which goes through generic code and takes hundreds of times
  /// as long: exactly that where `wide` fits 64 bits, else off by a unit of the last place at most.
  package init(wide: Int128) {
    let low = UInt64(truncatingIfNeeded: wide)
    let high = Int64(truncatingIfNeeded: wide &>> 64)
    let narrow = Int64(bitPattern: low)
    // As many signs as the narrow one has: then it says all.
    self = high == narrow &>> 63 ? Double(narrow) : Double(high) * 0x1p64 + Double(low)
  }
}
