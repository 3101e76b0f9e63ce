/// Versions as text that sorts like versions: what `$vgt` and its like compare.
///
/// The form of all SDKs (`paddedVersionString`): without a leading `v` and without `+build`, parted
/// at `-` and `.`, numeric parts padded on the left to five places ("9" is above "10", but "    9"
/// below "   10"), and a `~`, the last ASCII character, after three parts, so that 1.0.0 is above
/// 1.0.0-beta.
enum VersionText {
  /// The sortable form; that of "0" where the value is neither a number nor a string with content.
  static func padded(_ value: Value) -> String {
    switch value {
    case .string(let string): padded(string.isEmpty ? "0" : string)
    case .integer, .number: padded(value.scriptText ?? "0")
    case .null, .bool, .array, .object: padded("0")
    }
  }

  private static func padded(_ version: String) -> String {
    var scalars = version.unicodeScalars[...]
    if scalars.first == "v" { scalars.removeFirst() }
    // A `+` ends the version if nothing after it ends the line: the SDKs' pattern is `\+.*$`.
    let lastLineEnd = scalars.lastIndex { $0.isLineEnd } ?? scalars.startIndex
    if let plus = scalars[lastLineEnd...].firstIndex(of: "+") { scalars = scalars[..<plus] }
    var parts = scalars.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "." }
      .map { String(String.UnicodeScalarView($0)) }
    if parts.count == 3 { parts.append("~") }
    return parts.map(padIfNumeric).joined(separator: "-")
  }

  private static func padIfNumeric(_ part: String) -> String {
    let isNumeric = part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isNumeric, !part.isEmpty, part.utf8.count < 5 else { return part }
    return String(repeating: " ", count: 5 - part.utf8.count) + part
  }
}
