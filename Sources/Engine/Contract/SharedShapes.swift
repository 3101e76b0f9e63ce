import Offers

/// Shapes that several methods speak of, under the names they bear in the OpenRPC document.
package enum SharedShapes {
  package static let all: [(name: String, shape: Shape)] = [
    ("Item", .object(item)), ("Customer", .object(customer)), ("Order", .object(order)),
    ("Event", .object(event)), ("Cart", .object(cart)), ("Policy", .object(policy)),
    ("Quote", .object(quote)), ("PutResult", .object(putResult)), ("Condition", .map(.any)),
  ]

  static let item: [Field] = [
    .required("id", .string, "the shop's own id"),
    .optional("title", .string), .optional("category", .list(.string), "from wide to narrow"),
    .optional("brand", .string), .optional("price", .integer, "minor units"),
    .optional("cost", .integer, "minor units"), .optional("tags", .list(.string)),
    .optional("attributes", .map(.any)), .optional("stock", .integer),
    .optional(
      "kind", .string, "\"product\" where absent; other kinds are recommended only if asked for"),
    .optional("available_from", .either([.moment, .day])),
    .optional("available_until", .either([.moment, .day]), "a day means the end of that day"),
    .optional("introduced", .day),
  ]

  static let customer: [Field] = [
    .required("id", .string), .optional("name", .string),
    .optional("joined", .either([.moment, .day])), .optional("birthday", .day),
    .optional("gender", .string), .optional("region", .string), .optional("occupation", .string),
    .optional("attributes", .map(.any)),
    .optional("consent", .map(.boolean), "channel to yes or no"),
    .optional(
      "identities", .list(.object([.required("channel", .string), .required("id", .string)]))),
    .optional(
      "acquisition", .object([.required("channel", .string), .optional("cost", .integer)])),
  ]

  static let order: [Field] = [
    .required("id", .string), .optional("customer", .string, "absent for an anonymous order"),
    .required("time", .either([.moment, .day])), .optional("channel", .string),
    .optional("currency", .string, "refused if it is not the shop's"),
    .required(
      "lines",
      .list(
        .object([
          .required("item", .string), .required("quantity", .integer),
          .required("unit_price", .integer, "minor units"),
          .optional("discount", .integer, "off the whole line, minor units"),
        ]))),
    .optional("coupons", .list(.string), "codes that the order names"),
  ]

  static let event: [Field] = [
    .optional("id", .string, "makes a retry harmless"), .required("type", .string),
    .required("customer", .string), .optional("item", .string), .required("time", .moment),
    .optional("channel", .string), .optional("value", .number),
  ]

  static let cart: [Field] = [
    .required(
      "lines",
      .list(
        .object([
          .required("item", .string), .required("quantity", .integer),
          .required("unit_price", .integer, "minor units"),
        ]))),
    .optional("shipping", .integer, "minor units"),
  ]

  static let policy: [Field] = [
    .required("id", .string), .optional("title", .string), .optional("currency", .string),
    .required("gives", .map(.any), "one of the kinds of Protocol/README.md"),
    .optional("on", .either([.shared("Condition"), .choice(["preferred"])])),
    .optional("min_spend", .integer, "minor units"), .optional("for", .shared("Condition")),
    .optional(
      "when",
      .object([
        .optional("from", .either([.moment, .day])), .optional("until", .either([.moment, .day])),
        .optional("weekdays", .list(.integer), "1 is Monday, 7 is Sunday"),
        .optional("hours", .list(.list(.string)), "[[\"10:00\",\"14:00\"]]"),
        .optional("valid_days", .integer, "days from issue"),
      ])),
    .optional(
      "limits",
      .object([
        .optional("total", .integer), .optional("per_customer", .integer),
        .optional(
          "per_period", .object([.required("days", .integer), .required("uses", .integer)])),
      ])),
    .optional("budget", .integer, "the most that the coupons may cost, minor units"),
    .optional(
      "stacking",
      .object([
        .optional("group", .string), .optional("exclusive", .boolean),
        .optional("priority", .integer),
      ])),
    .optional("guard", .object([.optional("margin_floor_percent", .number)])),
    .optional(
      "prior", .object([.optional("redemption", .number), .optional("uplift", .number)])),
    .optional("version", .integer),
    .optional(
      "state", .choice(Policy.State.allCases.map(\.rawValue)),
      "draft: not given yet; paused: neither given nor used"),
  ]

  static let quote: [Field] = [
    .required("subtotal", .integer), .required("discount", .integer), .required("total", .integer),
    .optional(
      "upper_bound", .integer,
      "what no stack of the coupons takes more off than, where there are too many to try all"),
    .required(
      "applied",
      .list(
        .object([
          .required("code", .string), .required("policy", .string),
          .required("discount", .integer, "off lines and shipping together, minor units"),
          .optional("shipping", .integer, "the part of the discount that is off shipping"),
          .required(
            "lines",
            .list(.object([.required("index", .integer), .required("discount", .integer)]))),
        ]))),
    .required(
      "not_applied",
      .list(
        .object([
          .required("code", .string), .required("reason", .string),
          .optional(
            "need",
            .object([
              .optional("spend_more", .integer, "minor units of what is covered"),
              .optional("units_more", .integer, "of what is covered"),
              .optional(
                "items_more",
                .list(
                  .object([.required("item", .string), .required("quantity", .integer)])),
                "what a bundle lacks"),
            ]), "what would make it apply"),
        ]))),
  ]

  static let putResult: [Field] = [
    .required("accepted", .integer), .required("unchanged", .integer),
    .required(
      "rejected",
      .list(
        .object([
          .required("index", .integer), .required("path", .string), .required("reason", .string),
          .required("message", .string),
        ]))),
    .transitionList,
  ]
}
