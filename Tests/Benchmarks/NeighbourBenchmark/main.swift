// Makes all neighbour lists of a matrix in a file, and says how long that took and the most memory
// the process had. `Tests/Benchmarks/neighbours.py` writes the file, runs this beside implicit and
// compares the lists.
//
//   neighbour-benchmark MATRIX THREADS KEPT [LISTS]
//
// MATRIX: three Int64 (transactions, items, lines), then Int32: a start for each transaction, the
//         end of the last, and an item for each line.
// LISTS:  per item an Int32 count and so many (Int32 item, Float score).

import Affinity
import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

func fail(_ message: String) -> Never {
  let text = Array((message + "\n").utf8)
  _ = write(STDERR_FILENO, text, text.count)
  exit(1)
}

func array<Element: BitwiseCopyable>(
  of type: Element.Type, _ count: Int, from file: UnsafeMutablePointer<FILE>
) -> [Element] {
  Array(unsafeUninitializedCapacity: count) { buffer, filled in
    filled = fread(buffer.baseAddress, MemoryLayout<Element>.stride, count, file)
    if filled != count { fail("the matrix ends early") }
  }
}

/// A line of /proc/self/status, in bytes.
func memory(_ name: String) -> Int {
  guard let file = fopen("/proc/self/status", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, 256, file) != nil {
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    if text.hasPrefix(name), let kilobytes = Int(text.filter(\.isNumber)) {
      return kilobytes * 1024
    }
  }
  return 0
}

func read(_ path: String) -> IncidenceMatrix {
  guard let file = fopen(path, "rb") else { fail("\(path) cannot be read") }
  defer { fclose(file) }
  let head = array(of: Int64.self, 3, from: file)
  let starts = array(of: Int32.self, Int(head[0]) + 1, from: file)
  let items = array(of: Int32.self, Int(head[2]), from: file)
  return IncidenceMatrix(itemCount: Int(head[1]), starts: starts, items: items)
}

func save(_ lists: NeighbourLists, to path: String) {
  guard let file = fopen(path, "wb") else { fail("\(path) cannot be written") }
  defer { fclose(file) }
  for item in 0..<lists.itemCount {
    var words = [UInt32(lists.count(of: item))]
    for place in 0..<lists.count(of: item) {
      let (neighbour, score) = lists[item, place]
      words += [UInt32(bitPattern: neighbour), score.bitPattern]
    }
    if fwrite(words, 4, words.count, file) != words.count { fail("\(path) cannot be written") }
  }
}

func run() {
  let arguments = CommandLine.arguments
  guard arguments.count >= 4, let threads = Int(arguments[2]), let kept = Int(arguments[3]) else {
    fail("neighbour-benchmark MATRIX THREADS KEPT [LISTS]")
  }
  let matrix = read(arguments[1])
  let before = memory("VmRSS:")
  let clock = ContinuousClock()
  let start = clock.now
  let lists = NeighbourLists(
    consume matrix, measure: .cosine, kept: kept, minimumShared: 1, workerCount: threads,
    concurrently: System.concurrently)
  let elapsed = (clock.now - start).components
  let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  print("{\"seconds\":\(seconds),\"peak\":\(memory("VmHWM:")),\"before\":\(before)}")
  if arguments.count > 4 { save(lists, to: arguments[4]) }
}

run()
