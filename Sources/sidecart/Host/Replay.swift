import Engine
import Shop
import Storage
import Wire

extension Host {
  /// What applies the records of a log to a service, and says of a record what is wrong with it.
  static func replay(into service: Service) -> RecordConsumer {
    let scanner = JSONScanner(
      limits: Limits(
        maximumLineBytes: Log.payloadLimitBytes, maximumDepth: Limits().maximumDepth + 8))
    return { _, payload in
      do {
        try service.engine.replay(payload, with: scanner)
      } catch let error as ScanError {
        throw HostFailure("\(error.message) (byte \(error.offset) of the record)")
      } catch let error as ParameterError {
        throw HostFailure("\(error.message) at \(error.path)")
      }
    }
  }

  /// A service that belongs to no process, to see whether a log can be applied.
  static func emptyService() -> Service {
    Service(engine: Engine(surroundings: Host.surroundings(isReadOnly: true)), now: .earliest)
  }
}
