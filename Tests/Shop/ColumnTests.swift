import Shop
import TestSupport
import Testing

@Suite struct ColumnTests {
  @Test func aColumnIsAValueLikeAnArray() throws {
    try forEachSeed(20) { seed, generator in
      var pairs: [(column: Column<Int32>, array: [Int32])] = [([], [])]
      for _ in 0..<200 {
        let place = generator.integer(in: 0...pairs.count - 1)
        let value = Int32(generator.integer(in: -9...9))
        let count = pairs[place].array.count
        switch generator.integer(in: 0...6) {
        case 0...2:
          pairs[place].column.append(value)
          pairs[place].array.append(value)
        case 3 where count > 0:
          let index = generator.integer(in: 0...count - 1)
          pairs[place].column[index] = value
          pairs[place].array[index] = value
        case 4 where count > 0:
          pairs[place].column.removeLast()
          pairs[place].array.removeLast()
        case 5 where pairs.count < 5: pairs.append(pairs[place])
        default:
          pairs[place].column.extend(to: count + 3, with: value)
          pairs[place].array += [value, value, value]
        }
        // Copies share memory until one is written: none may see what happened to another.
        for pair in pairs {
          #expect(Array(pair.column) == pair.array, "\(seed)")
          #expect(pair.column.count == pair.array.count && pair.column == Column(pair.array))
        }
      }
    }
  }

  @Test func aColumnOverForeignMemoryStaysThereUntilItIsFull() {
    final class Owner {}
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)
    defer { memory.deallocate() }
    for index in 0..<10 {
      memory.storeBytes(of: Int32(index), toByteOffset: index * 4, as: Int32.self)
    }
    weak var watched: Owner?
    do {
      let owner = Owner()
      watched = owner
      var column = Column<Int32>(
        ColumnRegion(start: memory, byteCapacity: 64, owner: owner), count: 10)
      for value in 10..<16 { column.append(Int32(value)) }
      #expect(memory.load(fromByteOffset: 60, as: Int32.self) == 15, "there was room")
      column[0] = 7
      #expect(memory.load(as: Int32.self) == 7)
      let copy = column
      column[1] = 8
      #expect(memory.load(fromByteOffset: 4, as: Int32.self) == 1 && copy[1] == 1 && column[1] == 8)
      column.append(16)
      #expect(Array(column) == [7, 8] + Array(2...16))
      #expect(Array(column.run(3..<6)) == [3, 4, 5])
    }
    #expect(watched == nil, "nobody holds the memory any more")
  }

  @Test func aNarrowColumnHoldsWideValues() throws {
    try forEachSeed(10) { seed, generator in
      var column = NarrowColumn()
      var array: [Int64] = []
      let values: [Int64] = [
        0, 1, -1, Int64(Int32.max), Int64(Int32.max) + 1, Int64(Int32.min), Int64(Int32.min) + 1,
        Int64(Int32.min) - 1, .max, .min, 1_000_000_000_000,
      ]
      for _ in 0..<100 {
        let value = values[generator.integer(in: 0...values.count - 1)]
        if array.isEmpty || generator.oneIn(2) {
          column.append(value)
          array.append(value)
        } else {
          let index = generator.integer(in: 0...array.count - 1)
          column[index] = value
          array[index] = value
        }
        #expect(array.indices.allSatisfy { column[$0] == array[$0] }, "\(seed)")
      }
    }
  }

  @Test func recordsReadBackAndDamagedOnesAreNamed() throws {
    let value = Value.object([
      .init(name: "a", value: .array([.null, .bool(true), .integer(.min), .integer(.max)])),
      .init(name: "ü", value: .object([.init(name: "", value: .number(-0.0))])),
      .init(name: "t", value: .string("tea\u{0}☕️")),
    ])
    var packer = RecordPacker()
    packer.value(value)
    packer.unsigned(.max)
    packer.wide(.min)
    packer.optional(Int64?.none) { $0.integer($1) }
    packer.instant(.latest)
    let bytes = packer.bytes
    func read(_ bytes: [UInt8]) throws(SnapshotProblem) -> Value {
      var unpacker = RecordUnpacker(name: "r", Column(bytes))
      let value = try unpacker.value()
      guard try unpacker.unsigned() == .max, try unpacker.wide() == .min,
        try unpacker.optionalInteger() == nil, try unpacker.instant() == .latest, unpacker.isAtEnd
      else { throw SnapshotProblem("r", "other") }
      return value
    }
    #expect(try read(bytes) == value)
    for count in 0..<bytes.count {
      #expect(throws: SnapshotProblem.self) { try read(Array(bytes[..<count])) }
    }
    // Whatever a byte becomes, reading ends with a value or a named problem.
    for index in bytes.indices {
      for bit in 0..<8 {
        var other = bytes
        other[index] ^= 1 << bit
        _ = try? read(other)
      }
    }
  }
}
