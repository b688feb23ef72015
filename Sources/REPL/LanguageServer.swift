import Foundation
import Lang
import Optim

/// `dmo lsp`: the Language Server Protocol on standard input and output (docs/editors.md).
struct LanguageServer {
  private let output: ProtocolOutput
  private let host: SilentHost
  private var documents: [String: Document] = [:]
  private var state = State.fresh

  private enum State { case fresh, initialized, shutDown }

  /// A text that is open in the editor, and a session that knows its declarations.
  private struct Document {
    let source: Source
    let session: Session
  }

  /// What a request is refused with: the protocol's number and a message for people.
  struct Refusal: Error {
    let code: Int
    let message: String

    static func parameters(_ expected: String) -> Refusal {
      Refusal(code: -32602, message: "expected \(expected)")
    }
  }

  init(files: TerminalHost) {
    output = ProtocolOutput()
    host = SilentHost(files: files)
  }

  // MARK: Framing

  /// A message longer than this is a broken header rather than a text.
  private static let longestMessage = 1 << 28

  mutating func run() throws -> ExitStatus {
    var input = InputBytes()
    while let length = contentLength(&input) {
      guard let length, length <= Self.longestMessage else {
        refuse(nil, Refusal(code: -32700, message: "expected a header 'Content-Length: N'"))
        // Where the message ends is unknown if its length is: what follows is searched for the next header.
        continue
      }
      guard let body = input.take(length) else { break }
      guard let object = try? JSONSerialization.jsonObject(with: Data(body)) else {
        refuse(nil, Refusal(code: -32700, message: "the message is not JSON"))
        continue
      }
      guard let message = object as? [String: Any] else {
        refuse(nil, Refusal(code: -32600, message: "expected a JSON object"))
        continue
      }
      if let status = try receive(message) { return status }
    }
    return Signals.isTerminated ? .terminated : .runtimeFailure
  }

  /// The length that a header gives, nil inside where it gives none; nil at the end of the input.
  private func contentLength(_ input: inout InputBytes) -> Int?? {
    var length: Int?
    while let bytes = input.line() {
      let line = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      if line.isEmpty { return .some(length) }
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == "content-length" {
        length = Int(parts[1].trimmingCharacters(in: .whitespaces)).flatMap { $0 < 0 ? nil : $0 }
      }
    }
    return nil
  }

  private func send(_ message: [String: Any]) {
    let text = ProtocolOutput.json(message.merging(["jsonrpc": "2.0"]) { $1 })
    TerminalHost.write("Content-Length: \(text.utf8.count)\r\n\r\n\(text)", to: output.descriptor)
  }

  private func refuse(_ id: Any?, _ refusal: Refusal) {
    send(["id": id ?? NSNull(), "error": ["code": refusal.code, "message": refusal.message]])
  }

  // MARK: Messages

  /// A status where the server is to end.
  private mutating func receive(_ message: [String: Any]) throws -> ExitStatus? {
    let id = message["id"]
    guard let method = message["method"] as? String else {
      // Answers to requests of ours have no method; there are none.
      if message["result"] == nil && message["error"] == nil {
        refuse(id, Refusal(code: -32600, message: "expected \"method\": a text"))
      }
      return nil
    }
    if method == "exit" { return state == .shutDown ? .success : .runtimeFailure }
    let parameters = message["params"] as? [String: Any] ?? [:]
    do {
      guard id != nil else {
        try notice(method, parameters)
        return nil
      }
      send(["id": id!, "result": try answer(method, parameters) ?? NSNull()])
    } catch let refusal as Refusal {
      if id != nil {
        refuse(id, refusal)
      } else {
        send([
          "method": "window/logMessage", "params": ["type": 1, "message": "\(method): \(refusal.message)"],
        ])
      }
    }
    return nil
  }

