import CProcess
import Foundation

/// An MPI job that serves a dmo outside of it: rank 0 connects back through a socket and hands out what comes from there.
public enum EngineJob {
  /// The life of one of its processes.
  ///
  /// - Parameters:
  ///   - socket: the path of the socket of the dmo that started this job.
  ///   - host: the machine on which that dmo runs.
  ///   - slots: simulations that each worker runs at the same time.
  public static func live(socket: String, host: String, slots: Int) -> Never {
    dmo_signals_install()
    Threads.stayAlone()
    do throws(PoolFailure) {
      let transport = try MPITransport()
      if transport.rank == 0 {
        try serve(transport, socket, host)
      } else {
        let pool = LocalPool(capacity: slots)
        pool.rank = transport.rank
        try WorkerLoop(transport, pool: pool, tasks: TaskThread()) { $0.enter() }.run()
      }
      transport.finish()
      // Not exit: an interrupted fit may still compute with what exit would take down.
      dmo_guard_dismiss()
      _exit(0)
    } catch {
      // Standard error of the job is a file that the dmo outside looks at.
      FileHandle.standardError.write(Data("dmo engine: \(error)\n".utf8))
      // Not exit: the guard looks after what simulations may have left, and MPI has nobody to end with.
      _exit(1)
    }
  }

  private static func serve(_ transport: MPITransport, _ socket: String, _ host: String) throws(PoolFailure) {
    guard transport.size > 1 else {
      throw PoolFailure(
        "its launcher started dmo without telling it of other ranks: dmo works with \(library), "
          + "and so must the launcher")
    }
    let dispatcher = Dispatcher(transport)
    try dispatcher.join(.current, timeout: 50 + 0.05 * Double(transport.size))
    let descriptor = try connect(to: socket, host: host)
    transport.watched = descriptor
    let loop = WorkerLoop(SocketTransport(descriptor), pool: dispatcher, tasks: dispatcher) {
      dispatcher.configure($0)
    }
    do throws(PoolFailure) {
      try loop.run()
    } catch {
      guard error == SocketTransport.ended else { throw error }
      // The dmo outside is gone: the workers end what runs and leave, and then so do we.
      dispatcher.cancel()
      dispatcher.shutDown()
      EngineProcess.removeFolder(of: socket)
    }
  }

  private static var library: String { MPITransport.library }

  private static func connect(to path: String, host: String) throws(PoolFailure) -> Int32 {
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let error = UnixSocket.withAddress(path) { Glibc.connect(descriptor, $0, $1) == 0 ? 0 : errno }
    guard error == 0 else {
      let here = UnixSocket.hostName
      let place =
        here == host
        ? "" : "; dmo runs on \(host), but rank 0 of the engine on \(here): both must be on one machine"
      throw PoolFailure("cannot connect to \(path): \(String(cString: strerror(error)))\(place)")
    }
    return descriptor
  }
}

/// What Unix sockets need beside their descriptors.
enum UnixSocket {
  /// The longest path a socket can have, in bytes.
  static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

  static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Calls `body` with the address of `path`, which must not be longer than `longestPath`.
  static func withAddress<Value>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value)
    -> Value
  {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { place in
      place.copyBytes(from: path.utf8.prefix(longestPath))
    }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
