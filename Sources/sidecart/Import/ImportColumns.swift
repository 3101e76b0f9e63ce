/// What a column of the file can hold.
enum ImportField: String, CaseIterable {
  case order
  case item
  case quantity
  case unitPrice = "unit_price"
  case time
  case customer
  case title
  case region
  case channel
  case category
  case brand
  case discount

  static let required: [ImportField] = [.order, .item, .quantity, .unitPrice, .time]

  static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// Which column each field is taken from, as asked for: names of the header, or numbers.
struct ColumnNames {
  /// The names under which a field may be found, the most wanted first.
  private var names: [ImportField: [String]] = [:]
  /// Fields whose column has to be there.
  private var demanded = Set(ImportField.required)

  /// Every field is looked for under its own name.
  init() {
    for field in ImportField.allCases { names[field] = [field.rawValue] }
  }

  /// A layout that is known, with the names that its versions use.
  init(layout: [ImportField: [String]]) {
    names = layout
    demanded.formIntersection(layout.keys)
    demanded.formUnion(ImportField.required)
  }

  /// Takes `order=InvoiceNo,item=StockCode` over what was said before.
  mutating func apply(_ text: String) throws {
    for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[1].isEmpty else {
        throw UsageError("--map takes FIELD=COLUMN,FIELD=COLUMN…, not \"\(pair)\"")
      }
      guard let field = ImportField(rawValue: String(parts[0])) else {
        throw UsageError("--map knows no field \(parts[0]); there are \(ImportField.list)")
      }
      names[field] = [String(parts[1])]
      demanded.insert(field)
    }
  }

  /// Finds the columns in a header.
  ///
  /// - Throws: `HostFailure` that names what is missing, and what there is.
  func columns(header: [String]) throws -> Columns {
    var columns = Columns()
    var missing: [String] = []
    for field in ImportField.allCases {
      let wanted = names[field] ?? []
      if let column = ColumnNames.find(wanted, in: header) {
        columns[field] = column
      } else if demanded.contains(field) {
        missing.append("\(field.rawValue) (looked for \(wanted.joined(separator: " or ")))")
      }
    }
    guard missing.isEmpty else {
      throw HostFailure(
        "the header has no column for \(missing.joined(separator: ", ")); it has: "
          + header.joined(separator: ", ") + ". Say --map FIELD=COLUMN, another --delimiter, "
          + "or --no-header with column numbers")
    }
    return columns
  }

  /// The columns of a file without a header, by their numbers from 1.
  func numberedColumns() throws -> Columns {
    var columns = Columns()
    for field in ImportField.allCases where demanded.contains(field) {
      guard let name = names[field]?.first, let number = Int(name), (1...10_000).contains(number)
      else {
        throw UsageError(
          "--no-header needs --map \(field.rawValue)=NUMBER, the column's number from 1")
      }
      columns[field] = number - 1
    }
    return columns
  }

  /// As it is written, or else whatever the case of its letters.
  private static func find(_ names: [String], in header: [String]) -> Int? {
    for name in names {
      if let column = header.firstIndex(of: name) { return column }
    }
    for name in names {
      let lower = name.lowercased()
      if let column = header.firstIndex(where: { $0.lowercased() == lower }) { return column }
    }
    return nil
  }
}

/// The column of each field, counted from 0; below zero for a field that the file does not have.
struct Columns {
  private(set) var order = -1
  private(set) var item = -1
  private(set) var quantity = -1
  private(set) var unitPrice = -1
  private(set) var time = -1
  private(set) var customer = -1
  private(set) var title = -1
  private(set) var region = -1
  private(set) var channel = -1
  private(set) var category = -1
  private(set) var brand = -1
  private(set) var discount = -1

  /// One more than the last column that has to be there.
  var requiredCount: Int { 1 + max(order, item, quantity, unitPrice, time) }

  subscript(field: ImportField) -> Int {
    get { self[keyPath: Columns.place(of: field)] }
    set { self[keyPath: Columns.place(of: field)] = newValue }
  }

  private static func place(of field: ImportField) -> WritableKeyPath<Columns, Int> {
    switch field {
    case .order: \.order
    case .item: \.item
    case .quantity: \.quantity
    case .unitPrice: \.unitPrice
    case .time: \.time
    case .customer: \.customer
    case .title: \.title
    case .region: \.region
    case .channel: \.channel
    case .category: \.category
    case .brand: \.brand
    case .discount: \.discount
    }
  }
}
