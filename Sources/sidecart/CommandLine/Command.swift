/// One command of the program: `serve`, `import`, …; a new one is one file and one line in
/// `Commands.all`.
protocol Command: SendableMetatype {
  static var name: String { get }
  /// One line for the list of commands.
  static var summary: String { get }
  /// What may stand behind the name: `[OPTIONS] METHOD [PARAMS]`.
  static var usage: String { get }
  static var options: [Option] { get }
  /// Paragraphs and examples below the options.
  static var details: String { get }

  /// Runs the command; the exit status of the process.
  static func run(_ arguments: Arguments) throws -> Int32
}

extension Command {
  /// The text of `sidecart NAME --help`.
  static var help: String {
    var text = "\(summary)\n\nusage: sidecart \(name) \(usage)\n"
    let all = options + [.flag("help", "print this text")]
    let heads = all.map { "  --\($0.name)" + ($0.placeholder.map { " \($0)" } ?? "") }
    let width = (heads.map { $0.count }.max() ?? 0) + 2
    text += "\noptions:\n"
    for (head, option) in zip(heads, all) {
      let lines = option.summary.split(separator: "\n", omittingEmptySubsequences: false)
      text += head + String(repeating: " ", count: width - head.count) + (lines.first ?? "") + "\n"
      for line in lines.dropFirst() { text += String(repeating: " ", count: width) + line + "\n" }
    }
    if !details.isEmpty { text += "\n" + details + "\n" }
    return text
  }
}
