// Where the numbers of a quote live
// ---------------------------------
// A quote of ten lines and eight coupons needs some dozens of short rows of numbers: what is left
// of each line, which lines a coupon covers, how a discount is split. As arrays each would be
// allocated, counted and freed by itself, which is most of what a quote would cost. Here they are
// pieces of one block that is freed with the cart that they are about. A piece is never given back
// alone, and must not be used after the arena is gone: whoever keeps one keeps the cart.

/// Memory for plain numbers, handed out in pieces and freed all at once.
final class PricingArena {
  /// Small enough for the fast lists of the allocator.
  private static let blockByteCount = 1_008
  private static let alignment = 16

  private let first: UnsafeMutableRawPointer
  /// What one block was too small for.
  private var others: [UnsafeMutableRawPointer] = []
  private var next: UnsafeMutableRawPointer
  private var freeByteCount = PricingArena.blockByteCount

  init() {
    first = .allocate(
      byteCount: PricingArena.blockByteCount, alignment: PricingArena.alignment)
    next = first
    others.reserveCapacity(6)
  }

  deinit {
    first.deallocate()
    for block in others { block.deallocate() }
  }

  /// Room for so many, of undefined content. O(1).
  func take<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type
  ) -> UnsafeMutableBufferPointer<Element> {
    let step = PricingArena.alignment
    let byteCount = (count * MemoryLayout<Element>.stride + step - 1) / step * step
    if byteCount > freeByteCount {
      freeByteCount = max(byteCount, PricingArena.blockByteCount)
      next = .allocate(byteCount: freeByteCount, alignment: step)
      others.append(next)
    }
    let start = next.bindMemory(to: type, capacity: count)
    next += byteCount
    freeByteCount -= byteCount
    return UnsafeMutableBufferPointer(start: start, count: count)
  }
}

/// Sorts in place: short runs, which is what carts are made of, without a detour.
func sortShort(
  _ run: UnsafeMutableBufferPointer<Int>, by precedes: (Int, Int) -> Bool
) {
  if run.count > 32 {
    var run = run
    run.sort(by: precedes)
    return
  }
  for end in run.indices.dropFirst() {
    let moved = run[end]
    var place = end
    while place > 0, precedes(moved, run[place - 1]) {
      run[place] = run[place - 1]
      place -= 1
    }
    run[place] = moved
  }
}

/// The order of the bytes of two texts, which is that of every tie.
func bytesPrecede(_ left: String, _ right: String) -> Bool {
  var left = left
  var right = right
  return left.withUTF8 { left in
    right.withUTF8 { right in
      let count = min(left.count, right.count)
      var place = 0
      while place < count {
        if left[place] != right[place] { return left[place] < right[place] }
        place += 1
      }
      return left.count < right.count
    }
  }
}
