/// Text for people: amounts, days, shares, and lines that fit a terminal.
enum DemoText {
  static let width = 100

  /// `12345` as `12,345`.
  static func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    groups.insert(digits, at: 0)
    return (number < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// Minor units as an amount with two decimals.
  static func money(_ amount: Int) -> String {
    let cents = Int(amount.magnitude) % 100
    let whole = amount < 0 ? -(Int(amount.magnitude) / 100) : amount / 100
    return (whole == 0 && amount < 0 ? "-" : "") + grouped(whole) + (cents < 10 ? ".0" : ".")
      + String(cents)
  }

  /// A share of one in whole percent, with one decimal below ten.
  static func percent(_ share: Double) -> String {
    let tenths = Int(share * 1000 + 0.5)
    if tenths >= 100 || tenths % 10 == 0 { return "\((tenths + 5) / 10) %" }
    return "\(tenths / 10).\(tenths % 10) %"
  }

  static func days(_ days: Double) -> String {
    let whole = Int(days + 0.5)
    return whole == 1 ? "1 day" : "\(whole) days"
  }

  static func times(_ count: Int) -> String {
    switch count {
    case 1: "once"
    case 2: "twice"
    default: "\(count) times"
    }
  }

  static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func right(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// Words in lines of at most `width` columns, each indented; the first behind `head`, which
  /// counts as its indentation.
  static func wrapped(_ text: String, indent: Int, head: String = "") -> String {
    var lines: [String] = []
    var line = head.isEmpty ? String(repeating: " ", count: indent) : padded(head, to: indent)
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        isEmpty = true
      }
      line += isEmpty ? String(word) : " " + word
      isEmpty = false
    }
    lines.append(line)
    return lines.joined(separator: "\n") + "\n"
  }
}
