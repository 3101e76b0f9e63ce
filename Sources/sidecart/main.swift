// The command line: finds the command, runs it, turns what it throws into one line and an exit
// status. 0: done. 1: it failed, or whoever read its output has gone. 2: it was called wrongly.

import Storage

System.fillStandardStreams()
System.ignoreWriteSignals()
let words = Array(CommandLine.arguments.dropFirst())
System.end(status: Program.run(words))

enum Program {
  static func run(_ words: [String]) -> Int32 {
    var name = words.first ?? "help"
    if name == "--help" || name == "-h" { name = "help" }
    if name == "--version" { name = "version" }
    guard let command = Commands.named(name) else {
      Console.note("there is no command \(name); sidecart help lists them")
      return 2
    }
    let rest = Array(words.dropFirst())
    do {
      if rest.contains("--help") || rest.contains("-h") {
        try Console.write(command.help)
        return 0
      }
      return try command.run(try Arguments(rest, options: command.options))
    } catch let error as UsageError {
      Console.note("\(error.message); see sidecart \(name) --help")
      return 2
    } catch is OutputClosed {
      return 1
    } catch let error as HostFailure {
      Console.note(error.message)
      return error.status
    } catch let error as StorageError {
      Console.note(error.description)
      return 1
    } catch let error as SystemError {
      Console.note(error.description)
      return 1
    } catch {
      Console.note("\(error)")
      return 1
    }
  }
}
