import Engine
import Shop
import Storage
import Wire

/// How an import reads its file.
struct ImportPlan {
  var columns: ColumnNames
  var hasHeader = true
  var delimiter = UInt8(ascii: ",")
  /// Nil for a file that is what it says.
  var preset: ImportPreset?
  /// Digits of an amount behind the point.
  var decimals = 2
  var dateOrder = DateOrder.monthFirst
  var zone = Zone.utc
}

// How an import runs
// ------------------
// rows -> `OrderWindow` -> `orders.put`, some thousand lines a request. What rows say of items and
// customers is gathered in `Catalogue` and put once, behind the orders; rows that take goods back
// wait in `ReturnQueue`. Everything goes in as requests that any host could send, and is counted
// out of their replies; the same file again gives the same requests, all of which are then
// unchanged.

/// Takes the rows of one stream in.
struct Importer: ~Copyable {
  private static let linesPerRequest = 2_000
  private static let recordsPerRequest = 1_000
  private static let rowsBetweenReports = 1 << 14

  private let plan: ImportPlan
  private let sender: RequestSender
  private var columns = Columns()
  private var window = OrderWindow()
  private var catalogue = Catalogue()
  private var returns = ReturnQueue()
  private var tally = ImportTally()
  private var batch: [(draft: OrderDraft, rowCount: Int)] = []
  private var batchLines = 0
  private var timeBytes: [UInt8] = []
  private var lastTime: Instant?
  private var upperCase: [UInt8] = []

  init(plan: ImportPlan, sender: RequestSender) {
    self.plan = plan
    self.sender = sender
  }

  /// Reads to the end of the stream.
  ///
  /// - Parameter progress: called every so often, with the counts so far.
  mutating func run(
    _ reader: consuming CSVReader, progress: (ImportTally) -> Void
  ) throws -> ImportTally {
    try readHeader(&reader)
    while try reader.next() {
      tally.rows += 1
      if let reason = try take(reader) { tally.skip(reason, row: reader.rowNumber) }
      while window.isFull { try close(window.removeFirst()) }
      if returns.isFull { try takeReturns() }
      if tally.rows % Importer.rowsBetweenReports == 0 {
        tally.bytes = reader.bytesRead
        progress(tally)
      }
    }
    while !window.isEmpty { try close(window.removeFirst()) }
    try takeReturns()
    try sendCatalogue()
    try sender.flush()
    tally.bytes = reader.bytesRead
    return tally
  }

  private mutating func readHeader(_ reader: inout CSVReader) throws {
    guard plan.hasHeader else {
      columns = try plan.columns.numberedColumns()
      return
    }
    guard try reader.next() else { throw HostFailure("the input is empty: not even a header") }
    columns = try plan.columns.columns(header: (0..<reader.fieldCount).map { reader.text($0) })
  }
}

// MARK: - Rows

extension Importer {
  /// Takes the reader's row; the reason where it comes to nothing.
  private mutating func take(_ reader: borrowing CSVReader) throws -> SkipReason? {
    if reader.fieldCount < columns.requiredCount { return .tooFewFields }
    let order = reader.bytes(columns.order)
    if order.isEmpty { return .missingOrder }
    if order.count > FieldLimits.identifierBytes { return .idTooLong }
    let item = reader.bytes(columns.item)
    if item.isEmpty { return .missingItem }
    let customer = reader.bytes(columns.customer)
    if item.count > FieldLimits.identifierBytes || customer.count > FieldLimits.identifierBytes {
      return .idTooLong
    }
    guard let quantity = wholeNumber(reader.bytes(columns.quantity)), quantity > .min else {
      return .notAQuantity
    }
    if quantity == 0 { return .zeroQuantity }
    guard let unitPrice = minorUnits(reader.bytes(columns.unitPrice), decimals: plan.decimals)
    else { return .notAPrice }
    if let reason = refuse(order, quantity: quantity, unitPrice: unitPrice) { return reason }
    guard let time = time(reader.bytes(columns.time)) else { return .notATime }
    if quantity < 0 {
      return takeReturn(
        reader, order: order, item: item, customer: customer, quantity: -quantity, time: time)
    }
    if unitPrice < 0 { return .negativePrice }
    var discount: Int64 = 0
    let discountBytes = reader.bytes(columns.discount)
    if !discountBytes.isEmpty {
      guard let amount = minorUnits(discountBytes, decimals: plan.decimals), amount >= 0 else {
        return .notADiscount
      }
      discount = amount
    }

    let itemIndex = intern(item)
    catalogue.note(
      item: itemIndex, price: unitPrice, at: time, title: reader.bytes(columns.title),
      category: reader.bytes(columns.category), brand: reader.bytes(columns.brand))
    let customerIndex = customer.isEmpty ? -1 : catalogue.intern(customer: customer)
    if !window.select(order) {
      window.open(
        OpenOrder(
          id: String(decoding: order, as: UTF8.self), customer: customerIndex, time: time),
        id: order)
      if customerIndex >= 0 {
        catalogue.note(customer: customerIndex, region: reader.bytes(columns.region), at: time)
      }
    }
    let channel = reader.bytes(columns.channel)
    window.append(
      OpenOrder.Line(
        item: itemIndex, quantity: quantity, unitPrice: unitPrice, discount: discount,
        row: reader.rowNumber),
      customer: customerIndex,
      channel: { channel.isEmpty ? nil : String(decoding: channel, as: UTF8.self) })
    return nil
  }

