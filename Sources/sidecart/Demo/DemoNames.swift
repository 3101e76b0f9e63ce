/// Names for made-up people.
enum DemoNames {
  private static let families = [
    "Bai", "Cai", "Chen", "Deng", "Fan", "Gao", "Han", "He", "Hu", "Jiang", "Li", "Lin", "Liu",
    "Lu", "Ma", "Qian", "Shen", "Song", "Sun", "Tang", "Wang", "Wu", "Xu", "Yang", "Zhang", "Zhou",
  ]
  private static let givens = [
    "Anran", "Bowen", "Chenxi", "Fang", "Hao", "Jia", "Jing", "Kai", "Lan", "Lei", "Mei", "Min",
    "Ning", "Ping", "Qiang", "Rui", "Shan", "Ting", "Wei", "Xin", "Xuan", "Yan", "Yichen", "Yue",
    "Zihan",
  ]

  static let count = families.count * givens.count

  static func name(_ number: Int) -> String {
    families[number % families.count] + " " + givens[number / families.count % givens.count]
  }
}
