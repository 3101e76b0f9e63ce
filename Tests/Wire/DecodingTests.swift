import Testing
import Wire

private enum Repeats: String, CaseIterable { case mix, only, none }

/// What a decoder says about a text: nil where it takes it.
private func refusal(
  _ text: String, _ decode: (JSON) throws(ParameterError) -> Void
) throws -> ParameterError? {
  try scanning(text) { node in
    do throws(ParameterError) {
      try decode(node)
      return nil
    } catch {
      return error
    }
  }
}

private func recommend(_ parameters: JSON) throws(ParameterError) {
  var object = try parameters.object()
  _ = try object.optionalString("customer", maximumBytes: 8)
  _ = try object.optionalInteger("k", in: 1...1000) ?? 10
  _ = try object.optionalNumber("weight", in: 0...1)
  _ = try object.optionalBool("explain")
  _ = try object.optionalChoice("repeats", of: Repeats.self)
  if let basket = try object.optionalArray("basket", maximumCount: 3) {
    for item in basket { _ = try item.text(maximumBytes: 8) }
  }
  try object.finish()
}

private func putOrders(_ parameters: JSON) throws(ParameterError) {
  var object = try parameters.object()
  let orders = try object.array("orders", minimumCount: 1, maximumCount: 100)
  try object.finish()
  for order in orders { try putOrder(order) }
}

private func putOrder(_ order: JSON) throws(ParameterError) {
  var object = try order.object()
  _ = try object.string("id", maximumBytes: 16)
  for line in try object.array("lines", maximumCount: 10) {
    var reader = try line.object()
    _ = try reader.text("item", maximumBytes: 16)
    _ = try reader.integer("quantity", in: 1...1_000_000)
    try reader.finish()
  }
  if let attributes = try object.optionalObject("attributes") {
    for member in attributes.node.members where member.value.isNull {
      throw member.value.failure("not_allowed", "null is not allowed")
    }
  }
  try object.finish()
}

@Suite struct DecodingTests {
  @Test func takesWhatIsRight() throws {
    for text in [
      "{}", #"{"customer":"c-1","k":5,"basket":[],"explain":true}"#, #"{"k":1.0}"#,
      #"{"k":1e3,"weight":1}"#,
      #"{"explain":false,"basket":["a","b","c"],"weight":0.5,"repeats":"only","k":1000,"customer":"12345678"}"#,
      // Eight characters once decoded, and a name that is written with an escape sequence.
      #"{"customer":"\u0041\u0041\u0041\u0041\u0041\u0041\u0041\u0041"}"#, #"{"\u006b":3}"#,
    ] {
      #expect(try refusal(text, recommend) == nil, "\(text)")
    }
    #expect(
      try refusal(#"{"orders":[{"id":"o","lines":[{"item":"a","quantity":2}]}]}"#, putOrders) == nil
    )
  }

  @Test func valuesArriveAsTheyWereSent() throws {
    try scanning(
      #"{"s":"a\n中","i":-7,"n":2.5,"b":true,"c":"none","a":[1,2],"o":{"x":1},"z":null,"t":"raw"}"#
    ) { node in
      var object = try node.object()
      #expect(try object.string("s", maximumBytes: 5) == "a\n中")
      #expect(try object.integer("i") == -7)
      #expect(try object.number("n") == 2.5)
      #expect(try object.bool("b"))
      #expect(try object.choice("c", of: Repeats.self) == .none)
      let numbers = try object.array("a", maximumCount: 2).map { try $0.integer() }
      #expect(numbers == [1, 2])
      var inner = try object.object("o")
      #expect(try inner.integer("x") == 1)
      try inner.finish()
      #expect(object.member("z")?.isNull == true)
      let raw = try object.text("t", maximumBytes: 3)
      #expect(raw == "raw" && raw.plainBytes.map { Array($0) } == Array("raw".utf8))
      #expect(object.member("nothing") == nil)
      try object.finish()
    }
  }

