import Shop

/// The shape of a parameter or a result, from which the OpenRPC document is written.
///
/// A method states its shapes beside its code; a test holds the two together by sending every
/// stated parameter and one that is not stated.
package indirect enum Shape: Sendable {
  case string
  case integer
  case number
  case boolean
  /// RFC 3339 with offset.
  case moment
  /// `YYYY-MM-DD`.
  case day
  case any
  case choice([String])
  case list(Shape)
  case object([Field])
  /// An object of any names, each with a value of that shape.
  case map(Shape)
  /// One of several shapes.
  case either([Shape])
  case nullable(Shape)
  /// A named shape of `SharedShapes`.
  case shared(String)

  /// JSON Schema (draft 2020-12, as OpenRPC 1.3 asks).
  package var schema: Value {
    switch self {
    case .string: Shape.type("string")
    case .integer: Shape.type("integer")
    case .number: Shape.type("number")
    case .boolean: Shape.type("boolean")
    case .moment: Shape.type("string", ("format", .string("date-time")))
    case .day: Shape.type("string", ("format", .string("date")))
    case .any: .object([])
    case .choice(let names):
      Shape.type("string", ("enum", .array(names.map(Value.string))))
    case .list(let element): Shape.type("array", ("items", element.schema))
    case .object(let fields): Shape.objectSchema(fields)
    case .map(let element): Shape.type("object", ("additionalProperties", element.schema))
    case .either(let shapes): .record(("oneOf", .array(shapes.map(\.schema))))
    case .nullable(let shape):
      .record(("oneOf", .array([shape.schema, Shape.type("null")])))
    case .shared(let name): .record(("$ref", .string("#/components/schemas/" + name)))
    }
  }

  private static func type(_ name: String, _ more: (String, Value)...) -> Value {
    .object(
      [.init(name: "type", value: .string(name))] + more.map { .init(name: $0.0, value: $0.1) })
  }

  private static func objectSchema(_ fields: [Field]) -> Value {
    let properties = fields.map { field -> Value.Member in
      var schema = field.shape.schema
      if !field.summary.isEmpty, case .object(let members) = schema, field.shape.takesSummary {
        schema = .object(members + [.init(name: "description", value: .string(field.summary))])
      }
      return Value.Member(name: field.name, value: schema)
    }
    var members: [(String, Value)] = [("properties", .object(properties))]
    let required = fields.filter(\.isRequired).map { Value.string($0.name) }
    if !required.isEmpty { members.append(("required", .array(required))) }
    members.append(("additionalProperties", .bool(false)))
    return .object(
      [.init(name: "type", value: .string("object"))]
        + members.map { .init(name: $0.0, value: $0.1) })
  }

  private var takesSummary: Bool {
    if case .shared = self { return false }
    return true
  }
}

/// A named part of an object: a parameter of a method, a field of a record.
package struct Field: Sendable {
  package var name: String
  package var shape: Shape
  package var isRequired: Bool
  package var summary: String

  package static func required(_ name: String, _ shape: Shape, _ summary: String = "") -> Field {
    Field(name: name, shape: shape, isRequired: true, summary: summary)
  }

  package static func optional(_ name: String, _ shape: Shape, _ summary: String = "") -> Field {
    Field(name: name, shape: shape, isRequired: false, summary: summary)
  }
}

extension Value {
  /// An object of those members, in that order.
  package static func record(_ members: (String, Value)...) -> Value {
    .object(members.map { Member(name: $0.0, value: $0.1) })
  }
}
