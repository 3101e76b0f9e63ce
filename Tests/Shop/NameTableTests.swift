import Shop
import TestSupport
import Testing

@Suite struct NameTableTests {
  @Test func matchesADictionary() throws {
    try forEachSeed(20) { seed, generator in
      var table = NameTable()
      var oracle: [String: Int32] = [:]
      var names: [String] = []
      for _ in 0..<400 {
        // Short names repeat; long ones cover every length of the hash's tail.
        let count =
          generator.oneIn(3) ? generator.integer(in: 0...1) : generator.integer(in: 2...40)
        let name =
          generator.oneIn(4)
          ? names.randomElement(using: &generator) ?? "" : generator.text(count: count)
        #expect(table.index(of: name) == oracle[name], "\(seed)")
        let index = table.intern(name)
        if let known = oracle[name] {
          #expect(index == known, "\(seed)")
        } else {
          #expect(Int(index) == names.count, "\(seed)")
          oracle[name] = index
          names.append(name)
        }
        #expect(table.count == names.count, "\(seed)")
      }
      for (index, name) in names.enumerated() { #expect(table[Int32(index)] == name, "\(seed)") }
      #expect(table.byteCount == names.reduce(0) { $0 + $1.utf8.count }, "\(seed)")
    }
  }

  @Test func orderIsThatOfBytes() throws {
    try forEachSeed(10) { seed, generator in
      var table = NameTable()
      // Some with as much in common as is compared at a time, and more.
      let names = (0..<60).map { number in
        String(repeating: "ab", count: number % 3 * 4 + generator.integer(in: 0...1))
          + generator.text(count: generator.integer(in: 0...3))
          + (generator.oneIn(4) ? "\0" : "")
      }
      for name in names { _ = table.intern(name) }
      for left in names {
        for right in names {
          let isBefore = left.utf8.lexicographicallyPrecedes(right.utf8)
          let indices = (table.intern(left), table.intern(right))
          #expect(table.precedes(indices.0, indices.1) == isBefore, "\(left) \(right) \(seed)")
          let prefixes = (table.prefix(of: indices.0), table.prefix(of: indices.1))
          #expect(prefixes.0 == prefixes.1 || (prefixes.0 < prefixes.1) == isBefore, "\(seed)")
        }
      }
    }
  }

  @Test func theEmptyNameIsAName() {
    var table = NameTable()
    #expect(table.index(of: "") == nil)
    let index = table.intern("")
    #expect(table.index(of: "") == index)
    #expect(table[index] == "")
    #expect(table.intern("a") != index)
    #expect(table.precedes(index, table.intern("a")))
    #expect(!table.precedes(index, index))
  }

  @Test func longNamesDifferByTheirLastByte() {
    var table = NameTable()
    let long = String(repeating: "x", count: 100_000)
    #expect(table.intern(long + "a") != table.intern(long + "b"))
    #expect(table.index(of: long) == nil)
    #expect(table.index(of: long + "b") == 1)
    #expect(table[0] == long + "a")
  }

  /// Bytes count, and nothing that Unicode thinks equal: é written in two ways is two names.
  @Test func namesAreBytes() {
    var table = NameTable()
    let composed = "\u{E9}"
    let decomposed = "e\u{301}"
    #expect(composed == decomposed)
    #expect(table.intern(composed) != table.intern(decomposed))
    let nul = ["", "\0", "\0\0"].map { table.intern($0) }
    #expect(Set(nul).count == 3)
  }

  @Test func bytesThatAreNoTextStayApart() {
    var table = NameTable()
    let indices = (UInt8(0x80)...0xFF).map { byte in
      [byte].withUnsafeBufferPointer { table.intern($0) }
    }
    #expect(Set(indices).count == 128)
    [UInt8(0x90)].withUnsafeBufferPointer { #expect(table.index(of: $0) == indices[0x10]) }
    table.withBytes(of: indices[3]) { #expect(Array($0) == [0x83]) }
  }
}
