import Glibc

/// Why a simulator's run is no result: becomes a `Failure` once the attempts are over.
struct Complaint: Error, Hashable {
  let kind: Failure.Kind
  let reason: String

  init(_ kind: Failure.Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }
}

/// Finds a simulator's program.
///
/// A name with a slash starts from the simulator's folder. Any other is looked for in that folder, in PATH,
/// and in the folder of the running executable (where programs built beside dmo are).
struct ProgramSearch {
  let simulator: Simulator
  /// The value of PATH that counts: the simulator's own where it sets one.
  let path: String

  /// The folder of the running executable.
  static let ownFolder: String? = {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes {
      readlink("/proc/self/exe", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    guard count > 0, let slash = buffer[..<count].lastIndex(of: UInt8(ascii: "/")) else { return nil }
    return String(decoding: buffer[..<slash], as: UTF8.self)
  }()

  /// The full path of `name`.
  func locate(_ name: String) throws(Complaint) -> String {
    guard !name.isEmpty else { throw refusal("its command is empty") }
    let here = inFolder(name)
    if Self.isRunnable(here) { return here }
    if name.contains("/") { throw refusal(trouble(with: here) ?? "there is no file '\(here)'") }
    let folders = path.split(separator: ":").map(String.init)
    for folder in folders + [Self.ownFolder].compactMap({ $0 }) where Self.isRunnable("\(folder)/\(name)") {
      return "\(folder)/\(name)"
    }
    if let trouble = trouble(with: here) { throw refusal(trouble) }
    throw refusal(
      "there is no program '\(name)' in \(simulator.directory), PATH (\(path)) "
        + "or \(Self.ownFolder ?? "dmo's folder")"
    )
  }

  /// The arguments after a command's program, those that name something in the simulator's folder with their full
  /// path: the child works in a folder of its own, and `python3 model.py` should still find the model.
  func arguments(of command: [String]) -> [String] {
    command.dropFirst().map { argument in
      guard !argument.hasPrefix("-"), !argument.hasPrefix("/"), !argument.isEmpty else { return argument }
      let file = inFolder(argument)
      return Self.isFile(file) || (argument.contains("/") && Self.exists(file)) ? file : argument
    }
  }

  /// What to say when the system refused to run a program that is there.
  func refusal(of file: String, error: Int32) -> Complaint {
    switch error {
    case ENOENT where Self.exists(file):
      let line = Self.firstLine(of: file)
      let interpreter = line.dropFirst(2).split(separator: " ").first ?? ""
      let missing = line.hasPrefix("#!") ? "the interpreter '\(interpreter)' of its first line" : "its loader"
      return refusal("'\(file)' is there, but \(missing) is not")
    case ENOEXEC:
      return refusal(
        "'\(file)' is no program for this machine: "
          + "a script needs a first line such as '#!/usr/bin/env python3'"
      )
    default: return refusal(trouble(with: file) ?? "'\(file)': \(String(cString: strerror(error)))")
    }
  }

  func refusal(_ reason: String) -> Complaint {
    Complaint(.start, "\(simulator.name) could not be started: \(reason)")
  }

  private func inFolder(_ name: String) -> String {
    name.hasPrefix("/") ? name : "\(simulator.directory)/\(name.trimmingPrefix("./"))"
  }

  private func trouble(with file: String) -> String? {
    guard Self.exists(file) else { return nil }
    if !Self.isFile(file) { return "'\(file)' is a folder" }
    if access(file, X_OK) == 0 { return nil }
    return
      "'\(file)' is not executable "
      + "(chmod +x, or name its interpreter: run = \"python3 \(simulator.command[0])\")"
  }

  private static func exists(_ file: String) -> Bool { access(file, F_OK) == 0 }

  private static func isFile(_ file: String) -> Bool {
    var status = stat()
    return stat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func isRunnable(_ file: String) -> Bool { isFile(file) && access(file, X_OK) == 0 }

  private static func firstLine(of file: String) -> String {
    guard let stream = fopen(file, "re") else { return "" }
    defer { fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = fread(&bytes, 1, bytes.count, stream)
    return String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
