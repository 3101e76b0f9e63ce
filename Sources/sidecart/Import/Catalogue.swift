import Engine
import Shop
import Wire

/// What the rows say of items and customers, kept until all of them are read.
///
/// Of each item its first title, category and brand, and its last price by time; of each customer
/// the last region by time.
struct Catalogue {
  private struct ItemWords {
    var title: String?
    var category: String?
    var brand: String?
    var price: Int64 = 0
    var priceTime = Instant.earliest
    var isService = false

    var isSilent: Bool {
      title == nil && category == nil && brand == nil && price == 0 && !isService
    }
  }

  private struct CustomerWords {
    var region: String?
    var time = Instant.earliest
  }

  private(set) var items = NameTable()
  private(set) var customers = NameTable()
  private var itemWords: [ItemWords] = []
  private var customerWords: [CustomerWords] = []

  /// The item's index.
  mutating func intern(item: UnsafeBufferPointer<UInt8>, isService: (String) -> Bool) -> Int32 {
    let index = items.intern(item)
    if Int(index) == itemWords.count {
      itemWords.append(ItemWords(isService: isService(items[index])))
    }
    return index
  }

  /// The customer's index.
  mutating func intern(customer: UnsafeBufferPointer<UInt8>) -> Int32 {
    let index = customers.intern(customer)
    if Int(index) == customerWords.count { customerWords.append(CustomerWords()) }
    return index
  }

  /// Takes what a row says of its item.
  mutating func note(
    item: Int32, price: Int64, at time: Instant, title: UnsafeBufferPointer<UInt8>,
    category: UnsafeBufferPointer<UInt8>, brand: UnsafeBufferPointer<UInt8>
  ) {
    let index = Int(item)
    if price > 0, time >= itemWords[index].priceTime {
      itemWords[index].price = price
      itemWords[index].priceTime = time
    }
    if title.count > 0, itemWords[index].title == nil {
      itemWords[index].title = String(decoding: title, as: UTF8.self)
    }
    if category.count > 0, itemWords[index].category == nil {
      itemWords[index].category = String(decoding: category, as: UTF8.self)
    }
    if brand.count > 0, itemWords[index].brand == nil {
      itemWords[index].brand = String(decoding: brand, as: UTF8.self)
    }
  }

  /// Takes what a row says of its customer.
  mutating func note(customer: Int32, region: UnsafeBufferPointer<UInt8>, at time: Instant) {
    let index = Int(customer)
    guard region.count > 0, time >= customerWords[index].time else { return }
    customerWords[index].region = String(decoding: region, as: UTF8.self)
    customerWords[index].time = time
  }

  /// One record for each item of which the rows say anything.
  var itemPatches: [ItemPatch] {
    itemWords.indices.compactMap { index in
      let words = itemWords[index]
      if words.isSilent { return nil }
      var patch = ItemPatch(id: items[Int32(index)])
      if let title = words.title { patch.title = .set(title) }
      if let category = words.category { patch.category = .set([category]) }
      if let brand = words.brand { patch.brand = .set(brand) }
      if words.price > 0 { patch.price = .set(words.price) }
      if words.isService { patch.kind = .set("service") }
      return patch
    }
  }

  /// One record for each customer of whom the rows say anything.
  var customerPatches: [CustomerPatch] {
    customerWords.indices.compactMap { index in
      guard let region = customerWords[index].region else { return nil }
      var patch = CustomerPatch(id: customers[Int32(index)])
      patch.region = .set(region)
      return patch
    }
  }
}
