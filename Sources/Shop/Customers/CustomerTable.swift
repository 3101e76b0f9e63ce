/// All customers that the shop has named or sold to, by dense index.
package struct CustomerTable: Sendable {
  package private(set) var names = NameTable()
  package private(set) var customers: [Customer] = []
  /// False for a customer whom only an order or event has named so far.
  package private(set) var isDeclared: [Bool] = []
  /// Grows with each change of any customer.
  package private(set) var revision: UInt64 = 0

  package init() {}

  @inlinable package var count: Int { names.count }

  @inlinable package subscript(index: Int32) -> Customer { customers[Int(index)] }

  package func index(of id: String) -> Int32? { names.index(of: id) }

  /// The customer of that id, who comes into being if not there.
  @discardableResult
  package mutating func intern(_ id: String) -> Int32 {
    let index = names.intern(id)
    if Int(index) == customers.count {
      customers.append(Customer())
      isDeclared.append(false)
      revision &+= 1
    }
    return index
  }

  /// Whether applying the patch would change anything, without doing so.
  package func changes(_ patch: CustomerPatch) -> Bool {
    guard let index = names.index(of: patch.id), isDeclared[Int(index)] else { return true }
    var customer = customers[Int(index)]
    return patch.apply(to: &customer)
  }

  /// Applies a patch that was checked; answers the customer's index.
  @discardableResult
  package mutating func apply(_ patch: CustomerPatch) -> Int32 {
    let index = intern(patch.id)
    _ = patch.apply(to: &customers[Int(index)])
    isDeclared[Int(index)] = true
    revision &+= 1
    return index
  }
}
