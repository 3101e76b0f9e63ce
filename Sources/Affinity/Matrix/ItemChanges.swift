import Shop

/// The revision at which each item last was in a basket that came, went or changed its size.
struct ItemChanges: Sendable {
  private var revisions: [UInt64] = []
  /// When an item last was taken out of a basket: until then items only became more frequent.
  private(set) var lastLoss: UInt64 = 0

  /// O(items of the basket).
  ///
  /// - Parameter isLoss: whether something was taken out.
  mutating func note(_ basket: some Sequence<Int32>, at revision: UInt64, isLoss: Bool = false) {
    if isLoss { lastLoss = revision }
    for item in basket {
      if Int(item) >= revisions.count {
        revisions.append(contentsOf: repeatElement(0, count: Int(item) + 1 - revisions.count))
      }
      revisions[Int(item)] = revision
    }
  }

  /// 0 for an item that never was in one.
  func revision(of item: Int32) -> UInt64 {
    Int(item) < revisions.count ? revisions[Int(item)] : 0
  }

  /// Whether one of those items was in such a basket later than that. O(items).
  func haveAny(of items: some Sequence<Int32>, since revision: UInt64) -> Bool {
    revisions.withUnsafeBufferPointer { revisions in
      for item in items where Int(item) < revisions.count {
        if revisions[Int(item)] > revision { return true }
      }
      return false
    }
  }

  /// Whether since then baskets only came, and none with one of those items. O(items).
  func leave(_ items: some Sequence<Int32>, since revision: UInt64) -> Bool {
    lastLoss <= revision && !haveAny(of: items, since: revision)
  }
}
