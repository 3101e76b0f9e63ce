import Shop

/// The contract as an OpenRPC 1.3 document, written from the methods themselves.
///
/// `Protocol/openrpc.json` is this document; a test holds the two together.
package enum OpenRPC {
  package static func document(version: String) -> Value {
    .record(
      ("openrpc", .string("1.3.2")),
      (
        "info",
        .record(
          ("title", .string("Sidecart")),
          (
            "description",
            .string(
              "Recommendations, coupon targeting and win-back for a shop, over "
                + "line-delimited JSON-RPC 2.0 "
                + "on stdin and stdout. Params are always an object; members that are not "
                + "listed are refused."
            )
          ), ("version", .string(version))
        )
      ), ("methods", .array(Methods.all.map(describe))),
      (
        "components",
        .record(
          (
            "schemas",
            .object(SharedShapes.all.map { .init(name: $0.name, value: $0.shape.schema) })
          ))
      ))
  }

  private static func describe(_ method: any Method.Type) -> Value {
    let parameters = method.parameters.map { field -> Value in
      var members: [Value.Member] = [.init(name: "name", value: .string(field.name))]
      if !field.summary.isEmpty {
        members.append(.init(name: "description", value: .string(field.summary)))
      }
      members.append(.init(name: "required", value: .bool(field.isRequired)))
      members.append(.init(name: "schema", value: field.shape.schema))
      return .object(members)
    }
    return .record(
      ("name", .string(method.name)), ("summary", .string(method.summary)),
      ("paramStructure", .string("by-name")), ("params", .array(parameters)),
      ("x-writes", .bool(method.writes)),
      (
        "result",
        .record(("name", .string("result")), ("schema", method.result.schema))
      ))
  }
}
