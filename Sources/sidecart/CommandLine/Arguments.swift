/// A mistake in how the command was called; printed with a pointer to its help, exit status 2.
struct UsageError: Error {
  var message: String

  init(_ message: String) { self.message = message }
}

/// One option that a command takes, as the parser and the help see it.
struct Option {
  /// Without the dashes.
  var name: String
  /// What stands for the value in the help; nil for a switch.
  var placeholder: String?
  var summary: String

  static func flag(_ name: String, _ summary: String) -> Option {
    Option(name: name, placeholder: nil, summary: summary)
  }

  static func value(_ name: String, _ placeholder: String, _ summary: String) -> Option {
    Option(name: name, placeholder: placeholder, summary: summary)
  }
}

/// The words behind a command, taken apart: `--name value`, `--name=value`, switches and operands.
struct Arguments {
  private(set) var operands: [String] = []
  private var values: [String: String] = [:]
  private var flags: Set<String> = []

  /// - Throws: `UsageError` for an option that is not in the list, or one without its value, or
  /// named twice.
  init(_ words: [String], options: [Option]) throws {
    var index = 0
    var isOperandsOnly = false
    while index < words.count {
      let word = words[index]
      index += 1
      if isOperandsOnly || !word.hasPrefix("-") || word == "-" {
        operands.append(word)
        continue
      }
      if word == "--" {
        isOperandsOnly = true
        continue
      }
      guard word.hasPrefix("--") else { throw Arguments.unknown(word, options) }
      let body = word.dropFirst(2)
      let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = options.first(where: { $0.name == name }) else {
        throw Arguments.unknown("--" + name, options)
      }
      if values[name] != nil || flags.contains(name) {
        throw UsageError("--\(name) is given twice")
      }
      if option.placeholder == nil {
        if parts.count == 2 { throw UsageError("--\(name) is a switch and takes no value") }
        flags.insert(name)
      } else if parts.count == 2 {
        values[name] = String(parts[1])
      } else if index < words.count {
        values[name] = words[index]
        index += 1
      } else {
        throw Arguments.missingValue(option)
      }
      if values[name] == "" { throw Arguments.missingValue(option) }
    }
  }

  private static func unknown(_ word: String, _ options: [Option]) -> UsageError {
    let known = (options.map(\.name) + ["help"]).map { "--" + $0 }.joined(separator: " ")
    return UsageError("unknown option \(word); known are \(known)")
  }

  private static func missingValue(_ option: Option) -> UsageError {
    UsageError("--\(option.name) needs a value: --\(option.name) \(option.placeholder ?? "")")
  }

  func has(_ name: String) -> Bool { flags.contains(name) }

  subscript(name: String) -> String? { values[name] }

  /// A whole number inside a range, or nil where the option is not given.
  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = values[name] else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw UsageError(
        "--\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), "
          + "not \(text)"
      )
    }
    return value
  }

  /// Refuses operands beyond so many.
  func expectOperands(atMost count: Int) throws {
    if operands.count > count {
      throw UsageError("unexpected argument \(operands[count])")
    }
  }
}
