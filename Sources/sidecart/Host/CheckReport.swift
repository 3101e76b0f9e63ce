import Storage
import Wire

/// What `check` found, in words and in JSON.
struct CheckReport {
  var path: String
  var inspection: LogInspection
  /// What was found after a repair; nil where none was made.
  var fixed: LogInspection?
  /// The snapshot that a start goes on from, and what was found of those that it does not take.
  var snapshot: String?
  var snapshotNotes: [String] = []
  /// True where the snapshot holds all that is damaged in the log.
  var isDamageCovered = false
  /// The process that writes to the folder now.
  var writer: Int32?

  /// True where a start needs no repair.
  var isSoundNow: Bool { (fixed ?? inspection).isSound }

  // MARK: For people

  /// The lines, each with its end.
  var text: String { lines.map { $0 + "\n" }.joined() }

  private var lines: [String] {
    let report = inspection.report
    var lines = [
      "\(path): \(count(report.segments, "segment")), \(count(report.lastSequence, "record")), "
        + "\(count(report.bytes, "byte"))"
    ]
    if let writer { lines.append("process \(writer) is writing to it") }
    let place = inspection.lastGood.map { "\($0)" } ?? "none"
    lines.append("last good offset: \(place)")
    lines.append("what follows it: \(following)")
    if let damage = inspection.damage { lines.append("damage: \(damage)") }
    lines += snapshotNotes
    if let snapshot, !isDamageCovered { lines.append("\(snapshot) is whole") }
    lines.append("a start \(start)")
    if let remedy { lines.append(remedy) }
    return lines
  }

  private func count(_ number: some BinaryInteger, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  private var following: String {
    guard inspection.damage == nil else {
      guard !inspection.cuts.isEmpty else { return "nothing that a cut would help against" }
      return inspection.cuts.map { cut in
        let what = cut.place.offset == 0 ? "all of \(cut.place.file)," : "\(cut.place.file) with"
        return "\(what) \(count(cut.bytes, "byte")), \(count(cut.wholeRecordCount, "whole record"))"
      }.joined(separator: "; ")
    }
    switch inspection.report.ending {
    case .clean: return "nothing"
    case .tornTail(let tail):
      let behind = tail.intactAfter == 0 ? "" : " (with \(tail.intactAfter) whole records in it)"
      return "a torn tail of \(count(tail.bytes, "byte"))\(behind), never acknowledged"
    case .tornHeader(let file): return "\(file), which was just being made"
    }
  }

  /// What a start of the process does with it, as it was found.
  private var start: String {
    if isDamageCovered { return "goes on from \(snapshot ?? ""), which holds what is damaged" }
    if inspection.damage != nil { return "refuses" }
    switch inspection.report.ending {
    case .clean: return "goes on from there"
    case .tornTail: return "keeps the tail as \(inspection.tornKeptAs ?? "a file") and goes on"
    case .tornHeader(let file): return "makes \(file) again and goes on"
    }
  }

  private var remedy: String? {
    if let fixed {
      guard let damage = fixed.damage else {
        return inspection.damage == nil
          ? "fixed: as a start would have done" : "fixed: \(setAside("were"))"
      }
      return "not fixed: \(damage)"
    }
    guard let damage = inspection.damage else { return nil }
    if isDamageCovered {
      return "--fix leaves it so, as a cut would lose more; a backup from now on is worth having, "
        + "and so is an earlier one whose log is whole"
    }
    if !inspection.cuts.isEmpty { return "--fix: \(setAside("would be"))" }
    switch damage {
    case .newerFormat, .refusedRecord:
      return
        "--fix cannot help: a newer program may read it, or one on a machine that has what the "
        + "record names"
    default:
      return "--fix cannot help: too little is good to go on from; restore a backup, or put the "
        + "missing file back"
    }
  }

  private func setAside(_ verb: String) -> String {
    let names = inspection.cuts.map(\.keptAs).joined(separator: ", ")
    let bytes = inspection.cuts.reduce(0) { $0 + $1.bytes }
    return "\(count(bytes, "byte")) with \(count(inspection.cutRecordCount, "whole record")), "
      + "which may have been acknowledged, \(verb) set aside in \(names); the log then ends with "
      + "record \(inspection.report.lastSequence)"
  }

  // MARK: For programs

  /// One JSON object and a line end.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("folder")
    writer.string(path)
    writer.key("ok")
    writer.bool(isSoundNow)
    writer.key("fixed")
    writer.bool(fixed?.isSound ?? false)
    writer.key("segments")
    writer.integer(inspection.report.segments)
    writer.key("last_sequence")
    writer.integer(Int(clamping: inspection.report.lastSequence))
    writer.key("bytes")
    writer.integer(Int(clamping: inspection.report.bytes))
    writer.key("last_good")
    if let place = inspection.lastGood { write(place, to: &writer) } else { writer.null() }
    writer.key("ending")
    writer.string(ending)
    writer.key("snapshot")
    if let snapshot { writer.string(snapshot) } else { writer.null() }
    writer.key("damage_is_covered")
    writer.bool(isDamageCovered)
    writer.key("damage")
    if let damage = inspection.damage { writer.string("\(damage)") } else { writer.null() }
    writer.key("kept_as")
    if let name = inspection.tornKeptAs { writer.string(name) } else { writer.null() }
    writer.key("cuts")
    writer.beginArray()
    for cut in inspection.cuts { write(cut, to: &writer) }
    writer.endArray()
    writer.key("writer_process")
    if let process = self.writer { writer.integer(Int(process)) } else { writer.null() }
    writer.key("says")
    writer.beginArray()
    for line in lines { writer.string(line) }
    writer.endArray()
    writer.endObject()
    return writer.bytes + [0x0A]
  }

  private var ending: String {
    guard inspection.damage == nil else { return "damage" }
    switch inspection.report.ending {
    case .clean: return "clean"
    case .tornTail: return "torn_tail"
    case .tornHeader: return "torn_header"
    }
  }

  private func write(_ place: LogPlace, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("file")
    writer.string(place.file)
    writer.key("offset")
    writer.integer(Int(clamping: place.offset))
    writer.endObject()
  }

  private func write(_ cut: LogCut, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("file")
    writer.string(cut.place.file)
    writer.key("offset")
    writer.integer(Int(clamping: cut.place.offset))
    writer.key("bytes")
    writer.integer(Int(clamping: cut.bytes))
    writer.key("records")
    writer.integer(cut.wholeRecordCount)
    writer.key("kept_as")
    writer.string(cut.keptAs)
    writer.endObject()
  }
}