  /// What the preset knows to be no sale and no return.
  private func refuse(
    _ order: UnsafeBufferPointer<UInt8>, quantity: Int64, unitPrice: Int64
  ) -> SkipReason? {
    guard let preset = plan.preset else { return nil }
    if order[0] == preset.adjustmentPrefix { return .adjustment }
    let isReturn = order[0] == preset.returnPrefix
    if isReturn { return quantity > 0 ? .notAReturn : nil }
    return quantity < 0 ? .stockAdjustment : nil
  }

  private mutating func takeReturn(
    _ reader: borrowing CSVReader, order: UnsafeBufferPointer<UInt8>,
    item: UnsafeBufferPointer<UInt8>, customer: UnsafeBufferPointer<UInt8>, quantity: Int64,
    time: Instant
  ) -> SkipReason? {
    if order.count > ReturnQueue.maximumIDBytes { return .idTooLong }
    let item = intern(item)
    returns.append(
      id: String(decoding: order, as: UTF8.self),
      customer: customer.isEmpty ? -1 : catalogue.intern(customer: customer), item: item,
      quantity: quantity, time: time, row: reader.rowNumber)
    return nil
  }

  private mutating func intern(_ item: UnsafeBufferPointer<UInt8>) -> Int32 {
    guard let preset = plan.preset else {
      return catalogue.intern(item: item, isService: { _ in false })
    }
    guard item.contains(where: { $0 >= 0x61 && $0 <= 0x7A }) else {
      return catalogue.intern(item: item, isService: preset.isService)
    }
    upperCase.removeAll(keepingCapacity: true)
    for byte in item { upperCase.append(byte >= 0x61 && byte <= 0x7A ? byte - 0x20 : byte) }
    let bytes = upperCase
    return bytes.withUnsafeBufferPointer {
      catalogue.intern(item: $0, isService: preset.isService)
    }
  }

  /// The moment of a row. Rows of an order say the same one after the other, so that most are the
  /// one that was read last.
  private mutating func time(_ bytes: UnsafeBufferPointer<UInt8>) -> Instant? {
    if !bytes.isEmpty, timeBytes.elementsEqual(bytes) { return lastTime }
    timeBytes.removeAll(keepingCapacity: true)
    timeBytes.append(contentsOf: bytes)
    lastTime = MomentReader.read(bytes, zone: plan.zone, dateOrder: plan.dateOrder)
    return lastTime
  }
}

// MARK: - Requests

extension Importer {
  /// Sends an order with the next request.
  private mutating func close(_ order: OpenOrder) throws {
    if plan.preset != nil, order.customer < 0, order.lines.allSatisfy({ $0.unitPrice == 0 }) {
      for line in order.lines { tally.skip(.stockAdjustment, row: line.row) }
      return
    }
    let draft = OrderDraft(
      id: order.id, customer: order.customer < 0 ? nil : catalogue.customers[order.customer],
      time: order.time, channel: order.channel,
      lines: order.lines.map { line in
        OrderDraft.Line(
          item: catalogue.items[line.item], quantity: line.quantity, unitPrice: line.unitPrice,
          discount: line.discount)
      })
    batch.append((draft: draft, rowCount: order.rowCount))
    batchLines += draft.lines.count
    if batchLines >= Importer.linesPerRequest || batch.count >= Importer.recordsPerRequest {
      try sendOrders()
    }
  }

  private mutating func sendOrders() throws {
    if batch.isEmpty { return }
    let batch = self.batch
    var rejectedRows = 0
    try sender.put(
      "orders.put", "orders", &tally.orders,
      { writer in
        for order in batch { order.draft.write(to: &writer) }
      },
      rejected: { rejectedRows += batch.indices.contains($0) ? batch[$0].rowCount : 0 })
    tally.rejectedRows += rejectedRows
    tally.orderRows += batch.reduce(0) { $0 + $1.rowCount } - rejectedRows
    self.batch.removeAll(keepingCapacity: true)
    batchLines = 0
  }

  private mutating func takeReturns() throws {
    try sendOrders()
    let matcher = ReturnMatcher(sender: sender, catalogue: catalogue)
    for row in returns.removeAll() { try matcher.take(row, &tally) }
  }

  private mutating func sendCatalogue() throws {
    let items = catalogue.itemPatches
    try Importer.chunks(items.count) { range in
      try sender.put("items.put", "items", &tally.items) { writer in
        for patch in items[range] { patch.write(to: &writer) }
      }
    }
    let customers = catalogue.customerPatches
    try Importer.chunks(customers.count) { range in
      try sender.put("customers.put", "customers", &tally.customers) { writer in
        for patch in customers[range] { patch.write(to: &writer) }
      }
    }
  }

  private static func chunks(_ count: Int, _ body: (Range<Int>) throws -> Void) throws {
    for start in stride(from: 0, to: count, by: recordsPerRequest) {
      try body(start..<min(count, start + recordsPerRequest))
    }
  }
}
