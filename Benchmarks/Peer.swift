import Foundation

/// A peer that stays and takes turns with dmo, so that both meet the machine in the same state: it answers every line on its standard
/// input with a number on its standard output.
final class Peer {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  init(_ interpreter: String, _ script: String, _ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: interpreter)
    process.arguments = [script] + arguments
    process.environment = Bench.peerEnvironment
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Nil where the peer has ended or answers something else.
  func turn(_ line: String) throws -> Double? {
    guard process.isRunning else { return nil }
    try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    var answer = Data()
    while answer.last != UInt8(ascii: "\n") {
      let part = output.fileHandleForReading.availableData
      if part.isEmpty { return nil }
      answer += part
    }
    return Double(String(decoding: answer.dropLast(), as: UTF8.self))
  }
}
