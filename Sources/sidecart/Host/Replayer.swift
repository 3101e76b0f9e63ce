import Engine
import Storage
import Wire

/// An engine that takes records of the log.
final class Replayer {
  private var held: Engine?
  private let scanner = JSONScanner(
    limits: Limits(
      maximumLineBytes: Log.payloadLimitBytes, maximumDepth: Limits().maximumDepth + 8))

  init(engine: consuming Engine) { held = consume engine }

  var engine: Engine {
    _read { yield held! }
    _modify { yield &held! }
  }

  /// Applies one record.
  func consume(_ sequence: UInt64, _ payload: UnsafeRawBufferPointer) throws {
    do {
      try engine.replay(payload, with: scanner)
    } catch let error as ScanError {
      throw HostFailure("\(error.message) (byte \(error.offset) of the record)")
    } catch let error as ParameterError {
      throw HostFailure("\(error.message) at \(error.path)")
    }
  }

  /// Hands the engine over, once.
  func takeEngine() -> Engine { held.take()! }
}
