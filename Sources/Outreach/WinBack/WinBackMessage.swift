import Shop

/// A message with its variables filled in; the host may use the text, or its own for the template.
package struct WinBackMessage: Equatable, Sendable {
  /// Which of the texts it is: `winback_coupon`, `winback_items` or `winback_plain`.
  package var template: String
  package var text: String

  /// - Parameters:
  ///   - name: the member's name, if the shop knows it.
  ///   - coupon: what the coupon is called, if there is one, and its code once it is issued.
  ///   - items: titles of what is shown, the best first.
  package init(name: String?, coupon: (title: String, code: String?)?, items: [String]) {
    let greeting = name.flatMap { $0.isEmpty ? nil : "Hello \($0), it" } ?? "It"
    var text = greeting + " has been a while."
    if let first = items.first { text += " \(first) is waiting for you." }
    if let coupon {
      template = "winback_coupon"
      text += " \(coupon.title)."
      if let code = coupon.code { text += " Your code: \(code)" }
    } else {
      template = items.isEmpty ? "winback_plain" : "winback_items"
    }
    self.text = text
  }
}
