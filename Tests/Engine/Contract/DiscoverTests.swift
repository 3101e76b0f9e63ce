import Engine
import Foundation
import Shop
import Testing
import TestSupport

@Suite struct DiscoverTests {
  static let path = "Protocol/openrpc.json"

  /// The document as Foundation sees it, so that the order of members does not count.
  private func object(_ bytes: some Sequence<UInt8>) throws -> NSObject {
    try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? NSObject)
  }

  @Test func theFileIsWhatDiscoverAnswers() throws {
    let file = try? Data(contentsOf: PackageRoot.url(of: DiscoverTests.path))
    let stated = try file.map { try object($0) } as? NSDictionary
    // Which version it is of is the program's to say, not the contract's.
    let version = (stated?["info"] as? NSDictionary)?["version"] as? String
    let shop = TestShop(version: version ?? "")
    let reply = try object(shop.send(#"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"#).utf8)
    let discovered = try #require((reply as? NSDictionary)?["result"] as? NSObject)
    #expect(
      stated == discovered,
      """
      \(DiscoverTests.path) is not what rpc.discover answers; write it anew with
      swift run sidecart call rpc.discover | python3 -m json.tool --no-ensure-ascii > \(DiscoverTests.path)
      """)
  }

  @Test func everyMethodIsInTheDocument() throws {
    let document = OpenRPC.document(version: "1")
    #expect(document["methods"]?.each("name") == Methods.all.map { $0.name })
    #expect(Set(Methods.all.map { $0.name }).count == Methods.all.count)
  }

  @Test func everyReferenceLeadsSomewhere() throws {
    let document = OpenRPC.document(version: "1")
    let names = Set(document["components"]?["schemas"]?.members.map(\.name) ?? [])
    func check(_ value: Value) {
      if let reference = value["$ref"]?.text {
        #expect(names.contains(String(reference.split(separator: "/").last ?? "")))
      }
      value.members.forEach { check($0.value) }
      value.list.forEach(check)
    }
    check(document)
  }
}
