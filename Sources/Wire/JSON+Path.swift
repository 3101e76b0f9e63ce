// Where a value stands, for people: `orders[3].lines[0].quantity`. Nothing is tracked while values
// are read; a path is found when something is wrong, by walking down from the root and asking at
// each level which child's entries hold the value's own.
//
// A bulk request may report thousands of records, and walking to each from the first would be
// quadratic. So the outermost array remembers where the last walk left it and goes on from there:
// records are reported in order, and all walks together take one pass.

/// Where in the outermost array the last path went down.
struct PathCursor {
  var array: Int
  var element: Int
  var ordinal: Int
  /// The path of the array itself.
  var prefix: String
}

extension JSON {
  /// The path of this value from the root of the request's parameters. O(siblings on the way).
  package var path: String { path(to: Int(index)) }

  func path(to target: Int) -> String {
    let entries = document.pointee.entries
    var index = document.pointee.pathRoot
    guard target > index, target < Int(entries[index].next) else {
      return "\(document.pointee.rootName)"
    }
    var path = ""
    var isOutermost = true
    if let cursor = document.pointee.pathCursor, target >= cursor.element,
      target < Int(entries[cursor.array].next)
    {
      index = cursor.array
      path = cursor.prefix
    }
    while index < target {
      var child = index + 1
      if entries[index].tag == .array {
        var ordinal = 0
        if isOutermost, let cursor = document.pointee.pathCursor, cursor.array == index,
          target >= cursor.element
        {
          child = cursor.element
          ordinal = cursor.ordinal
        }
        while Int(entries[child].next) <= target {
          child = Int(entries[child].next)
          ordinal += 1
        }
        if isOutermost {
          document.pointee.pathCursor = PathCursor(
            array: index, element: child, ordinal: ordinal, prefix: path)
          isOutermost = false
        }
        path += "[\(ordinal)]"
      } else {
        while Int(entries[child + 1].next) <= target { child = Int(entries[child + 1].next) }
        if let name = JSON(document: document, index: child).textValue {
          JSON.append(name.string, to: &path)
        }
        // The name's own place: the member as a whole is meant.
        if child == target { return path }
        child += 1
      }
      index = child
    }
    return path
  }

  /// The path of a member of this object, whether or not it is there.
  func path(ofMember name: String) -> String {
    var path = Int(index) == document.pointee.pathRoot ? "" : path
    JSON.append(name, to: &path)
    return path
  }

  /// Appends a member's name: after a dot if it reads like a field's name, else quoted in brackets.
  private static func append(_ name: String, to path: inout String) {
    let isSimple =
      !name.isEmpty
      && name.utf8.allSatisfy { byte in
        byte | 0x20 &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
          || byte == UInt8(ascii: "_")
      }
    if isSimple, let first = name.utf8.first, first > UInt8(ascii: "9") {
      if !path.isEmpty { path += "." }
      path += Excerpt.of(name)
    } else {
      var writer = JSONWriter()
      writer.string(Excerpt.of(name))
      path += "[\(writer.text)]"
    }
  }
}

/// Outside text in messages is cut, so that no error is longer than what caused it by much.
enum Excerpt {
  static var maximumBytes: Int { 128 }

  /// The text itself, or as many of its leading characters as fit, and an ellipsis.
  static func of(_ text: String) -> String {
    guard text.utf8.count > maximumBytes else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: maximumBytes)
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end]) + "…"
  }
}
