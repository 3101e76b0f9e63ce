import Shop

// How rows become orders
// ----------------------
// The rows of an order mostly lie together, but nobody promises it. So an order stays open while
// rows of others come: at most `maximumOrders` orders and `maximumLines` lines are open at once,
// and when there are more, the one that was opened first is done. A row that comes later still
// makes an order of the same id with other content, which the shop rejects as a conflict, visibly.

/// An order whose rows are still coming in.
struct OpenOrder {
  struct Line {
    var item: Int32
    var quantity: Int64
    /// Minor units.
    var unitPrice: Int64
    var discount: Int64
    /// Of the file.
    var row: Int
  }

  var id: String
  /// Below zero for nobody.
  var customer: Int32
  var time: Instant
  var channel: String?
  var lines: [Line] = []
  /// Rows that are not kept any more, since the order has more lines than any shop takes.
  var excessRows = 0

  var rowCount: Int { lines.count + excessRows }

  mutating func append(_ line: Line) {
    // One more than may be, so that the shop rejects the order by its own rule.
    if lines.count > OrderDraft.maximumLineCount { excessRows += 1 } else { lines.append(line) }
  }
}

/// The open orders, in the order in which they were opened.
struct OrderWindow {
  static let maximumOrders = 10_000
  static let maximumLines = 1_000_000

  private var orders: [OpenOrder] = []
  /// How many orders were done and have left the front.
  private var leftCount = 0
  /// How many at the front of `orders` are done and not yet moved away.
  private var head = 0
  /// The number of each open order, counted from the first one ever opened.
  private var numbers: [String: Int] = [:]
  private var lineCount = 0
  private var current = -1
  private var currentID: [UInt8] = []

  var isEmpty: Bool { head == orders.count }

  var isFull: Bool {
    orders.count - head > OrderWindow.maximumOrders || lineCount > OrderWindow.maximumLines
  }

  /// Makes the open order of that id the current one; false where there is none.
  mutating func select(_ id: UnsafeBufferPointer<UInt8>) -> Bool {
    if current >= 0, currentID.elementsEqual(id) { return true }
    guard let number = numbers[String(decoding: id, as: UTF8.self)] else { return false }
    setCurrent(number, id)
    return true
  }

  /// Opens an order, which becomes the current one.
  mutating func open(_ order: OpenOrder, id: UnsafeBufferPointer<UInt8>) {
    let number = leftCount + orders.count
    numbers[order.id] = number
    orders.append(order)
    setCurrent(number, id)
  }

  private mutating func setCurrent(_ number: Int, _ id: UnsafeBufferPointer<UInt8>) {
    current = number
    currentID.removeAll(keepingCapacity: true)
    currentID.append(contentsOf: id)
  }

  /// Adds a line to the current order, and what its row says of the order where nothing was known.
  mutating func append(_ line: OpenOrder.Line, customer: Int32, channel: () -> String?) {
    let index = current - leftCount
    lineCount += 1
    orders[index].append(line)
    if orders[index].customer < 0 { orders[index].customer = customer }
    if orders[index].channel == nil { orders[index].channel = channel() }
  }

  /// Takes out the order that was opened first.
  mutating func removeFirst() -> OpenOrder {
    let order = orders[head]
    orders[head].lines = []
    numbers[order.id] = nil
    lineCount -= order.rowCount
    if current == leftCount + head { current = -1 }
    head += 1
    if head >= 1_024, head * 2 >= orders.count || isEmpty {
      orders.removeFirst(head)
      leftCount += head
      head = 0
    }
    return order
  }
}
