import Foundation
import Shop
import Testing

/// Checks a table of rows `condition | document | holds`, where `holds` is `yes` or `no`.
///
/// Rows are grouped by lines that begin with `#`, which say what is being shown.
func check(_ table: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  var rowCount = 0
  for line in table.split(separator: "\n") where !line.hasPrefix("#") {
    let parts = line.components(separatedBy: " | ")
    try #require(parts.count == 3, "a row has three parts: \(line)", sourceLocation: sourceLocation)
    let answer = parts[2].filter { $0 != " " }
    try #require(["yes", "no"].contains(answer), "\(line)", sourceLocation: sourceLocation)
    let condition = try Condition(parsed(parts[0]))
    #expect(
      condition.matches(parsed(parts[1])) == (answer == "yes"), "\(line)",
      sourceLocation: sourceLocation)
    rowCount += 1
  }
  #expect(rowCount > 0, sourceLocation: sourceLocation)
}