  private mutating func answer(_ method: String, _ parameters: [String: Any]) throws -> Any? {
    if method == "initialize" {
      guard state == .fresh else {
        throw Refusal(code: -32600, message: "this server is initialized already")
      }
      state = .initialized
      return Self.abilities
    }
    guard state != .fresh else { throw Refusal(code: -32002, message: "expected 'initialize' first") }
    guard state != .shutDown else { throw Refusal(code: -32600, message: "this server is shut down") }
    switch method {
    case "shutdown":
      state = .shutDown
      return nil
    case "textDocument/hover": return hover(try place(parameters))
    case "textDocument/completion": return completion(try place(parameters))
    case "textDocument/definition": return definition(try place(parameters))
    case "textDocument/formatting": return try formatting(try document(parameters))
    default: throw Refusal(code: -32601, message: "this server knows no '\(method)'")
    }
  }

  private static var abilities: [String: Any] {
    [
      "capabilities": [
        "positionEncoding": "utf-16", "textDocumentSync": ["openClose": true, "change": 1],
        "hoverProvider": true, "definitionProvider": true, "documentFormattingProvider": true,
        "completionProvider": ["triggerCharacters": [".", "=", "\""]],
      ],
      "serverInfo": ["name": "dmo", "version": Options.version],
    ]
  }

  private mutating func notice(_ method: String, _ parameters: [String: Any]) throws {
    guard state == .initialized else { return }
    switch method {
    case "textDocument/didOpen":
      let item = parameters["textDocument"] as? [String: Any] ?? [:]
      guard let text = item["text"] as? String else { throw Refusal.parameters("the text of the document") }
      try open(try Self.uri(parameters), text, item["version"] as? Int)
    case "textDocument/didChange":
      guard let changes = parameters["contentChanges"] as? [[String: Any]], let last = changes.last,
        last["range"] == nil, let text = last["text"] as? String
      else { throw Refusal.parameters("the whole text in 'contentChanges'") }
      let version = (parameters["textDocument"] as? [String: Any])?["version"] as? Int
      try open(try Self.uri(parameters), text, version)
    case "textDocument/didClose":
      let uri = try Self.uri(parameters)
      documents[uri] = nil
      publish([], uri, nil)
    default: break
    }
  }

  // MARK: Documents

  private static func uri(_ parameters: [String: Any]) throws -> String {
    guard let uri = (parameters["textDocument"] as? [String: Any])?["uri"] as? String else {
      throw Refusal.parameters("'textDocument' with its 'uri'")
    }
    return uri
  }

  private func document(_ parameters: [String: Any]) throws -> Document {
    let uri = try Self.uri(parameters)
    guard let document = documents[uri] else {
      throw Refusal.parameters("a document that is open, found '\(uri)'")
    }
    return document
  }

  private func place(_ parameters: [String: Any]) throws -> (document: Document, uri: String, offset: Int) {
    let document = try document(parameters)
    guard let position = parameters["position"] as? [String: Any], let line = position["line"] as? Int,
      let column = position["character"] as? Int,
      let offset = document.source.offset(line: line, utf16Column: column)
    else { throw Refusal.parameters("a 'position' in the document") }
    return (document, try Self.uri(parameters), offset)
  }

  private mutating func open(_ uri: String, _ text: String, _ version: Int?) throws {
    let path = URL(string: uri).flatMap { $0.isFileURL ? $0.path : nil }
    let folder = path.map { ($0 as NSString).deletingLastPathComponent } ?? "."
    let source = Source(
      name: path.map { ($0 as NSString).lastPathComponent } ?? uri, text: text, directory: folder)
    let session = try Session(host: host, directory: folder, workers: 1)
    let faults = session.faults(in: source)
    session.learn(source)
    documents[uri] = Document(source: source, session: session)
    publish(faults.map { Self.json($0, in: source) }, uri, version)
  }

  private func publish(_ diagnostics: [[String: Any]], _ uri: String, _ version: Int?) {
    var parameters: [String: Any] = ["uri": uri, "diagnostics": diagnostics]
    if let version { parameters["version"] = version }
    send(["method": "textDocument/publishDiagnostics", "params": parameters])
  }

