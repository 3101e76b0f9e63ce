/// Every command that there is, in the order in which the help lists them.
enum Commands {
  static let all: [any Command.Type] = [
    Serve.self, Import.self, Call.self, TrainState.self, EvaluateState.self, PrintLog.self,
    Check.self, Backup.self, Compact.self, Demo.self, Bench.self, Version.self, Help.self,
  ]

  static func named(_ name: String) -> (any Command.Type)? { all.first { $0.name == name } }
}

/// `sidecart version`.
enum Version: Command {
  static let name = "version"
  static let summary = "Prints the version."
  static let usage = ""
  static let options: [Option] = []
  static let details = ""

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 0)
    try Console.write("sidecart \(Host.version)\n")
    return 0
  }
}

/// `sidecart help`.
enum Help: Command {
  static let name = "help"
  static let summary = "Prints this list, or the help of one command."
  static let usage = "[COMMAND]"
  static let options: [Option] = []
  static let details = ""

  static var overview: String {
    let width = (Commands.all.map { $0.name.count }.max() ?? 0) + 2
    let list = Commands.all.map { command in
      "  " + command.name + String(repeating: " ", count: width - command.name.count)
        + command.summary
    }
    return """
      sidecart: what to recommend, which coupon to give, whom to win back.

      usage: sidecart COMMAND [OPTIONS]

      \(list.joined(separator: "\n"))

      sidecart COMMAND --help says more. To see it at work: sidecart demo

      """
  }

  static func run(_ arguments: Arguments) throws -> Int32 {
    try arguments.expectOperands(atMost: 1)
    guard let name = arguments.operands.first else {
      try Console.write(overview)
      return 0
    }
    guard let command = Commands.named(name) else {
      throw UsageError("there is no command \(name), sidecart help lists them")
    }
    try Console.write(command.help)
    return 0
  }
}
