import Foundation
import Testing

/// A folder of its own with the real `dmo`: no test sees another one's files, settings or history.
final class Workplace {
  let folder: String
  var environment: [String: String]

  init() throws {
    var template = Array("/tmp/dmo-place-XXXXXX".utf8CString)
    folder = String(cString: try #require(mkdtemp(&template)))
    // The system's Python first: shims of version managers take ten times as long to start.
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    environment = [
      "PATH": "/usr/bin:/bin:" + path, "HOME": folder + "/home", "LC_ALL": "C.UTF-8", "TERM": "xterm",
      "DMO_SCRATCH": folder + "/scratch", "DMO_LAUNCHER": "local",
    ]
    try make("home")
    try make("scratch")
  }

  /// Simulators of a dmo that was killed may still be ending and write into it.
  deinit {
    for _ in 0..<100 {
      try? FileManager.default.removeItem(atPath: folder)
      if !FileManager.default.fileExists(atPath: folder) { return }
      usleep(20_000)
    }
  }

  // MARK: Files

  func path(_ name: String) -> String { "\(folder)/\(name)" }
  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
  func text(_ name: String) -> String {
    FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  func write(_ name: String, _ text: String) throws { try write(name, bytes: Array(text.utf8)) }

  func write(_ name: String, bytes: [UInt8]) throws {
    try FileManager.default.createDirectory(
      atPath: (path(name) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
  }

  func make(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
  }

  // MARK: Running

  struct Result {
    let status: Int32
    let output: String
    let errors: String
    /// For messages of expectations.
    var all: String { "status \(status)\n-- output\n\(output)\n-- errors\n\(errors)" }
  }

  /// A `dmo` at work.
  struct Run {
    let child: Child
    fileprivate let outputFile: String
    fileprivate let errorFile: String

    var output: String { Workplace.contents(outputFile) }
    var errors: String { Workplace.contents(errorFile) }

    /// Waits for its end.
    func result(within seconds: Double = 60) throws -> Result {
      let status = try #require(child.wait(seconds: seconds), "still running; it said\n\(output)\n\(errors)")
      return Result(status: status, output: output, errors: errors)
    }
  }

  private var runs = 0

  /// Starts dmo and goes on.
  func start(_ arguments: [String], input: String? = nil) throws -> Run {
    try launch([try Self.binary()] + arguments, input: input)
  }

  /// Starts another program and goes on.
  func start(program: String, _ arguments: [String]) throws -> Run {
    try launch([program] + arguments, input: nil)
  }

  /// Runs dmo to its end.
  func dmo(_ arguments: String..., input: String? = nil, within seconds: Double = 60) throws -> Result {
    try start(arguments, input: input).result(within: seconds)
  }

  /// Runs a line of shell to its end, in which `$dmo` is the program.
  func shell(_ line: String, within seconds: Double = 60) throws -> Result {
    environment["dmo"] = try Self.binary()
    return try launch(["/bin/sh", "-c", line], input: nil).result(within: seconds)
  }

  func launch(_ command: [String], input: String?) throws -> Run {
    runs += 1
    let base = path(".run\(runs)")
    if let input { try Data(input.utf8).write(to: URL(fileURLWithPath: base + ".in")) }
    let streams = Child.Streams.files(
      input: input == nil ? "/dev/null" : base + ".in", output: base + ".out", errors: base + ".err")
    let child = try Child(command, in: folder, environment: environment, streams)
    return Run(child: child, outputFile: base + ".out", errorFile: base + ".err")
  }

  fileprivate static func contents(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  // MARK: Where things are

  /// The program beside the test bundle, built with it.
  static func binary(_ name: String = "dmo") throws -> String {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = ((own as NSString).deletingLastPathComponent as NSString).appendingPathComponent(name)
    return try #require(access(path, X_OK) == 0 ? path : nil, "there is no \(name) beside \(own)")
  }

  /// The top of this package's sources.
  static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../..").standardizedFileURL.path(percentEncoded: false)

  // MARK: Waiting

  /// Waits until a condition holds; false if it never does.
  static func eventually(within seconds: Double = 30, _ condition: () throws -> Bool) rethrows -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while try !condition() {
      if Date() > end { return false }
      usleep(5000)
    }
    return true
  }

  /// Processes that work in this folder: simulators, for dmo itself is not counted.
  func simulators(besides own: pid_t? = nil) -> [Int32] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { Int32($0) }.filter { pid in
      guard pid != own,
        let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
      else { return false }
      return place.hasPrefix(folder + "/scratch")
    }
  }
}
