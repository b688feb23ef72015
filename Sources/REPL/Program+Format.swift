import ArgumentParser
import Foundation
import Lang

extension Program {
  /// `dmo format`: lays scripts out anew, each in its place; '-' is standard input, laid out on standard output.
  ///
  /// - Parameter isCheck: only say which files would change.
  static func format(_ files: [String], isCheck: Bool, common: Options.Common, isQuiet: Bool) throws
    -> ExitStatus
  {
    guard !files.isEmpty else {
      throw ValidationError("expected the files of scripts behind 'format' ('-' is standard input)")
    }
    let host = TerminalHost(terminal: Terminal(color: common.color), format: nil, isQuiet: isQuiet)
    var status = ExitStatus.success
    for file in files {
      do {
        if try !format(file, isCheck: isCheck, host), status == .success { status = .runtimeFailure }
      } catch {
        report(error, host)
        host.note("\(file) is left as it is")
        status = .faultBeforeRunning
      }
    }
    return status
  }

  /// False where a file is not in the standard layout and should be.
  private static func format(_ file: String, isCheck: Bool, _ host: TerminalHost) throws -> Bool {
    let isStream = file == "-"
    let bytes = isStream ? Array(FileHandle.standardInput.readDataToEndOfFile()) : try host.read(file)
    let text = try Formatter.text(try Source.file(isStream ? "stdin" : file, bytes: bytes))
    let isSame = Array(text.utf8) == bytes
    if isCheck {
      if !isSame { TerminalHost.write("\(file) would be formatted\n", to: 1) }
      return isSame
    }
    if isStream {
      TerminalHost.write(text, to: 1)
    } else if !isSame {
      try replace(file, by: text, host)
      host.note("formatted \(file)")
    }
    return true
  }

  /// As a whole or not at all; what a link points to is replaced, not the link, and who may read and run it stays.
  private static func replace(_ file: String, by text: String, _ host: TerminalHost) throws {
    let path = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
    let permissions = try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    guard access(path, W_OK) == 0 else {
      throw FileError("cannot write \"\(file)\": \(String(cString: strerror(errno)))")
    }
    try host.write(text, to: path)
    if let permissions {
      try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
    }
  }
}
