/// One pass of a program over a text.
struct PatternRun {
  private(set) var stepCount = 0
  private let program: PatternProgram
  private let memory: UnsafeMutableBufferPointer<UInt32>
  private let count: Int
  private var waitingCount = 0
  private var pendingCount = 0
  private var generation: UInt32 = 0

  /// `memory` holds four numbers for each instruction, zero at first.
  init(program: PatternProgram, memory: UnsafeMutableBufferPointer<UInt32>) {
    precondition(memory.count >= 4 * program.instructions.count)
    self.program = program
    self.memory = memory
    count = program.instructions.count
  }

  mutating func search(_ text: String) -> Bool {
    var previous: Unicode.Scalar?
    var scalars = text.unicodeScalars.makeIterator()
    var next = scalars.next()
    while true {
      if close(previous: previous, next: next) { return true }
      guard let scalar = next else { return false }
      advance(over: scalar)
      // With nothing under way, a pattern bound to the start can no longer begin.
      if pendingCount == 0, program.isBoundToStart { return false }
      previous = scalar
      next = scalars.next()
    }
  }

  /// Follows everything that takes no scalar; whether a match is reached.
  private mutating func close(previous: Unicode.Scalar?, next: Unicode.Scalar?) -> Bool {
    generation += 1
    waitingCount = 0
    var visitCount = 0
    for index in 0..<pendingCount { visit(memory[3 * count + index], &visitCount) }
    pendingCount = 0
    if previous == nil || !program.isBoundToStart { visit(0, &visitCount) }
    while visitCount > 0 {
      visitCount -= 1
      let index = memory[count + visitCount]
      stepCount += 1
      switch program.instructions[Int(index)] {
      case .match: return true
      case .jump(let target): visit(target, &visitCount)
      case .split(let first, let second):
        visit(second, &visitCount)
        visit(first, &visitCount)
      case .assert(let assertion):
        if assertion.holds(previous: previous, next: next) { visit(index + 1, &visitCount) }
      case .scalar, .set:
        memory[2 * count + waitingCount] = index
        waitingCount += 1
      }
    }
    return false
  }

  /// Notes an instruction to visit, unless it was noted at this position. So the list of those to
  /// visit never holds more than there are.
  private func visit(_ index: UInt32, _ visitCount: inout Int) {
    guard memory[Int(index)] != generation else { return }
    memory[Int(index)] = generation
    memory[count + visitCount] = index
    visitCount += 1
  }

  /// Takes a scalar: what waited for it goes on behind it.
  private mutating func advance(over scalar: Unicode.Scalar) {
    let value = program.ignoresCase ? ScalarClass.canonical(scalar.value) : scalar.value
    for position in 0..<waitingCount {
      let index = memory[2 * count + position]
      stepCount += 1
      let isTaken =
        switch program.instructions[Int(index)] {
        case .scalar(let expected): value == expected
        case .set(let number):
          program.classes[Int(number)].contains(scalar.value, ignoresCase: program.ignoresCase)
        case .match, .jump, .split, .assert: false
        }
      if isTaken {
        memory[3 * count + pendingCount] = index + 1
        pendingCount += 1
      }
    }
  }
}
