import Shop

// What changed since a position of the log
// ----------------------------------------
// Where somebody stood as of a moment can be worked out from the facts at any time; where they
// stood as it was known at a position of the log cannot: orders that came later with earlier times,
// returns, links, other rules and the fifths that all of these move have become part of every past.
// A position's state cannot be kept for each record either, since one order can move many.
//
// So a host marks the positions that it will ask about: a fact of the log says "marked", and
// applying it takes down tier, stage and level of everybody as known then, as of the moment of that
// record. It is a number per customer, into a short table of the combinations that occur. The same
// log gives the same marks, and a snapshot carries them. The last eight are kept; a position
// between two marks is answered from the earlier one, which the reply says, and one before the
// first that is kept is refused, since silence about changes would be taken for there being none.
//
// Who is forgotten goes out of every mark. What the others' places were stays as it was known: it
// is what the host was told.

/// Where everybody stood at some positions of the log.
package struct MemberMarks: Sendable {
  /// Where everybody stood at one of them.
  package struct Mark: Sendable {
    /// Of the record that marked: how many records of the log were known with it.
    package let position: Int64
    package let time: Instant
    /// The combinations that occur, each as `MemberProfile.positions`; the first is nowhere.
    fileprivate var places: [[String?]] = [MemberTransition.nowhere]
    /// By customer, which of these.
    fileprivate var codes = Column<Int32>()

    /// Where the customer stood, by field; nowhere where they were not known yet.
    package func positions(of customer: Int32) -> [String?] {
      places[Int(customer) < codes.count ? Int(codes[Int(customer)]) : 0]
    }
  }

  /// How many are kept, the last ones.
  package static let keptCount = 8

  /// By position.
  package private(set) var marks: [Mark] = []

  package init() {}

  /// Takes down where everybody stands. O(customers).
  package mutating func add(position: Int64, time: Instant, view: MemberView) {
    var mark = Mark(position: position, time: time)
    var numbers: [[String?]: Int32] = [MemberTransition.nowhere: 0]
    let customers = view.facts.customers
    mark.codes.reserveCapacity(customers.count)
    for customer in 0..<Int32(customers.count) {
      let place =
        customers.isGone(customer)
        ? MemberTransition.nowhere : view.profile(of: customer).positions
      if let known = numbers[place] {
        mark.codes.append(known)
      } else {
        let number = Int32(mark.places.count)
        numbers[place] = number
        mark.places.append(place)
        mark.codes.append(number)
      }
    }
    marks.removeAll { $0.position >= position }
    marks.append(mark)
    if marks.count > Self.keptCount { marks.removeFirst(marks.count - Self.keptCount) }
  }

  /// The last mark at a position or before; nil where none is kept.
  package func last(upTo position: Int64) -> Mark? {
    marks.last { $0.position <= position }
  }

  /// Takes a customer out of all marks, whose number somebody else may get. O(marks), the first
  /// time after a snapshot was written or read O(customers).
  package mutating func forget(customer: Int32) {
    for index in marks.indices where Int(customer) < marks[index].codes.count {
      marks[index].codes[Int(customer)] = 0
    }
  }
}

// MARK: - Snapshot

extension MemberMarks {
  package func write(to sink: some ColumnSink) throws {
    try sink.put(record: "members.marks") { packer in
      packer.list(marks) { packer, mark in
        packer.integer(mark.position)
        packer.instant(mark.time)
        packer.count(mark.codes.count)
        packer.list(mark.places) { packer, place in
          for part in place { packer.optional(part) { $0.text($1) } }
        }
      }
    }
    var codes = Column<Int32>()
    for mark in marks { mark.codes.withUnsafeBufferPointer { codes.append(contentsOf: $0) } }
    try sink.put("members.marks.codes", codes)
  }

  package init(from source: some ColumnSource) throws(SnapshotProblem) {
    let read = try source.record("members.marks") { unpacker throws(SnapshotProblem) in
      try unpacker.list { unpacker throws(SnapshotProblem) in
        (
          position: try unpacker.integer(), time: try unpacker.instant(),
          count: try unpacker.count(),
          places: try unpacker.list { unpacker throws(SnapshotProblem) in
            var place: [String?] = []
            for _ in MemberTransition.Field.allCases { place.append(try unpacker.optionalText()) }
            return place
          }
        )
      }
    }
    var total = 0
    for mark in read {
      let (sum, overflows) = total.addingReportingOverflow(mark.count)
      guard !overflows, !mark.places.isEmpty else {
        throw SnapshotProblem("members.marks", "damaged")
      }
      total = sum
    }
    let codes: Column<Int32> = try source.column("members.marks.codes", count: total)
    var start = 0
    for head in read {
      var mark = Mark(position: head.position, time: head.time)
      mark.places = head.places
      mark.codes.reserveCapacity(head.count)
      for index in start..<start + head.count {
        guard head.places.indices.contains(Int(codes[index])) else {
          throw SnapshotProblem("members.marks.codes", "a number beyond the table")
        }
        mark.codes.append(codes[index])
      }
      start += head.count
      marks.append(mark)
    }
  }
}
