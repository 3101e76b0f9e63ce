import Engine
import Shop
import Testing

@Suite struct ParameterTests {
  static let methods = Methods.all.map { $0.name }.filter { $0 != "shutdown" }

  @Test func everyMethodHasASampleForEveryParameter() throws {
    let world = try SampleWorld()
    for method in Methods.all {
      #expect(
        Set(world.samples(of: method.name).map(\.name)) == Set(method.parameters.map(\.name)),
        "\(method.name)")
    }
  }

  @Test(arguments: methods) func everyStatedParameterIsTaken(method: String) throws {
    for parameter in Methods.named(method)?.parameters ?? [] {
      let world = try SampleWorld()
      let json = world.samples(of: method).first { $0.name == parameter.name }?.json
      let parameters = world.parameters(of: method, replacing: parameter.name, with: json)
      if let failure = world.shop.call(method, parameters).failure {
        // Nothing was redeemed for the sample's order: the ledger's word, not the reader's.
        #expect(method == "coupons.return" && failure.reason == "unknown_order", "\(failure)")
      }
    }
  }

  @Test(arguments: methods) func whatIsNotStatedIsRefusedWithItsPath(method: String) throws {
    let world = try SampleWorld()
    let before = world.shop.records.count
    for name in ["colour", "Key", "id", "at_"] {
      var parameters = world.parameters(of: method)
      parameters.removeLast()
      parameters += (parameters.count > 1 ? "," : "") + #""\#(name)":1}"#
      let failure = try world.shop.failure(method, parameters)
      #expect(failure.reason == "unknown_parameter")
      #expect(failure.path == name)
      #expect(failure.code == -32602)
    }
    #expect(world.shop.records.count == before)
  }

  @Test(arguments: methods) func whatIsMissingIsNamed(method: String) throws {
    let world = try SampleWorld()
    let before = world.shop.records.count
    for parameter in Methods.named(method)?.parameters ?? [] where parameter.isRequired {
      let failure = try world.shop.failure(
        method, world.parameters(of: method, replacing: parameter.name))
      #expect(failure.reason == "missing")
      #expect(failure.path == parameter.name)
    }
    #expect(world.shop.records.count == before)
  }

  /// Values of every kind, and the edges of each.
  static let probes = [
    "null", "true", "false", #""""#, #""x""#, #""2026-02-30T00:00:00Z""#, "0", "1", "-1", "1.5",
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e308", "-0.0", "1e-320",
    "[]", "[null]", "[1]", "[[]]", "[{}]", #"[""]"#, #"["x","x"]"#, "{}", #"{"x":null}"#,
    #"{"":1}"#, #"{"$and":[]}"#, #"{"lines":[]}"#, #"[{"id":1}]"#, #"[{"id":"x","id2":1}]"#,
  ]

  @Test(arguments: methods) func otherTypesAreRefusedWithTheirPathAndWriteNothing(
    method: String
  ) throws {
    for parameter in Methods.named(method)?.parameters ?? [] {
      let world = try SampleWorld()
      for (serial, probe) in ParameterTests.probes.enumerated() {
        let before = world.shop.records.count
        let parameters = world.parameters(
          of: method, replacing: parameter.name, with: probe, serial: serial)
        let reply = world.shop.call(method, parameters)
        guard let failure = reply.failure else {
          #expect(isOfKind(probe, parameter.shape), "\(method) takes \(parameter.name): \(probe)")
          continue
        }
        #expect(failure.code != -32603, "\(reply.line)")
        #expect(world.shop.records.count == before, "\(reply.line)")
        #expect(!failure.reason.isEmpty && !failure.message.isEmpty)
        if method == "coupons.return", failure.reason == "unknown_order" { continue }
        // What is refused for what it says of the world may be about another member.
        let path = try #require(failure.path, "\(parameters) -> \(reply.line)")
        let isOther = [-31999, -31998, -31997].contains(failure.code)
        #expect(path.hasPrefix(parameter.name) || isOther, "\(parameters) -> \(reply.line)")
        if !isOfKind(probe, parameter.shape) {
          #expect(path == parameter.name, "\(parameters) -> \(reply.line)")
          #expect(
            ["wrong_type", "not_an_object", "out_of_range"].contains(failure.reason),
            "\(parameters) -> \(reply.line)")
        }
      }
    }
  }

  /// Whether the value is of the kind that the shape begins with.
  private func isOfKind(_ json: String, _ shape: Shape) -> Bool {
    switch shape {
    case .any: true
    case .string, .moment, .day, .choice: json.hasPrefix("\"")
    case .integer, .number: json.first?.isNumber ?? false || json.hasPrefix("-")
    case .boolean: json == "true" || json == "false"
    case .list: json.hasPrefix("[")
    case .object, .map: json.hasPrefix("{")
    case .nullable(let inner): json == "null" || isOfKind(json, inner)
    case .either(let shapes): shapes.contains { isOfKind(json, $0) }
    case .shared(let name): ShapeCheck.shared[name].map { isOfKind(json, $0) } ?? false
    }
  }
}
