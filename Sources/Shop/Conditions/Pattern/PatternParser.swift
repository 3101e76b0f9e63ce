/// Reads JavaScript's syntax of regular expressions, without flags, with the leniency that browsers
/// share: `]`, `}` and a `{` that begins no count stand for themselves, as does an escaped letter
/// without a meaning.
struct PatternParser {
  /// Deep enough for people, shallow enough for the recursion that follows groups.
  static let maximumNesting = 100

  private(set) var ignoresCase: Bool
  var scalars: [Unicode.Scalar]
  var position = 0
  private var nesting = 0

  init(_ text: String, ignoresCase: Bool) {
    scalars = Array(text.unicodeScalars)
    self.ignoresCase = ignoresCase
  }

  mutating func parse() throws(PatternProblem) -> PatternNode {
    if take("(?i)") { self.ignoresCase = true }
    let node = try choice()
    guard position == scalars.count else {
      throw PatternProblem(message: "A parenthesis closes that was not opened.")
    }
    return node
  }

  private mutating func choice() throws(PatternProblem) -> PatternNode {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= PatternParser.maximumNesting else {
      throw PatternProblem(message: "The groups nest too deep.")
    }
    var alternatives = [try sequence()]
    while take("|") { alternatives.append(try sequence()) }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  private mutating func sequence() throws(PatternProblem) -> PatternNode {
    var nodes: [PatternNode] = []
    while let next = peek, next != "|", next != ")" {
      let (node, isRepeatable) = try term()
      nodes.append(try quantified(node, isRepeatable: isRepeatable))
    }
    return nodes.isEmpty ? .empty : nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  private mutating func term() throws(PatternProblem) -> (PatternNode, isRepeatable: Bool) {
    if try count() != nil { throw PatternParser.nothingToRepeat }
    guard let scalar = takeNext() else { preconditionFailure("the caller looked ahead") }
    switch scalar {
    case "^": return (.assert(.start), false)
    case "$": return (.assert(.end), false)
    case ".": return (.set(.anyInLine), true)
    case "(": return (try group(), true)
    case "[": return (.set(try bracketClass()), true)
    case "\\":
      if take("b") { return (.assert(.boundary), false) }
      if take("B") { return (.assert(.noBoundary), false) }
      switch try escape(inClass: false) {
      case .scalar(let value): return (.scalar(value), true)
      case .set(let scalars): return (.set(scalars), true)
      }
    default: return (.scalar(scalar.value), true)
    }
  }

  private mutating func group() throws(PatternProblem) -> PatternNode {
    if take("?") {
      if take("<"), peek != "=", peek != "!" {
        try groupName()
      } else if !take(":") {
        throw PatternProblem(message: "Only plain groups are supported: no lookaround, no flags.")
      }
    }
    let node = try choice()
    guard take(")") else { throw PatternProblem(message: "A group is not closed.") }
    return node
  }

  /// The name of a group is read and dropped: there are no captures.
  private mutating func groupName() throws(PatternProblem) {
    let start = position
    while let scalar = peek,
      scalar == "$" || ScalarClass.word.contains(scalar.value, ignoresCase: false)
    {
      position += 1
    }
    let isStartedByDigit =
      start < position && ScalarClass.digit.contains(scalars[start].value, ignoresCase: false)
    guard position > start, !isStartedByDigit, take(">") else {
      throw PatternProblem(message: "A group's name is not a name.")
    }
  }

  private mutating func quantified(_ node: PatternNode, isRepeatable: Bool) throws(PatternProblem)
    -> PatternNode
  {
    guard let (least, most) = try count() else { return node }
    guard isRepeatable else { throw PatternParser.nothingToRepeat }
    // Lazy or not, the same texts match.
    _ = take("?")
    return .repeated(node, least: least, most: most)
  }

  /// The quantifier here, if there is one.
  private mutating func count() throws(PatternProblem) -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    let start = position
    guard take("{") else { return nil }
    if let least = try number() {
      var most: Int? = least
      if take(",") { most = try number() }
      if take("}") {
        if let most, most < least {
          throw PatternProblem(message: "A count's bounds are the wrong way round.")
        }
        return (least, most)
      }
    }
    position = start
    return nil
  }

  private mutating func number() throws(PatternProblem) -> Int? {
    var number: Int?
    while let scalar = peek,
      let digit =
        scalar.properties.numericType == .decimal
          && scalar.isASCII ? Int(scalar.value) - 0x30 : nil
    {
      position += 1
      // Beyond any program's size it is only known to be too big.
      number = min((number ?? 0) * 10 + digit, 1_000_000)
    }
    return number
  }

  private static let nothingToRepeat = PatternProblem(message: "There is nothing to repeat.")
}

extension PatternParser {
  var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  mutating func takeNext() -> Unicode.Scalar? {
    guard let scalar = peek else { return nil }
    position += 1
    return scalar
  }

  mutating func take(_ expected: String) -> Bool {
    let expected = expected.unicodeScalars
    guard scalars[position...].starts(with: expected) else { return false }
    position += expected.count
    return true
  }
}
