import Shop
import Wire

// How a put of many records is answered
// -------------------------------------
// Each record stands for itself: read, checked against what is known by then (records before it in
// the same call included), and committed or rejected, with the path of what is wrong. With `atomic`
// all are read and checked first, and one that would be rejected rejects the call; two records of
// one call that contradict each other are found there too.

/// What became of the records of one put.
struct BulkResult {
  private(set) var accepted = 0
  private(set) var unchanged = 0
  private(set) var rejected: [(index: Int, problem: RecordProblem)] = []

  mutating func accept() { accepted += 1 }
  mutating func pass() { unchanged += 1 }

  mutating func reject(_ index: Int, _ problem: RecordProblem) {
    rejected.append((index: index, problem: problem))
  }

  func write(to reply: inout JSONWriter) {
    reply.beginObject()
    writeMembers(to: &reply)
    reply.endObject()
  }

  /// Writes what stands in the reply's object.
  func writeMembers(to reply: inout JSONWriter) {
    reply.key("accepted")
    reply.integer(accepted)
    reply.key("unchanged")
    reply.integer(unchanged)
    reply.key("rejected")
    reply.beginArray()
    for (index, problem) in rejected {
      reply.beginObject()
      reply.key("index")
      reply.integer(index)
      reply.key("path")
      reply.string(problem.path)
      reply.key("reason")
      reply.string(problem.reason)
      reply.key("message")
      reply.string(problem.message)
      reply.endObject()
    }
    reply.endArray()
  }
}

extension RecordProblem {
  /// The problem with its path counted from the params.
  func located(_ list: String, _ index: Int) -> RecordProblem {
    var problem = self
    let element = "\(list)[\(index)]"
    problem.path = path.isEmpty ? element : element + "." + path
    return problem
  }

  init(_ error: ParameterError) {
    self.init(path: error.path, reason: error.reason.code, message: error.message)
  }
}

extension Engine {
  /// Answers a put: `name` is the params' list, `read` turns an element into a record, `check` says
  /// whether taking it changes anything, and `fact` what is to be committed. `claims` names what
  /// only one of several records may have, and for whom.
  ///
  /// - Parameter subject: the field that names a record's customer, where the put takes
  /// `transitions`.
  /// - Throws: `ParameterError` where the params are no list; with `atomic` also an `RPCError` for
  /// the first record
  ///   that would be rejected.
  mutating func put<Record>(
    _ name: StaticString, _ call: Call, into reply: inout JSONWriter,
    subject: StaticString? = nil, read: (JSON, Zone) throws(ParameterError) -> Record,
    check: (ShopFacts, Record) throws(RecordProblem) -> Bool,
    contradict: (Record, Record) -> Bool, identity: (Record) -> String?,
    claims: (Record) -> (owner: String, names: [String])? = { _ in nil }, fact: (Record) -> Fact
  ) throws {
    var reader = try call.reader()
    let list = try reader.array(name, maximumCount: FieldLimits.recordCount)
    let isAtomic = try reader.optionalBool("atomic") ?? false
    let asksTransitions =
      subject == nil ? false : try reader.optionalBool("transitions") ?? false
    try reader.finish()
    if isAtomic {
      try rehearse(
        name, list, read: read, check: check, contradict: contradict, identity: identity,
        claims: claims)
    }

    var before: Standings?
    if asksTransitions, let subject {
      before = standings(of: subjects(list, subject), call: call)
    }
    var result = BulkResult()
    let zone = facts.settings.zone
    for (index, element) in list.enumerated() {
      do throws(ParameterError) {
        let record = try read(element, zone)
        do throws(RecordProblem) {
          if try check(facts, record) {
            commit(fact(record), now: call.now)
            result.accept()
          } else {
            result.pass()
          }
        } catch {
          result.reject(index, error.located("\(name)", index))
        }
      } catch {
        result.reject(index, RecordProblem(error))
      }
    }
    reply.beginObject()
    result.writeMembers(to: &reply)
    if let before { writeTransitions(since: before, call: call, &reply) }
    reply.endObject()
  }

  /// Reads and checks all records and throws for the first that would be rejected.
  private func rehearse<Record>(
    _ name: StaticString, _ list: JSONArray,
    read: (JSON, Zone) throws(ParameterError) -> Record,
    check: (ShopFacts, Record) throws(RecordProblem) -> Bool,
    contradict: (Record, Record) -> Bool, identity: (Record) -> String?,
    claims: (Record) -> (owner: String, names: [String])?
  ) throws {
    var seen: [String: Record] = [:]
    var owners: [String: String] = [:]
    for (index, element) in list.enumerated() {
      let record = try read(element, facts.settings.zone)
      do throws(RecordProblem) {
        _ = try check(facts, record)
        if let claims = claims(record) {
          for claim in claims.names {
            if let owner = owners[claim], owner != claims.owner {
              throw RecordProblem(
                path: "identities", reason: "conflict",
                message: "an identity stands in this call before, as another customer's")
            }
            owners[claim] = claims.owner
          }
        }
        guard let id = identity(record) else { continue }
        if let earlier = seen[id], contradict(earlier, record) {
          throw RecordProblem(
            path: "id", reason: "conflict",
            message: "\(id) stands in this call before, with other content")
        }
        seen[id] = record
      } catch {
        throw Engine.refusal(of: error.located("\(name)", index))
      }
    }
  }

  /// What an atomic call is refused with for one of its records.
  private static func refusal(of problem: RecordProblem) -> RPCError {
    RPCError(
      code: RPCError.code(ofRefusal: problem.reason), reason: ErrorReason(problem.reason),
      message: problem.message + "; nothing was taken, since the call is atomic",
      path: problem.path)
  }
}

extension Engine {
  /// Answers a put of records that are kept as they were said: segments, policies.
  ///
  /// - Parameter check: the fact that taking the record is, or nil where nothing would change.
  mutating func putValues(
    _ name: StaticString, _ call: Call, into reply: inout JSONWriter,
    check: (borrowing Engine, Value) throws(RecordProblem) -> Fact?
  ) throws {
    var reader = try call.reader()
    let list = try reader.array(name, maximumCount: FieldLimits.recordCount)
    let isAtomic = try reader.optionalBool("atomic") ?? false
    try reader.finish()
    if isAtomic {
      var seen: [String: Value] = [:]
      for (index, element) in list.enumerated() {
        let value = try element.value()
        do throws(RecordProblem) {
          _ = try check(self, value)
          // The check knows nothing of the records before, whose facts are not there yet.
          guard case .string(let id)? = value["id"] else { continue }
          if let earlier = seen[id], earlier != value {
            throw RecordProblem(
              path: "id", reason: "conflict",
              message: "\(id) stands in this call before, with other content")
          }
          seen[id] = value
        } catch {
          throw Engine.refusal(of: error.located("\(name)", index))
        }
      }
    }
    var result = BulkResult()
    for (index, element) in list.enumerated() {
      do {
        if let fact = try check(self, try element.value()) {
          commit(fact, now: call.now)
          result.accept()
        } else {
          result.pass()
        }
      } catch let problem as RecordProblem {
        result.reject(index, problem.located("\(name)", index))
      } catch let error as ParameterError {
        result.reject(index, RecordProblem(error))
      }
    }
    result.write(to: &reply)
  }
}
