import Outreach
import Testing

@Suite struct MessageTests {
  @Test func theTextHoldsWhatThereIs() {
    let full = WinBackMessage(name: "Ann", coupon: (title: "5.00 off", code: "X1"), items: ["Tea"])
    #expect(full.template == "winback_coupon")
    #expect(
      full.text
        == "Hello Ann, it has been a while. Tea is waiting for you. 5.00 off. Your code: X1")
    let items = WinBackMessage(name: nil, coupon: nil, items: ["Tea", "Pot"])
    #expect(items.template == "winback_items")
    #expect(items.text == "It has been a while. Tea is waiting for you.")
    let plain = WinBackMessage(name: "", coupon: nil, items: [])
    #expect(plain.template == "winback_plain" && plain.text == "It has been a while.")
  }
}