  /// A fault in a file that the text includes is shown at the text's start, with its own place in the message.
  private static func json(_ diagnostic: Diagnostic, in source: Source) -> [String: Any] {
    let isHere = diagnostic.span.source === source
    return [
      "range": range(isHere ? diagnostic.span.range : 0..<0, source), "severity": 1, "source": "dmo",
      "message": (isHere ? "" : "\(diagnostic.span.place): ") + diagnostic.explained,
    ]
  }

  private static func range(_ range: Range<Int>, _ source: Source) -> [String: Any] {
    let place = { (offset: Int) -> [String: Int] in
      let place = source.utf16Place(of: min(offset, source.count))
      return ["line": place.line, "character": place.column]
    }
    return ["start": place(range.lowerBound), "end": place(range.upperBound)]
  }

  // MARK: Answers

  private func hover(_ at: (document: Document, uri: String, offset: Int)) -> Any? {
    guard let word = at.document.source.word(at: at.offset),
      let text = at.document.session.explanation(of: word.text)
    else { return nil }
    return [
      "contents": ["kind": "plaintext", "value": text], "range": Self.range(word.range, at.document.source),
    ]
  }

  private func completion(_ at: (document: Document, uri: String, offset: Int)) -> Any? {
    let source = at.document.source
    let found = at.document.session.complete(source.text(in: 0..<at.offset))
    let range = Self.range(found.range.lowerBound..<at.offset, source)
    return found.candidates.map { word -> [String: Any] in
      ["label": word, "kind": Self.kind(of: word), "textEdit": ["range": range, "newText": word]]
    }
  }

  /// The protocol's number for what a candidate is: function, keyword, property or variable.
  private static func kind(of word: String) -> Int {
    if Function.named(word) != nil { return 3 }
    if word.hasSuffix("=") { return 10 }
    return Help.topic(word) != nil ? 14 : 6
  }

  private func definition(_ at: (document: Document, uri: String, offset: Int)) -> Any? {
    guard let word = at.document.source.word(at: at.offset),
      let place = at.document.session.declaration(of: word.text)
    else { return nil }
    if place.source === at.document.source {
      return ["uri": at.uri, "range": Self.range(place.range, place.source)]
    }
    guard FileManager.default.fileExists(atPath: place.source.name) else { return nil }
    let uri = URL(fileURLWithPath: place.source.name).absoluteString
    return ["uri": uri, "range": Self.range(place.range, place.source)]
  }

  /// One edit of the whole text, or none where it is laid out already.
  private func formatting(_ document: Document) throws -> Any? {
    do {
      let text = try Formatter.text(document.source)
      if text == document.source.text { return [Any]() }
      return [["range": Self.range(0..<document.source.count, document.source), "newText": text]]
    } catch is Diagnostics {
      throw Refusal(code: -32803, message: "the script has errors, so its layout is left as it is")
    } catch {
      throw Refusal(code: -32803, message: "\(error)")
    }
  }
}

/// Lets a session look at files; nothing is shown and nothing written.
private final class SilentHost: SessionHost {
  private let files: TerminalHost
  init(files: TerminalHost) { self.files = files }

  func present(_ output: Output) {}
  func note(_ text: String) {}
  func report(_ progress: Progress) {}
  var interruption: Interruption { Signals.interruption }

  func read(_ path: String) throws -> [UInt8] { try files.read(path) }
  func readCSV(_ path: String) throws -> (header: [String], rows: [[String]]) { try files.readCSV(path) }
  func write(_ text: String, to path: String) throws {
    throw FileError("cannot write \"\(path)\": a language server writes nothing")
  }
  func rendered(_ table: Table, for path: String) -> String? { files.rendered(table, for: path) }
  func rendered(_ figure: Figure, for path: String) -> String? { files.rendered(figure, for: path) }
  var tableEndings: [String] { files.tableEndings }
  var figureEndings: [String] { files.figureEndings }
}

extension Program {
  /// `dmo lsp`.
  static func languageServer() throws -> ExitStatus {
    Signals.install()
    var server = LanguageServer(
      files: TerminalHost(terminal: Terminal(color: .never), format: nil, isQuiet: true))
    return try server.run()
  }
}
