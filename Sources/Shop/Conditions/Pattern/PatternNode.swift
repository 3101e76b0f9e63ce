/// A parsed pattern. Nesting is bounded by the parser.
indirect enum PatternNode: Equatable {
  case empty
  /// A code point; a lone surrogate, which no text holds, matches nothing.
  case scalar(UInt32)
  case set(ScalarClass)
  case assert(PatternAssertion)
  case sequence([PatternNode])
  case choice([PatternNode])
  /// `most` is nil where there is no bound.
  case repeated(PatternNode, least: Int, most: Int?)
}

/// What takes no scalar, but looks at those around.
enum PatternAssertion: Sendable {
  case start, end, boundary, noBoundary

  func holds(previous: Unicode.Scalar?, next: Unicode.Scalar?) -> Bool {
    switch self {
    case .start: previous == nil
    case .end: next == nil
    case .boundary: isWord(previous) != isWord(next)
    case .noBoundary: isWord(previous) == isWord(next)
    }
  }

  private func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    scalar.map { ScalarClass.word.contains($0.value, ignoresCase: false) } ?? false
  }
}
