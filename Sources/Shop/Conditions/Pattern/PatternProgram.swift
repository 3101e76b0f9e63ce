/// The instructions of a pattern, ending in `match`.
struct PatternProgram: Sendable {
  enum Instruction: Sendable {
    /// Takes one scalar; in canonical case where the program ignores case.
    case scalar(UInt32)
    /// Takes one scalar of that class.
    case set(UInt32)
    case assert(PatternAssertion)
    case jump(UInt32)
    case split(UInt32, UInt32)
    case match
  }

  private(set) var instructions: [Instruction] = []
  private(set) var classes: [ScalarClass] = []
  let ignoresCase: Bool
  /// Whether a match can only begin where the text does.
  private(set) var isBoundToStart = false
  private let maximumInstructions: Int
  private var workCount = 0

  init(_ node: PatternNode, ignoresCase: Bool, maximumInstructions: Int) throws(PatternProblem) {
    self.ignoresCase = ignoresCase
    self.maximumInstructions = maximumInstructions
    try write(node)
    try append(.match)
    if case .assert(.start) = instructions[0] { isBoundToStart = true }
  }

  /// Every node written is counted, also those that leave no instruction: `(?:(?:){999}){999}`
  /// would else take a million rounds to write nothing.
  private mutating func write(_ node: PatternNode) throws(PatternProblem) {
    workCount += 1
    guard workCount <= 2 * maximumInstructions else { throw .tooBig }
    switch node {
    case .empty: break
    case .scalar(let value):
      try append(.scalar(ignoresCase ? ScalarClass.canonical(value) : value))
    case .set(let scalars):
      if let known = classes.firstIndex(of: scalars) {
        try append(.set(UInt32(known)))
      } else {
        classes.append(scalars)
        try append(.set(UInt32(classes.count - 1)))
      }
    case .assert(let assertion): try append(.assert(assertion))
    case .sequence(let nodes): for node in nodes { try write(node) }
    case .choice(let nodes): try write(choice: nodes)
    case .repeated(let node, let least, let most):
      for _ in 0..<least { try write(node) }
      if let most {
        try write(optional: node, times: most - least)
      } else {
        try write(loop: node)
      }
    }
  }

  private mutating func write(choice nodes: [PatternNode]) throws(PatternProblem) {
    var exits: [Int] = []
    for (index, node) in nodes.enumerated() {
      guard index < nodes.count - 1 else {
        try write(node)
        break
      }
      let split = try reserve()
      try write(node)
      exits.append(try reserve())
      instructions[split] = .split(UInt32(split + 1), UInt32(instructions.count))
    }
    for exit in exits { instructions[exit] = .jump(UInt32(instructions.count)) }
  }

  /// `a?` so many times, each within the one before: once one is left out, so are the rest.
  private mutating func write(optional node: PatternNode, times: Int) throws(PatternProblem) {
    var splits: [Int] = []
    for _ in 0..<times {
      splits.append(try reserve())
      try write(node)
    }
    for split in splits {
      instructions[split] = .split(UInt32(split + 1), UInt32(instructions.count))
    }
  }

  private mutating func write(loop node: PatternNode) throws(PatternProblem) {
    let split = try reserve()
    try write(node)
    try append(.jump(UInt32(split)))
    instructions[split] = .split(UInt32(split + 1), UInt32(instructions.count))
  }

  /// A place for a jump whose target is not known yet.
  private mutating func reserve() throws(PatternProblem) -> Int {
    try append(.jump(0))
    return instructions.count - 1
  }

  private mutating func append(_ instruction: Instruction) throws(PatternProblem) {
    guard instructions.count < maximumInstructions else { throw .tooBig }
    instructions.append(instruction)
  }
}
