extension JSON {
  /// The elements of an array in order; nothing for every other kind.
  package var elements: JSONArray { JSONArray(node: self) }

  /// The members of an object in order, repeated names included; nothing for every other kind.
  package var members: JSONMembers { JSONMembers(node: self) }

  /// The value of the first member of that name, or nil. O(members).
  package subscript(name: StaticString) -> JSON? {
    for member in members where member.name == name { return member.value }
    return nil
  }

  package subscript(name: String) -> JSON? {
    for member in members where member.name == name { return member.value }
    return nil
  }
}

/// The elements of an array, walked in O(1) a step without decoding any.
package struct JSONArray: Sequence {
  let node: JSON

  /// How many elements there are. O(1).
  package var count: Int { node.entry.tag == .array ? node.count : 0 }
  package var isEmpty: Bool { count == 0 }
  package var underestimatedCount: Int { count }

  package func makeIterator() -> Iterator {
    Iterator(document: node.document, place: Int(node.index) + 1, remaining: count)
  }

  package struct Iterator: IteratorProtocol {
    let document: UnsafeMutablePointer<Document>
    var place: Int
    var remaining: Int

    package mutating func next() -> JSON? {
      guard remaining > 0 else { return nil }
      remaining -= 1
      defer { place = Int(document.pointee.entries[place].next) }
      return JSON(document: document, index: place)
    }
  }
}

/// A name and its value.
package struct JSONMember {
  package let name: JSONText
  package let value: JSON

  /// The place of the name itself, for errors that are about the member as a whole.
  var nameIndex: Int { Int(value.index) - 1 }
}

/// The members of an object, walked in O(1) a step without decoding any.
package struct JSONMembers: Sequence {
  let node: JSON

  /// How many members there are. O(1).
  package var count: Int { node.entry.tag == .object ? node.count : 0 }
  package var isEmpty: Bool { count == 0 }
  package var underestimatedCount: Int { count }

  package func makeIterator() -> Iterator {
    Iterator(document: node.document, place: Int(node.index) + 1, remaining: count)
  }

  package struct Iterator: IteratorProtocol {
    let document: UnsafeMutablePointer<Document>
    var place: Int
    var remaining: Int

    package mutating func next() -> JSONMember? {
      guard remaining > 0 else { return nil }
      remaining -= 1
      let name = JSON(document: document, index: place).textValue
      guard let name else { preconditionFailure("an object's entries alternate name and value") }
      let value = JSON(document: document, index: place + 1)
      place = Int(document.pointee.entries[place + 1].next)
      return JSONMember(name: name, value: value)
    }
  }
}
