import Offers
import Wire

// Where a forgotten customer is spoken of
// ---------------------------------------
// A stored reply is what another process may be given again, so it cannot simply go. Whatever of it
// speaks of the customer does: the smallest element of a list that holds one of their names (a
// coupon that was issued, an assignment), or else the reply as a whole. Texts that are names of
// something else (an item, a policy) do not speak of anyone, even where a shop numbers its
// customers and its items alike.

/// The names of forgotten customers, their orders, events, coupons and reservations, and until when
/// each of them has to go.
struct Mentions: Sendable {
  private var untilByName: [String: UInt64] = [:]
  private var untilByCode: [String: UInt64] = [:]
  private var untilByWord: [[UInt8]: UInt64] = [:]
  private var search = WordSearch()

  init() {}

  init(of forgotten: Forgotten) {
    self.init()
    add(forgotten, until: .max)
  }

  /// - Parameter sequence: up to which record of the log the names are this customer's.
  mutating func add(_ forgotten: Forgotten, until sequence: UInt64) {
    guard let customer = forgotten.customer else { return }
    for name in [customer] + forgotten.names + forgotten.codes {
      if name.isEmpty { continue }
      Mentions.extend(&untilByName, name, sequence)
      let plain = Array(name.utf8)
      Mentions.extend(&untilByWord, plain, sequence) { search.add(plain) }
      let escaped = Mentions.escaped(name)
      if escaped != plain {
        Mentions.extend(&untilByWord, escaped, sequence) { search.add(escaped) }
      }
    }
    for code in forgotten.codes {
      Mentions.extend(&untilByCode, CouponCode.normalized(code), sequence)
    }
  }

  private static func extend<Name: Hashable>(
    _ entries: inout [Name: UInt64], _ name: Name, _ sequence: UInt64,
    _ whereNew: () -> Void = {}
  ) {
    if let before = entries[name] {
      entries[name] = max(before, sequence)
    } else {
      entries[name] = sequence
      whereNew()
    }
  }

  /// A text as a reply holds it, without the quotes.
  private static func escaped(_ text: String) -> [UInt8] {
    var writer = JSONWriter(capacity: text.utf8.count + 2)
    writer.string(text)
    return Array(writer.bytes.dropFirst().dropLast())
  }

  // MARK: Asking

  /// Whether a coupon code is one of theirs that is forgotten after that record.
  func holds(code: String, after sequence: UInt64) -> Bool {
    untilByCode[CouponCode.normalized(code)].map { $0 > sequence } ?? false
  }

  /// Whether a key that a host made speaks of someone who is forgotten after that record.
  func isIn(key: String, after sequence: UInt64) -> Bool {
    var key = key
    return key.withUTF8 { finds($0, after: sequence) }
  }

  private func finds(_ text: UnsafeBufferPointer<UInt8>, after sequence: UInt64) -> Bool {
    search.finds(in: text) { word in untilByWord[word].map { $0 > sequence } ?? false }
  }

  /// What is left of a stored reply: the reply itself where it speaks of nobody who is forgotten
  /// after that record, nil where nothing of it can stay.
  func rest(ofReply reply: [UInt8], after sequence: UInt64) -> [UInt8]? {
    guard reply.withUnsafeBufferPointer({ finds($0, after: sequence) }) else { return reply }
    let scanner = JSONScanner(limits: .ofRecords)
    return reply.withUnsafeBufferPointer { bytes -> [UInt8]? in
      guard let root = try? scanner.scan(bytes), stays(root, as: "", after: sequence) else {
        return nil
      }
      var writer = JSONWriter(capacity: bytes.count)
      write(root, as: "", after: sequence, to: &writer)
      return writer.bytes
    }
  }

  // MARK: Replies

  /// Members whose texts name what is nobody's.
  private static let impersonal: Set<String> = [
    "item", "items", "policy", "because", "reason", "channel", "path", "basis", "tier",
    "lifecycle", "source", "certificate",
  ]

  /// Whether nothing but elements of lists inside of it would have to go.
  private func stays(_ node: JSON, as name: String, after sequence: UInt64) -> Bool {
    switch node.kind {
    case .object:
      node.members.allSatisfy { stays($0.value, as: $0.name.string, after: sequence) }
    case .string: !speaks(node, as: name, after: sequence)
    default: true
    }
  }

  private func speaks(_ node: JSON, as name: String, after sequence: UInt64) -> Bool {
    guard let text = node.textValue, !Mentions.impersonal.contains(name) else { return false }
    if name == "message" { return text.withUTF8 { finds($0, after: sequence) } }
    let string = text.string
    return untilByName[string].map { $0 > sequence } ?? false
      || holds(code: string, after: sequence)
  }

  private func write(
    _ node: JSON, as name: String, after sequence: UInt64, to writer: inout JSONWriter
  ) {
    switch node.kind {
    case .object:
      writer.beginObject()
      for member in node.members {
        let name = member.name.string
        writer.key(dynamic: name)
        write(member.value, as: name, after: sequence, to: &writer)
      }
      writer.endObject()
    case .array:
      writer.beginArray()
      for element in node.elements where stays(element, as: name, after: sequence) {
        write(element, as: name, after: sequence, to: &writer)
      }
      writer.endArray()
    default: writer.raw(node.rawBytes)
    }
  }
}

extension Limits {
  /// What this program wrote itself may be of any size.
  static let ofRecords = Limits(
    maximumLineBytes: (1 << 28) - 1, maximumDepth: JSONWriter.maximumDepth - 8)
}
