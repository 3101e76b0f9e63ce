import Engine
import Shop

/// Holds a value against a shape of the contract.
enum ShapeCheck {
  static let shared = Dictionary(uniqueKeysWithValues: SharedShapes.all.map { ($0.name, $0.shape) })

  /// What is wrong, each with its path; nothing where the value has the shape.
  static func problems(of value: Value, in shape: Shape, at path: String = "") -> [String] {
    switch shape {
    case .any: return []
    case .string: return value.text == nil ? ["\(path): no string"] : []
    case .integer: return value.int == nil ? ["\(path): no integer"] : []
    case .number: return value.double == nil ? ["\(path): no number"] : []
    case .boolean: return value.flag == nil ? ["\(path): no boolean"] : []
    case .moment:
      return value.text.flatMap { Instant(rfc3339: $0) } == nil ? ["\(path): no moment"] : []
    case .day: return value.text.flatMap { Day(text: $0) } == nil ? ["\(path): no day"] : []
    case .choice(let names):
      return value.text.map(names.contains) ?? false ? [] : ["\(path): none of \(names)"]
    case .list(let element):
      guard case .array(let elements) = value else { return ["\(path): no list"] }
      return elements.enumerated().flatMap { problems(of: $1, in: element, at: "\(path)[\($0)]") }
    case .map(let element):
      guard case .object(let members) = value else { return ["\(path): no object"] }
      return members.flatMap { problems(of: $0.value, in: element, at: "\(path).\($0.name)") }
    case .nullable(let inner): return value == .null ? [] : problems(of: value, in: inner, at: path)
    case .either(let shapes):
      let fits = shapes.contains { problems(of: value, in: $0, at: path).isEmpty }
      return fits ? [] : ["\(path): none of \(shapes.count) shapes"]
    case .shared(let name):
      guard let inner = shared[name] else { return ["\(path): no shape \(name)"] }
      return problems(of: value, in: inner, at: path)
    case .object(let fields): return problems(of: value, in: fields, at: path)
    }
  }

  private static func problems(of value: Value, in fields: [Field], at path: String) -> [String] {
    guard case .object(let members) = value else { return ["\(path): no object"] }
    var problems: [String] = []
    for field in fields {
      if let found = value[field.name] {
        problems += self.problems(of: found, in: field.shape, at: "\(path).\(field.name)")
      } else if field.isRequired {
        problems.append("\(path).\(field.name): missing")
      }
    }
    for member in members where !fields.contains(where: { $0.name == member.name }) {
      problems.append("\(path).\(member.name): not stated")
    }
    return problems
  }
}
