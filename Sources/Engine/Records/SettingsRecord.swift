import Shop
import Wire

extension ShopSettings {
  /// The settings after `shop.configure` or its fact: what the object names replaces what was.
  ///
  /// - Returns: nil where the zone's file is not there; a fact of the log had one when it was
  /// written.
  init?(_ value: Value, over settings: ShopSettings, zoneFile: (String) -> [UInt8]?) {
    self = settings
    if case .string(let currency)? = value["currency"] { self.currency = currency }
    if case .integer(let percent)? = value["margin_percent"] { marginPercent = percent }
    if case .string(let name)? = value["timezone"] {
      guard let zone = ShopSettings.zone(named: name, zoneFile: zoneFile) else { return nil }
      self.zone = zone
    }
  }

  /// The zone of that IANA name, or nil. `UTC` needs no file.
  static func zone(named name: String, zoneFile: (String) -> [UInt8]?) -> Zone? {
    if name == "UTC" { return .utc }
    guard Zone.isPlausible(name: name), let bytes = zoneFile(name) else { return nil }
    return Zone(name: name, tzif: bytes)
  }
}
