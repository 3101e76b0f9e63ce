import Foundation
import TestSupport

/// One run of `sidecart import`, and what it said.
struct ImportRun {
  let exit: ChildProcess.Exit
  let output: String
  let errors: String
  private let summary: [String: Any]

  /// Imports text from stdin, in one go or in pieces of those sizes, or from a file where the
  /// arguments name one.
  init(_ text: String = "", _ arguments: [String], file: String = "-") throws {
    try self.init(bytes: Array(text.utf8), arguments, file: file)
  }

  init(bytes: [UInt8], _ arguments: [String], file: String = "-", pieces: [Int] = []) throws {
    let child = try SidecartProcess(["import", "--json"] + arguments + [file]).child
    do {
      var offset = 0
      for size in pieces where offset < bytes.count {
        try child.send(Array(bytes[offset..<min(bytes.count, offset + size)]))
        offset += size
      }
      if offset < bytes.count { try child.send(Array(bytes[offset...])) }
    } catch is ChildProcess.BrokenPipe {
      // It refused to read on; its exit and its words say why.
    }
    child.closeInput()
    exit = try child.wait(timeout: 120)
    output = String(decoding: child.takeOutput(), as: UTF8.self)
    errors = child.stderrText
    let line = arguments.contains("--emit") ? errors : output
    summary = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] ?? [:]
  }

  /// `[accepted, unchanged, rejected]` of orders, returns, items or customers.
  func counts(_ kind: String) -> [Int] {
    let tally = summary[kind] as? [String: Any] ?? [:]
    return ["accepted", "unchanged", "rejected"].map { tally[$0] as? Int ?? -1 }
  }

  /// Rejected records by reason.
  func rejections(_ kind: String) -> [String: Int] {
    (summary[kind] as? [String: Any])?["reasons"] as? [String: Int] ?? [:]
  }

  /// Rows read, in orders, in returns, rejected, skipped.
  var rows: [Int] {
    let rows = summary["rows"] as? [String: Any] ?? [:]
    return ["read", "orders", "returns", "rejected", "skipped"].map { rows[$0] as? Int ?? -1 }
  }

  var skipped: [String: Int] {
    (summary["rows"] as? [String: Any])?["reasons"] as? [String: Int] ?? [:]
  }

  var unitsWithoutOrder: Int { summary["units_without_order"] as? Int ?? -1 }

  /// The params of the requests that `--emit` printed, of one method, or of all.
  func requests(_ method: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").compactMap { line in
      let request = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      return request["method"] as? String == method ? request["params"] as? [String: Any] : nil
    }
  }

  /// The orders that `--emit` printed.
  func orders() throws -> [[String: Any]] {
    try requests("orders.put").flatMap { $0["orders"] as? [[String: Any]] ?? [] }
  }
}

/// A state folder in which imports and questions meet.
struct ImportedShop {
  let folder: TemporaryFolder
  var path: String { folder.path + "/shop" }

  init() throws { folder = try TemporaryFolder() }

  func take(_ text: String, _ arguments: [String] = []) throws -> ImportRun {
    try ImportRun(text, ["--state", path] + arguments)
  }

  /// Asks one question of the folder.
  func ask(_ method: String, _ parameters: String = "{}") throws -> [String: Any] {
    let child = try SidecartProcess(["call", "--state", path, method, parameters]).child
    let exit = try child.wait()
    guard exit == .code(0) else { throw ChildProcess.Failure(child.stderrText) }
    let reply = child.takeOutput()
    return try JSONSerialization.jsonObject(with: Data(reply)) as? [String: Any] ?? [:]
  }

  /// What an order has returned, line by line.
  func returned(_ order: String) throws -> [Int] {
    let lines = try ask("orders.get", "{\"order\":\"\(order)\"}")["lines"] as? [[String: Any]] ?? []
    return lines.map { $0["returned"] as? Int ?? -1 }
  }

  /// The facts of the folder's log, one JSON value each.
  func facts() throws -> [String] {
    let child = try SidecartProcess(["log", "--state", path]).child
    let lines = try child.readLines()
    try child.wait()
    return lines.map { line in
      // {"sequence":1,"now":"…","fact":{…}}
      line.range(of: "\"fact\":").map { String(line[$0.upperBound...].dropLast()) } ?? line
    }
  }
}
