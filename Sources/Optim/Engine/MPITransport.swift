import CMPI
import CProcess
import Glibc

/// Messages between the ranks of an MPI job: rank 0 and the others, never the others among themselves.
final class MPITransport: Transport {
  let rank: Int
  let size: Int
  let peers: [Int]
  /// Looked at while waiting for messages.
  var watched: Int32 = -1
  private(set) var backlog = 0
  private var sending: [(request: dmo_mpi_sending, count: Int)] = []
  private var backoff = Backoff()

  /// Starts MPI. - Throws: `PoolFailure` where it does not start.
  init() throws(PoolFailure) {
    guard dmo_mpi_start() == 0 else { throw PoolFailure("Open MPI did not start in this process") }
    rank = Int(dmo_mpi_rank())
    size = Int(dmo_mpi_size())
    peers = rank == 0 ? Array(1..<max(size, 1)) : [0]
  }

  /// The MPI library in its own words, such as "Open MPI v4.1.4".
  static var library: String {
    var text = [CChar](repeating: 0, count: 128)
    dmo_mpi_library(&text, Int32(text.count))
    let full = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return String(full.prefix { $0 != "," })
  }

  func send(_ bytes: [UInt8], to peer: Int) {
    var request = dmo_mpi_sending()
    let error = dmo_mpi_send(bytes, Int32(bytes.count), Int32(peer), &request)
    precondition(error == 0, "MPI_Isend fails only by ending the job")
    if dmo_mpi_sent(&request) != 0 { return }
    sending.append((request, bytes.count))
    backlog += bytes.count
  }

  func receive() throws(PoolFailure) -> (peer: Int, bytes: [UInt8])? {
    if !sending.isEmpty { collect() }
    var (source, count): (Int32, Int32) = (0, 0)
    guard dmo_mpi_probe(&source, &count) != 0 else { return nil }
    backoff.reset()
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
      _ = dmo_mpi_receive(buffer.baseAddress, count, source)
      initialized = Int(count)
    }
    return (Int(source), bytes)
  }

  func wait(until deadline: Double, noticingSignals: Bool) -> Bool {
    let pause = backoff.next()
    if pause == 0 {
      sched_yield()
      return true
    }
    // What is being sent needs our help to get on.
    let most = sending.isEmpty ? pause : min(pause, 50e-6)
    return sleep(until: min(deadline, dmo_now() + most), watching: watched, noticingSignals: noticingSignals)
  }

  /// Frees the memory of what has left.
  private func collect() {
    sending.removeAll { item in
      var request = item.request
      guard dmo_mpi_sent(&request) != 0 else { return false }
      backlog -= item.count
      return true
    }
  }

  /// Ends MPI together with all other ranks, once everything has been sent.
  func finish() {
    let bound = dmo_now() + 5
    while !sending.isEmpty, dmo_now() < bound {
      collect()
      usleep(100)
    }
    // A rank that died leaves the others waiting here: nobody waits for long.
    alarm(60)
    dmo_mpi_finish()
    alarm(0)
  }
}
