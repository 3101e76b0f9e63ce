import Foundation
import TestSupport

// How transcripts are read
// ------------------------
// Protocol/README.md says it for those who write hosts: a line is {"note"}, or {"request"} or
// {"line"} with {"reply"}. What is random is captured by name where it first stands and used by
// that name from then on.

/// One file of `Protocol/Transcripts`.
struct Transcript {
  struct Step {
    var number: Int
    /// A JSON value that is sent as one line, or nil where `line` is sent as it is.
    var request: Any?
    var line: String?
    /// Nil where no reply comes.
    var reply: Any?
  }

  var steps: [Step] = []

  init(_ url: URL) throws {
    let text = try String(contentsOf: url, encoding: .utf8)
    for (index, line) in text.split(separator: "\n").enumerated() {
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
      guard let entry = value as? [String: Any] else {
        throw ChildProcess.Failure("line \(index + 1) is no object")
      }
      if entry["note"] is String, entry.count == 1 { continue }
      guard entry.count == 2, let reply = entry["reply"] else {
        throw ChildProcess.Failure("line \(index + 1) is no step: a request or a line, and a reply")
      }
      let step = Step(
        number: index + 1, request: entry["request"], line: entry["line"] as? String,
        reply: reply is NSNull ? nil : reply)
      if step.request == nil && step.line == nil {
        throw ChildProcess.Failure("line \(index + 1) sends nothing")
      }
      steps.append(step)
    }
  }
}

/// What was captured so far, and what is expected in its terms.
struct Captures {
  private(set) var values: [String: String] = [:]

  /// The line of a request, with its uses filled in.
  func line(of request: Any) throws -> String {
    let filled = try fill(request)
    let options: JSONSerialization.WritingOptions = [.withoutEscapingSlashes, .fragmentsAllowed]
    return String(
      decoding: try JSONSerialization.data(withJSONObject: filled, options: options), as: UTF8.self)
  }

  private func fill(_ value: Any) throws -> Any {
    if let object = value as? [String: Any] {
      if let name = object["$use"] as? String, object.count == 1 { return try captured(name) }
      return try object.mapValues(fill)
    }
    if let list = value as? [Any] { return try list.map(fill) }
    return value
  }

  private func captured(_ name: String) throws -> String {
    guard let value = values[name] else {
      throw ChildProcess.Failure("\(name) is used before it is captured")
    }
    return value
  }

  /// What is wrong with a reply, or nil where it is as expected.
  mutating func mismatch(_ expected: Any, _ found: Any) throws -> String? {
    capture(expected, found)
    return try difference(expected, found, at: "reply")
  }

  /// Takes the values of `$capture` wherever both sides have the same shape.
  private mutating func capture(_ expected: Any, _ found: Any) {
    if let object = expected as? [String: Any] {
      if let name = object["$capture"] as? String, object.count == 1 {
        values[name] = found as? String
      } else if let other = found as? [String: Any] {
        for (key, value) in object { if let inner = other[key] { capture(value, inner) } }
      }
    } else if let list = expected as? [Any], let other = found as? [Any] {
      for (value, inner) in zip(list, other) { capture(value, inner) }
    }
  }

  private func difference(_ expected: Any, _ found: Any, at path: String) throws -> String? {
    switch expected {
    case let object as [String: Any]:
      if object["$capture"] is String { return found is String ? nil : "\(path): no text" }
      if let name = object["$use"] as? String {
        return found as? String == (try captured(name)) ? nil : "\(path): not \(name)"
      }
      if let list = object["$unordered"] as? [Any] { return try anyOrder(list, found, at: path) }
      guard let other = found as? [String: Any], Set(other.keys) == Set(object.keys) else {
        return "\(path): \(found) has not the members \(object.keys.sorted())"
      }
      for key in object.keys.sorted() {
        if let value = object[key], let inner = other[key],
          let problem = try difference(value, inner, at: path + "." + key)
        {
          return problem
        }
      }
      return nil
    case let list as [Any]:
      guard let other = found as? [Any], other.count == list.count else {
        return "\(path): \(found) has not \(list.count) elements"
      }
      for (index, pair) in zip(list, other).enumerated() {
        if let problem = try difference(pair.0, pair.1, at: "\(path)[\(index)]") { return problem }
      }
      return nil
    case let text as String:
      var wanted = text
      for (name, value) in values {
        wanted = wanted.replacingOccurrences(of: "$use(\(name))", with: value)
      }
      return found as? String == wanted ? nil : "\(path): \(found), expected \(wanted)"
    default:
      return (expected as? NSObject)?.isEqual(found) ?? false
        ? nil : "\(path): \(found), expected \(expected)"
    }
  }

  private func anyOrder(_ list: [Any], _ found: Any, at path: String) throws -> String? {
    guard var rest = found as? [Any], rest.count == list.count else {
      return "\(path): \(found) has not \(list.count) elements"
    }
    for value in list {
      let index = try rest.firstIndex { try difference(value, $0, at: path) == nil }
      guard let index else { return "\(path): \(found) lacks \(value)" }
      rest.remove(at: index)
    }
    return nil
  }
}
