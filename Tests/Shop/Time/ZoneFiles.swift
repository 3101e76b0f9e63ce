import Foundation
import Shop

/// The system's zone files.
enum ZoneFiles {
  static let folder = URL(fileURLWithPath: "/usr/share/zoneinfo")

  static func bytes(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: folder.appendingPathComponent(name).path)
      .map { [UInt8]($0) }
  }

  static func zone(_ name: String) -> Zone? {
    bytes(name).flatMap { Zone(name: name, tzif: $0) }
  }

  static func has(_ names: [String]) -> Bool { names.allSatisfy { bytes($0) != nil } }

  static let named = [
    "Africa/Cairo", "Africa/Casablanca", "America/Havana", "America/New_York", "America/Sao_Paulo",
    "Asia/Kathmandu", "Asia/Shanghai", "Asia/Tehran", "Australia/Lord_Howe", "Europe/Berlin",
    "Europe/Dublin", "Pacific/Apia", "Pacific/Kwajalein", "UTC",
  ]

  static let arePresent = has(named)
}
