// The UCI Online Retail layout
// ----------------------------
// (Chen, Sain, Guo 2012.) One row per line of an invoice of a British gift wholesaler. What its
// rows mean is not all in its columns:
//
// - An invoice whose number starts with C takes goods back: its rows have negative quantities and
//   do not say which invoice they were bought on.
// - One whose number starts with A is book-keeping ("Adjust bad debt").
// - A negative quantity elsewhere, and an invoice without customer whose rows all cost nothing, is
//   stock that was counted, lost or found. A free line of a paid invoice is a gift, and stays.
// - Codes were typed by hand: 85123a is 85123A.
// - Postage, fees, vouchers and manual corrections have codes of their own. They are money, so
//   their lines stay; as items they are services, which are recommended to nobody.

/// What is known of a layout beyond its columns.
struct ImportPreset {
  var name: String
  var layout: [ImportField: [String]]
  var currency: String
  var zoneName: String
  /// Order ids that start so take goods back.
  var returnPrefix: UInt8
  /// Order ids that start so are book-keeping.
  var adjustmentPrefix: UInt8
  /// Items that are no goods.
  var serviceItems: Set<String>
  /// Items that start so are no goods either.
  var servicePrefix: String

  func isService(_ item: String) -> Bool {
    serviceItems.contains(item) || item.hasPrefix(servicePrefix)
  }

  static let all = [onlineRetail]

  static let onlineRetail = ImportPreset(
    name: "online-retail",
    layout: [
      .order: ["InvoiceNo", "Invoice"], .item: ["StockCode"], .title: ["Description"],
      .quantity: ["Quantity"], .time: ["InvoiceDate"], .unitPrice: ["UnitPrice", "Price"],
      .customer: ["CustomerID", "Customer ID"], .region: ["Country"],
    ],
    currency: "GBP", zoneName: "Europe/London", returnPrefix: UInt8(ascii: "C"),
    adjustmentPrefix: UInt8(ascii: "A"),
    serviceItems: [
      "AMAZONFEE", "B", "BANK CHARGES", "C2", "CRUK", "D", "DOT", "M", "PADS", "POST", "S",
    ], servicePrefix: "GIFT_")
}

/// How many digits of a currency's amounts stand behind the point: ISO 4217's minor units.
func minorDigits(ofCurrency currency: String?) -> Int {
  switch currency {
  case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF":
    0
  case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
  default: 2
  }
}
