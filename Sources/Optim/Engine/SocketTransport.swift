import CProcess
import Glibc

/// Messages over a connected Unix socket, each behind its length.
final class SocketTransport: Transport {
  let peers = [0]
  let descriptor: Int32
  private var incoming: [UInt8] = []
  private var taken = 0
  private var outgoing: [UInt8] = []
  private var sent = 0
  private var isClosed = false
  private var canSend = true
  /// The other end is gone.
  static let ended = PoolFailure("the connection to the engine has ended")
  /// The longest message that is believed.
  private static let longest = 1 << 30

  /// Takes over a connected descriptor.
  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  var backlog: Int { canSend ? outgoing.count - sent : 0 }

  func send(_ bytes: [UInt8], to peer: Int) {
    withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { outgoing.append(contentsOf: $0) }
    outgoing.append(contentsOf: bytes)
    // Several small messages leave together.
    if backlog > 1 << 15 { flush() }
  }

  func receive() throws(PoolFailure) -> (peer: Int, bytes: [UInt8])? {
    if backlog > 0 { flush() }
    if let message = try next() { return (0, message) }
    read()
    if let message = try next() { return (0, message) }
    if isClosed { throw Self.ended }
    return nil
  }

  func wait(until deadline: Double, noticingSignals: Bool) -> Bool {
    if backlog > 0 { flush() }
    guard backlog > 0 else {
      return sleep(until: deadline, watching: descriptor, noticingSignals: noticingSignals)
    }
    var polled = pollfd(fd: descriptor, events: Int16(POLLIN | POLLOUT), revents: 0)
    poll(&polled, 1, Int32(max(0, min(deadline - dmo_now(), 0.01)) * 1000))
    return true
  }

  private func next() throws(PoolFailure) -> [UInt8]? {
    let available = incoming.count - taken
    guard available >= 4 else { return nil }
    let length = incoming.withUnsafeBytes {
      Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: taken, as: UInt32.self)))
    }
    guard length <= Self.longest else { throw PoolFailure("what comes from the engine is no message of dmo") }
    guard available >= 4 + length else { return nil }
    let message = Array(incoming[taken + 4..<taken + 4 + length])
    taken += 4 + length
    if taken == incoming.count {
      incoming.removeAll(keepingCapacity: incoming.capacity < 1 << 20)
      taken = 0
    } else if taken > 1 << 20 {
      incoming.removeFirst(taken)
      taken = 0
    }
    return message
  }

  private func read() {
    var space = [UInt8](repeating: 0, count: 1 << 16)
    while !isClosed {
      let count = recv(descriptor, &space, space.count, 0)
      if count > 0 {
        incoming.append(contentsOf: space[..<count])
        if count < space.count || incoming.count > 1 << 24 { return }
      } else if count == 0 {
        isClosed = true
      } else if errno != EINTR {
        if errno != EAGAIN { isClosed = true }
        return
      }
    }
  }

  private func flush() {
    while backlog > 0 {
      let count = outgoing.withUnsafeBytes { bytes in
        Glibc.send(descriptor, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno != EINTR {
        // What has come before the end is still to be read.
        if errno != EAGAIN { canSend = false }
        break
      }
    }
    if sent == outgoing.count {
      outgoing.removeAll(keepingCapacity: outgoing.capacity < 1 << 20)
      sent = 0
    } else if sent > 1 << 20 {
      outgoing.removeFirst(sent)
      sent = 0
    }
  }
}