  @Test func refusesWithPathAndReason() throws {
    let cases: [(String, String, ErrorReason)] = [
      ("[]", "params", .wrongType), (#"{"customer":1}"#, "customer", .wrongType),
      (#"{"customer":null}"#, "customer", .wrongType), (#"{"customer":""}"#, "customer", .empty),
      (#"{"customer":"123456789"}"#, "customer", .tooLong), (#"{"k":0}"#, "k", .outOfRange),
      (#"{"k":1001}"#, "k", .outOfRange), (#"{"k":1e300}"#, "k", .outOfRange),
      (#"{"k":1e999}"#, "k", .outOfRange),
      (#"{"k":9223372036854775808}"#, "k", .outOfRange), (#"{"k":1.5}"#, "k", .wrongType),
      (#"{"k":"5"}"#, "k", .wrongType), (#"{"weight":1.01}"#, "weight", .outOfRange),
      (#"{"weight":-1e999}"#, "weight", .outOfRange), (#"{"weight":[]}"#, "weight", .wrongType),
      (#"{"explain":1}"#, "explain", .wrongType), (#"{"repeats":"al"}"#, "repeats", .notOneOf),
      (#"{"repeats":{}}"#, "repeats", .wrongType),
      (#"{"basket":["a",7]}"#, "basket[1]", .wrongType),
      (#"{"basket":["a","b","c","d"]}"#, "basket", .tooMany),
      (#"{"basket":["a",""]}"#, "basket[1]", .empty),
      (#"{"custmer":"c"}"#, "custmer", .unknownParameter),
      (#"{"k":1,"a b":2}"#, #"["a b"]"#, .unknownParameter),
      (#"{"k":1,"":2}"#, #"[""]"#, .unknownParameter), (#"{"K":1}"#, "K", .unknownParameter),
      (#"{"1k":1}"#, #"["1k"]"#, .unknownParameter),
      (#"{"a\"\n":1}"#, #"["a\"\n"]"#, .unknownParameter),
    ]
    for (text, path, reason) in cases {
      let error = try refusal(text, recommend)
      #expect(
        error?.path == path && error?.reason == reason, "\(text): \(String(describing: error))")
      #expect(error?.message.isEmpty == false)
    }
  }

  @Test func pathsLeadThroughArraysAndObjects() throws {
    let cases: [(String, String, ErrorReason)] = [
      ("{}", "orders", .missing), (#"{"orders":[]}"#, "orders", .tooFew),
      (#"{"orders":[[]]}"#, "orders[0]", .wrongType),
      (#"{"orders":[{"id":"o"}]}"#, "orders[0].lines", .missing),
      (
        #"{"orders":[{"id":"o","lines":[]},{"id":"p","lines":[{"item":"a","quantity":1},{"item":"b","quantity":0}]}]}"#,
        "orders[1].lines[1].quantity", .outOfRange
      ),
      (#"{"orders":[{"id":"o","lines":[{"quantity":1}]}]}"#, "orders[0].lines[0].item", .missing),
      (
        #"{"orders":[{"id":"o","lines":[{"item":"a","quantity":1,"prise":2}]}]}"#,
        "orders[0].lines[0].prise",
        .unknownParameter
      ),
      (
        #"{"orders":[{"id":"o","lines":[],"attributes":{"a":1,"a b":null}}]}"#,
        #"orders[0].attributes["a b"]"#,
        "not_allowed"
      ),
      (
        #"{"orders":[{"id":"o","lines":[],"attributes":{"x":{"y":[[[0]]]},"z":null}}]}"#,
        "orders[0].attributes.z",
        "not_allowed"
      ),
    ]
    for (text, path, reason) in cases {
      let error = try refusal(text, putOrders)
      #expect(
        error?.path == path && error?.reason == reason, "\(text): \(String(describing: error))")
    }
  }

  /// The path of every value agrees with one that is built while walking down.
  @Test func everyPathIsTheOneWalked() throws {
    func visit(_ node: JSON, _ path: String, _ check: (JSON, String) -> Void) {
      check(node, path.isEmpty ? "params" : path)
      for (ordinal, element) in node.elements.enumerated() {
        visit(element, "\(path)[\(ordinal)]", check)
      }
      for member in node.members {
        visit(
          member.value, path.isEmpty ? member.name.string : "\(path).\(member.name.string)", check)
      }
    }
    let text =
      #"{"a":[{"b":[1,[2,{"c":3}],4]},[],[[5]],{"d":{"e":[6]}}],"f":{"g":[7,8]},"h":[9,[10]]}"#
    try scanning(text) { root in
      var places: [(JSON, String)] = []
      visit(root, "") { places.append(($0, $1)) }
      #expect(places.count == 26)
      for (node, path) in places { #expect(node.path == path) }
      // In any order, whatever the last path left behind.
      var generator = SeededGenerator(seed: 7)
      for _ in 0..<500 {
        let (node, path) = places.randomElement(using: &generator) ?? places[0]
        #expect(node.path == path)
      }
    }
  }

  @Test func oneBadRecordLeavesTheOthersAlone() throws {
    let records = (0..<2_000).map {
      $0 % 2 == 0 ? #"{"id":"o\#($0)","lines":[]}"# : #"{"id":\#($0),"lines":[]}"#
    }
    try scanning(#"{"orders":[\#(records.joined(separator: ","))]}"#) { node in
      var object = try node.object()
      var accepted = 0
      for (index, order) in try object.array("orders", maximumCount: 5_000).enumerated() {
        do throws(ParameterError) {
          try putOrder(order)
          accepted += 1
        } catch {
          #expect(error.path == "orders[\(index)].id")
        }
      }
      #expect(accepted == 1_000)
      try object.finish()
    }
  }

  @Test func errorsHelpToFindTheMistake() throws {
    #expect(
      try refusal(#"{"custmer":"c"}"#, recommend)?.message
        == "\"custmer\" is not known here; allowed: customer, k, weight, explain, repeats, basket; "
        + "did you mean \"customer\"?")
    #expect(try refusal(#"{"zzz":1}"#, recommend)?.message.contains("did you mean") == false)
    #expect(
      try refusal(#"{"repeats":"onyl"}"#, recommend)?.message.hasSuffix("did you mean \"only\"?")
        == true)
    #expect(
      try refusal(#"{"oders":[]}"#, putOrders)?.message
        == "orders is missing; \"oders\" is not known")
    #expect(
      try refusal(#"{"k":true}"#, recommend)?.message == "expected an integer, found a boolean")
  }

  @Test func longNamesAreCutInErrors() throws {
    let name = String(repeating: "é", count: 100_000)
    let error = try refusal("{\"\(name)\":1}", recommend)
    #expect(error?.reason == .unknownParameter)
    #expect((error?.path.utf8.count ?? .max) < 200 && (error?.message.utf8.count ?? .max) < 400)
  }

  @Test func objectsOfAnySizeAreReadToTheEnd() throws {
    let many = (0..<300).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
    let error = try refusal("{\(many)}") { (node) throws(ParameterError) in
      var object = try node.object()
      _ = try object.integer("m299", in: 299...299)
      _ = try object.integer("m0", in: 0...0)
      try object.finish()
    }
    #expect(error?.path == "m1")
    #expect(
      try refusal("{\(many)}") { (node) throws(ParameterError) in
        // In an order of their own, found all the same.
        var object = try node.object()
        for _ in 0..<10 {
          _ = try object.integer("m250", in: 250...250)
          _ = try object.integer("m17", in: 17...17)
        }
      } == nil)
  }
}
