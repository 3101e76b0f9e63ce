// A member named twice means different things to different readers, so parameters that hold one are
// refused before any method sees them, at whatever depth it is and whether or not it would be read.
//
// All entries of the parameters are passed once; at each object its names are compared. Few names:
// a 64-bit filter over length and outer bytes says that all differ, or which ones to compare. Many
// names, or names with escape sequences (`"\u0069d"` is `"id"`): an open-addressing table whose
// hash is seeded per process, so that no choice of names makes it slow. The outcome does not depend
// on the seed: it is the first name that an earlier one equals.

enum Duplicates {
  private static var filterMaximum: UInt32 { 32 }

  /// The place of the first name, in the order of the text, that repeats one of its object.
  static func firstName(in root: JSON) -> Int? {
    let document = root.document
    let entries = document.pointee.entries
    var index = Int(root.index)
    let end = Int(root.entry.next)
    var first: Int?
    while index < end {
      let entry = entries[index]
      if entry.tag == .object, entry.count > 1 {
        let bytes = document.pointee.bytes
        let repeated =
          entry.count <= filterMaximum
          ? repeatedAmongFew(entries, bytes: bytes, object: index)
          : repeatedAmongMany(JSON(document: document, index: index))
        // Objects inside this one can repeat a name earlier in the text than it does.
        if let repeated { first = min(first ?? repeated, repeated) }
      }
      index += 1
      if let found = first, index > found { return found }
    }
    return first
  }

  private static func repeatedAmongFew(
    _ entries: UnsafeMutablePointer<TapeEntry>, bytes: UnsafePointer<UInt8>, object: Int
  ) -> Int? {
    var seen: UInt64 = 0
    var name = object + 1
    let end = Int(entries[object].next)
    while name < end {
      let entry = entries[name]
      guard entry.tag == .string else {
        return repeatedAmongMany(names: names(entries, bytes: bytes, object: object))
      }
      let start = bytes + Int(entry.start)
      var hash = entry.length
      if hash > 0 { hash = hash &* 5 ^ Int(start[0]) &* 3 ^ Int(start[entry.length - 1]) }
      let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: hash & 63)
      if seen & bit != 0 {
        var earlier = object + 1
        while earlier < name {
          let other = entries[earlier]
          // Names with escape sequences were none so far, or this function had been left.
          if other.length == entry.length,
            Words.equal(bytes + Int(other.start), start, count: entry.length)
          {
            return name
          }
          earlier = Int(entries[earlier + 1].next)
        }
      }
      seen |= bit
      name = Int(entries[name + 1].next)
    }
    return nil
  }

  /// A name's content, in the text or, decoded, in an array of its own.
  private struct Name {
    var index: Int
    var text: JSONText
    var decoded: [UInt8]?

    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
      guard let decoded else { return body(text.bytes) }
      return decoded.withUnsafeBufferPointer(body)
    }

    var hash: Int {
      var hasher = Hasher()
      withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
      return hasher.finalize()
    }

    static func == (left: Name, right: Name) -> Bool {
      left.withBytes { first in right.withBytes { first.elementsEqual($0) } }
    }
  }

  private static func names(
    _ entries: UnsafeMutablePointer<TapeEntry>, bytes: UnsafePointer<UInt8>, object: Int
  ) -> [Name] {
    var names: [Name] = []
    names.reserveCapacity(Int(entries[object].count))
    var index = object + 1
    while index < Int(entries[object].next) {
      let entry = entries[index]
      let text = JSONText(
        bytes: UnsafeBufferPointer(start: bytes + Int(entry.start), count: entry.length),
        isEscaped: entry.tag == .escapedString)
      names.append(
        Name(index: index, text: text, decoded: text.isEscaped ? text.decodedBytes : nil))
      index = Int(entries[index + 1].next)
    }
    return names
  }

  private static func repeatedAmongMany(_ object: JSON) -> Int? {
    repeatedAmongMany(
      names: names(
        object.document.pointee.entries, bytes: object.document.pointee.bytes,
        object: Int(object.index)))
  }

  private static func repeatedAmongMany(names: [Name]) -> Int? {
    var size = 16
    while size < names.count * 2 { size *= 2 }
    // Holds ordinals of names, counted from 1; 0 is a free slot.
    var table = [UInt32](repeating: 0, count: size)
    for (ordinal, name) in names.enumerated() {
      var slot = name.hash & (size - 1)
      while table[slot] != 0 {
        if names[Int(table[slot]) - 1] == name { return name.index }
        slot = (slot + 1) & (size - 1)
      }
      table[slot] = UInt32(truncatingIfNeeded: ordinal + 1)
    }
    return nil
  }
}

extension JSON {
  /// Refuses a member named twice in an object at any depth, with its path. O(bytes).
  package func refuseDuplicates() throws(ParameterError) {
    guard let name = Duplicates.firstName(in: self) else { return }
    let path = path(to: name)
    throw ParameterError(
      path: path, reason: .duplicateMember, message: "\(path) is given more than once")
  }
}
