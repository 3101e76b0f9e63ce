// Threads, for work over memory that nobody changes meanwhile. The loop has none.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension System {
  /// How many processors this process may use.
  package static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Runs `body` once for each number below `count`, each on a thread of its own, and waits for
  /// all. Where the system gives no more threads, the rest runs on this one.
  package static func concurrently(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    var threads: [pthread_t] = []
    for index in 1..<max(1, count) {
      let job = Unmanaged.passRetained(Job { body(index) })
      var thread = pthread_t()
      let result = pthread_create(
        &thread, nil,
        { pointer in
          guard let pointer else { return nil }
          Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().body()
          return nil
        }, job.toOpaque())
      if result == 0 {
        threads.append(thread)
      } else {
        job.takeRetainedValue().body()
      }
    }
    if count > 0 { body(0) }
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Runs `body` once on a thread that nobody waits for and that lets all others go first; false
  /// where the system gives no more threads.
  package static func detached(_ body: @escaping @Sendable () -> Void) -> Bool {
    let job = Unmanaged.passRetained(
      Job {
        // On Linux the priority is the thread's, not the process's.
        _ = nice(10)
        body()
      })
    var thread = pthread_t()
    let result = pthread_create(
      &thread, nil,
      { pointer in
        guard let pointer else { return nil }
        Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().body()
        return nil
      }, job.toOpaque())
    guard result == 0 else {
      job.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  /// Lets every other process go first: for work that nobody waits for.
  package static func lowerPriority() { _ = nice(10) }

  private final class Job: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
