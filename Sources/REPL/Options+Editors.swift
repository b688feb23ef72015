import ArgumentParser
import Foundation
import Lang

extension Options {
  /// What only one of the commands for editors takes.
  struct Editors: ParsableArguments {
    @Flag(help: "With 'format': say which scripts would change, and change none.")
    var check = false

    @Flag(help: "Be driven by a notebook: requests and answers as JSON lines (docs/jupyter.md).")
    var kernel = false
  }

  /// The commands for editors, each a word in front of what it takes.
  enum EditorCommand: String, CaseIterable {
    case format, editor, lsp

    /// The command that the words begin with; a file of that name is a script.
    init?(_ words: ArraySlice<String>) {
      guard let word = words.first, let command = Self(rawValue: word), !Options.isFile(word) else {
        return nil
      }
      self = command
    }
  }
}

extension Options.Root {
  /// `dmo format`, `dmo editor` and `dmo lsp`.
  func perform(_ command: Options.EditorCommand, _ words: ArraySlice<String>) throws -> ExitStatus {
    if code != nil || stays {
      throw ValidationError(
        "'\(command.rawValue)' runs nothing: \(code == nil ? "-i" : "-e") has no place in it")
    }
    switch command {
    case .format:
      return try Program.format(Array(words), isCheck: editors.check, common: common, isQuiet: quiet)
    case .editor: return try Program.writeGrammar(Array(words))
    case .lsp:
      guard words.isEmpty else { throw ValidationError("'lsp' takes nothing, found '\(words.first!)'") }
      return try Program.languageServer()
    }
  }
}

extension Program {
  /// `dmo editor vim`: writes the files of a grammar below a folder, and names them.
  static func writeGrammar(_ words: [String]) throws -> ExitStatus {
    let known = EditorGrammar.allCases.map(\.rawValue).joined(separator: ", ")
    guard let name = words.first else { throw ValidationError("expected one of \(known) behind 'editor'") }
    guard let grammar = EditorGrammar(rawValue: name) else {
      throw ValidationError("there is no grammar for '\(name)'; there are \(known)")
    }
    guard words.count <= 2 else {
      throw ValidationError("expected one folder behind 'editor \(name)', found '\(words[2])' too")
    }
    let folder = words.count > 1 ? words[1] : "dmo-\(name)"
    let host = TerminalHost(terminal: Terminal(), format: nil, isQuiet: false)
    do {
      for file in grammar.files {
        let path = (folder as NSString).appendingPathComponent(file.path)
        try FileManager.default.createDirectory(
          atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try host.write(file.text, to: path)
        TerminalHost.write(path + "\n", to: 1)
      }
    } catch {
      host.fail(
        error is FileError ? "\(error)" : "cannot write into \"\(folder)\": \(TerminalHost.reason(error))")
      return .runtimeFailure
    }
    return .success
  }
}
