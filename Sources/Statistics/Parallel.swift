#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// How a pass over millions is shared out
// --------------------------------------
// Some passes (what a million customers choose at given prices) are the same work for every part.
// The whole is cut into a fixed number of parts, whatever the machine has; each core takes the next
// part that nobody has, and what the parts give is put together in their order. So sums are rounded
// alike on one core and on many, and a machine with more cores gives the same answer sooner.

/// Passes over ranges on all cores of the machine.
package enum Parallel {
  /// Into how many parts a whole is cut.
  private static let partCount = 32
  /// Below so many elements, one core is as fast.
  private static let worthwhile = 200_000

  /// What `body` makes of each part of `0 ..< count`, in the order of the parts.
  ///
  /// - Parameter weight: elements that the work is about; it decides whether threads are worth it.
  package static func map<Result: Sendable>(
    count: Int, weight: Int, _ body: @Sendable (Range<Int>) -> Result
  ) -> [Result] {
    guard weight >= worthwhile, count >= partCount else { return [body(0..<count)] }
    let parts = (0..<partCount).map { count * $0 / partCount..<count * ($0 + 1) / partCount }
    let threadCount = min(partCount, coreCount)
    if threadCount < 2 { return parts.map(body) }
    return withoutActuallyEscaping(body) { body in
      let book = PartBook(parts, body)
      let threads = (1..<threadCount).compactMap { _ in start(book) }
      book.work()
      for thread in threads { pthread_join(thread, nil) }
      return book.results
    }
  }

  private static let coreCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// A thread that works on the book; nil where the system gives none.
  private static func start(_ book: some PartWorker) -> pthread_t? {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(book as AnyObject)
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let book = Unmanaged<AnyObject>.fromOpaque(argument).takeRetainedValue()
        (book as? any PartWorker)?.work()
        return nil
      }, box.toOpaque())
    if code == 0 { return thread }
    box.release()
    return nil
  }
}

private protocol PartWorker: AnyObject, Sendable {
  func work()
}

/// The parts that nobody has taken yet, and what came of the others.
private final class PartBook<Result: Sendable>: PartWorker, @unchecked Sendable {
  private let parts: [Range<Int>]
  private let body: @Sendable (Range<Int>) -> Result
  private var next = 0
  private var found: [Result?]
  private let lock: UnsafeMutablePointer<pthread_mutex_t>

  init(_ parts: [Range<Int>], _ body: @escaping @Sendable (Range<Int>) -> Result) {
    self.parts = parts
    self.body = body
    found = Array(repeating: nil, count: parts.count)
    lock = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }

  func work() {
    while let part = locked({ take() }) {
      let result = body(parts[part])
      locked { found[part] = result }
    }
  }

  private func take() -> Int? {
    guard next < parts.count else { return nil }
    next += 1
    return next - 1
  }

  /// Once all have worked to the end.
  var results: [Result] {
    locked {
      found.map { result in
        guard let result else { preconditionFailure("every part was taken and ended") }
        return result
      }
    }
  }
}
