import Shop

/// What the made-up shop sells: a tea house with a kitchen shelf and a gift counter.
struct DemoProduct {
  var id: String
  var title: String
  var category: [String]
  /// Minor units.
  var price: Int64
  var cost: Int64
  /// Days that one unit lasts; 0 for what nobody buys again soon.
  var lastsDays: Double
  /// Months (1 to 12) in which people buy it on top of their habits; empty for all the year.
  var season: [Int]
  /// Whether the shop has it in its season only: nobody sells moon cakes in June.
  var isOnlyInSeason = false
  /// Ids of what people take along with it.
  var companions: [String]

  var isGift: Bool { category == ["Gifts"] }

  /// Whether the shop has it in that month.
  func isSold(inMonth month: Int) -> Bool { !isOnlyInSeason || season.contains(month) }
}

enum DemoCatalogue {
  static let products: [DemoProduct] = [
    tea("green-longjing", "Longjing green tea, 100 g", "Green", 6800, 28, [3, 4, 5]),
    tea("green-biluochun", "Biluochun green tea, 100 g", "Green", 7200, 30, [3, 4, 5]),
    tea("green-jasmine", "Jasmine green tea, 100 g", "Green", 4200, 24, []),
    tea("oolong-tieguanyin", "Tieguanyin oolong, 100 g", "Oolong", 8600, 34, []),
    tea("oolong-dahongpao", "Da Hong Pao oolong, 100 g", "Oolong", 12800, 40, [10, 11]),
    tea("oolong-milk", "Milk oolong, 100 g", "Oolong", 5600, 26, []),
    tea("black-qimen", "Keemun black tea, 100 g", "Black", 5200, 28, [11, 12, 1]),
    tea("black-lapsang", "Lapsang souchong, 100 g", "Black", 6400, 32, [11, 12, 1]),
    tea("black-breakfast", "Breakfast blend, 50 bags", "Black", 3900, 25, []),
    tea("puer-ripe", "Ripe pu'er cake, 357 g", "Pu'er", 15800, 90, []),
    tea("puer-raw", "Raw pu'er cake, 357 g", "Pu'er", 18800, 100, []),
    tea("herbal-chrysanthemum", "Chrysanthemum, 60 g", "Herbal", 2800, 21, [6, 7, 8]),
    tea("herbal-ginger", "Ginger and jujube, 20 bags", "Herbal", 3200, 20, [11, 12, 1, 2]),
    snack("snack-pineapple", "Pineapple cakes, 8 pieces", 3600, 18, ["oolong-tieguanyin"]),
    snack("snack-walnut", "Walnut cookies, 200 g", 2400, 14, ["black-qimen"]),
    snack("snack-sesame", "Sesame brittle, 150 g", 1800, 14, ["green-jasmine"]),
    snack("snack-plum", "Preserved plums, 120 g", 1900, 16, ["oolong-milk"]),
    snack("snack-nuts", "Roasted nuts, 300 g", 4500, 20, ["black-breakfast"]),
    snack("snack-seeds", "Spiced melon seeds, 250 g", 1500, 12, ["puer-ripe"]),
    ware(
      "pot-yixing", "Yixing teapot, 180 ml", "Pots", 26800,
      ["puer-ripe", "cup-set", "tray-bamboo"]),
    ware(
      "pot-glass", "Glass teapot, 600 ml", "Pots", 9900, ["herbal-chrysanthemum", "warmer-candle"]),
    ware("pot-gaiwan", "Porcelain gaiwan", "Pots", 7900, ["oolong-tieguanyin", "cup-set"]),
    ware("cup-set", "Six tasting cups", "Cups", 5900, ["tray-bamboo"]),
    ware("cup-travel", "Travel cup with strainer", "Cups", 8900, ["green-longjing"]),
    ware("cup-mug", "Mug with lid", "Cups", 4900, ["black-breakfast"]),
    ware("tray-bamboo", "Bamboo tea tray", "Tools", 15900, ["tool-set"]),
    ware("tool-set", "Tool set of six", "Tools", 6900, ["tray-bamboo"]),
    ware("tool-scale", "Pocket scale, 0.1 g", "Tools", 5900, ["pot-gaiwan"]),
    ware("warmer-candle", "Candle warmer", "Tools", 6900, ["pot-glass"]),
    ware(
      "kettle-electric", "Kettle with set temperature", "Tools", 32900,
      ["pot-gaiwan", "tool-scale"]),
    ware("caddy-tin", "Tea caddy, tin", "Storage", 3900, ["green-longjing"]),
    ware("caddy-clay", "Tea caddy, clay", "Storage", 8900, ["puer-raw"]),
    gift("gift-new-year", "New Year gift box", 29800, [1, 2], isOnlyInSeason: true),
    gift(
      "gift-mid-autumn", "Mid-autumn box with moon cakes", 26800, [8, 9], isOnlyInSeason: true),
    gift("gift-tasting", "Tasting box, twelve teas", 16800, [6, 12]),
    gift("gift-wedding", "Wedding favours, 20 pieces", 39800, [5, 10]),
  ]

  /// What is used up and bought again.
  static let consumables = products.indices.filter { products[$0].lastsDays > 0 }

  static func title(of id: String) -> String {
    products.first { $0.id == id }?.title ?? id
  }

  /// The title without its size: `Keemun black tea` of `Keemun black tea, 100 g`.
  static func shortTitle(of id: String) -> String {
    let title = title(of: id)
    return title.split(separator: ",").first.map(String.init) ?? title
  }

  static func index(of id: String) -> Int {
    guard let index = products.firstIndex(where: { $0.id == id }) else {
      preconditionFailure("the catalogue names \(id) as a companion but does not sell it")
    }
    return index
  }

  private static func tea(
    _ id: String, _ title: String, _ kind: String, _ price: Int64, _ lasts: Double, _ season: [Int]
  ) -> DemoProduct {
    DemoProduct(
      id: id, title: title, category: ["Tea", kind], price: price, cost: price * 45 / 100,
      lastsDays: lasts, season: season,
      companions: kind == "Black" ? ["snack-walnut"] : ["snack-pineapple"])
  }

  private static func snack(
    _ id: String, _ title: String, _ price: Int64, _ lasts: Double, _ companions: [String]
  ) -> DemoProduct {
    DemoProduct(
      id: id, title: title, category: ["Snacks"], price: price, cost: price * 60 / 100,
      lastsDays: lasts, season: [], companions: companions)
  }

  private static func ware(
    _ id: String, _ title: String, _ kind: String, _ price: Int64, _ companions: [String]
  ) -> DemoProduct {
    DemoProduct(
      id: id, title: title, category: ["Teaware", kind], price: price, cost: price * 50 / 100,
      lastsDays: 0, season: [], companions: companions)
  }

  private static func gift(
    _ id: String, _ title: String, _ price: Int64, _ season: [Int], isOnlyInSeason: Bool = false
  ) -> DemoProduct {
    DemoProduct(
      id: id, title: title, category: ["Gifts"], price: price, cost: price * 55 / 100, lastsDays: 0,
      season: season, isOnlyInSeason: isOnlyInSeason, companions: ["caddy-tin"])
  }
}
