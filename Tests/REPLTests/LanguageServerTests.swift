import Foundation
import Testing

/// `dmo lsp` through its pipes, as an editor drives it.
@Suite struct LanguageServerTests {
  let place: Workplace
  let server: Dialogue
  static let uri = "file:///nowhere/script.dmo"

  init() throws {
    place = try Workplace()
    server = try Dialogue(place, ["lsp"])
  }

  // MARK: Speaking

  private func send(raw text: String) { server.send(Array(text.utf8)) }

  private func send(_ message: [String: Any]) throws {
    let body = try JSONSerialization.data(withJSONObject: message)
    server.send(Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body)
  }

  private func receive() throws -> [String: Any] {
    let end: [UInt8] = Array("\r\n\r\n".utf8)
    let header = try server.receive { bytes in
      bytes.indices.dropLast(3).first { Array(bytes[$0..<$0 + 4]) == end }.map { $0 + 4 }
    }
    let text = String(decoding: header, as: UTF8.self)
    let length = try #require(
      text.firstMatch(of: #/^Content-Length: (\d+)\r\n\r\n$/#).flatMap { Int($0.1) }, "\(text)")
    return try Dialogue.object(server.receive { $0.count >= length ? length : nil })
  }

  private func ask(_ method: String, _ parameters: [String: Any] = [:], id: Any = 1) throws -> [String: Any] {
    try send(["jsonrpc": "2.0", "id": id, "method": method, "params": parameters])
    return try receive()
  }

  private func tell(_ method: String, _ parameters: [String: Any] = [:]) throws {
    try send(["jsonrpc": "2.0", "method": method, "params": parameters])
  }

  private func initialize() throws {
    let answer = try ask(
      "initialize", ["processId": NSNull(), "rootUri": NSNull(), "capabilities": [String: Any]()])
    let abilities = try #require((answer["result"] as? [String: Any])?["capabilities"] as? [String: Any])
    #expect(
      abilities["hoverProvider"] as? Bool == true && abilities["positionEncoding"] as? String == "utf-16")
    try tell("initialized")
  }

  /// What is published about a text.
  private func open(_ text: String, uri: String = uri) throws -> [[String: Any]] {
    let document: [String: Any] = ["uri": uri, "languageId": "dmo", "version": 1, "text": text]
    try tell("textDocument/didOpen", ["textDocument": document])
    return try published(uri)
  }

  private func published(_ uri: String = uri) throws -> [[String: Any]] {
    let message = try receive()
    let parameters = try #require(message["params"] as? [String: Any])
    #expect(message["method"] as? String == "textDocument/publishDiagnostics")
    #expect(parameters["uri"] as? String == uri)
    return try #require(parameters["diagnostics"] as? [[String: Any]])
  }

  private func at(_ line: Int, _ character: Int) -> [String: Any] {
    ["textDocument": ["uri": Self.uri], "position": ["line": line, "character": character]]
  }

  private static func range(_ value: Any?) -> [Int] {
    let range = (value as? [String: Any])?["range"] as? [String: [String: Int]] ?? [:]
    return ["start", "end"].flatMap { [range[$0]?["line"] ?? -1, range[$0]?["character"] ?? -1] }
  }

  private static func code(_ answer: [String: Any]) -> Int? {
    (answer["error"] as? [String: Any])?["code"] as? Int
  }

  // MARK: Tests

  @Test func faultsAreShownWhereTheyAre() throws {
    try initialize()
    // Two UTF-16 units for the first character of the comment.
    let faults = try open("param x in [0, 1]\nlet a = \"😀\" # 😀\nlet b = \"😀\" + nowhere\n")
    #expect(faults.count == 1 && Self.range(faults.first) == [2, 15, 2, 22], "\(faults)")
    #expect((faults.first?["message"] as? String)?.contains("unknown name 'nowhere'") == true)
    let change: [String: Any] = [
      "textDocument": ["uri": Self.uri, "version": 2],
      "contentChanges": [["text": "let a = (1\nlet b = )\n"]],
    ]
    try tell("textDocument/didChange", change)
    #expect(try published().count == 2, "every statement that cannot be read")
    try tell("textDocument/didClose", ["textDocument": ["uri": Self.uri]])
    #expect(try published().isEmpty)
    #expect(Self.code(try ask("textDocument/hover", at(0, 0))) == -32602)
  }

  @Test func filesBesideTheScript() throws {
    try initialize()
    try place.write("space.dmo", "param x in [0, 1]\n")
    let uri = URL(fileURLWithPath: place.path("main.dmo")).absoluteString
    #expect(try open("run \"space.dmo\"\nminimize f = x^2\n", uri: uri).isEmpty)
    let position: [String: Any] = ["textDocument": ["uri": uri], "position": ["line": 1, "character": 13]]
    let found = try ask("textDocument/definition", position)["result"] as? [String: Any]
    #expect((found?["uri"] as? String)?.hasSuffix("/space.dmo") == true && Self.range(found) == [0, 6, 0, 7])
    let missing = try open("run \"missing.dmo\"\n", uri: uri)
    #expect((missing.first?["message"] as? String)?.contains("missing.dmo") == true, "\(missing)")
  }

  @Test func hoverAndDefinition() throws {
    try initialize()
    // The last line is half written: the others are known all the same.
    _ = try open("param speed in [0, 1]\nminimize f = speed^2\nsample sobol 8\nlet c = (speed\n")
    let verb = try ask("textDocument/hover", at(2, 3))["result"] as? [String: Any]
    #expect(((verb?["contents"] as? [String: Any])?["value"] as? String)?.contains("sample METHOD") == true)
    #expect(Self.range(verb) == [2, 0, 2, 6])
    let name = try ask("textDocument/hover", at(1, 15))["result"] as? [String: Any]
    #expect(
      ((name?["contents"] as? [String: Any])?["value"] as? String)?.contains("'speed' is a parameter") == true
    )
    #expect(try ask("textDocument/hover", at(1, 11))["result"] is NSNull)
    let place = try ask("textDocument/definition", at(3, 11))["result"] as? [String: Any]
    #expect(
      place?["uri"] as? String == Self.uri && Self.range(place) == [0, 6, 0, 11],
      "\(String(describing: place))")
    #expect(try ask("textDocument/definition", at(2, 3))["result"] is NSNull)
    for position in [at(9, 0), at(-1, 0), ["textDocument": ["uri": Self.uri]]] {
      #expect(Self.code(try ask("textDocument/hover", position)) == -32602)
    }
  }

  @Test func completion() throws {
    try initialize()
    _ = try open("param speed in [0, 1]\nminimize f = spe\noptimize surr\n")
    let names = try ask("textDocument/completion", at(1, 16))["result"] as? [[String: Any]]
    #expect(names?.compactMap { $0["label"] as? String } == ["speed"], "\(String(describing: names))")
    let edit = names?.first?["textEdit"] as? [String: Any]
    #expect(Self.range(edit) == [1, 13, 1, 16] && edit?["newText"] as? String == "speed")
    let options = try ask("textDocument/completion", at(2, 13))["result"] as? [[String: Any]]
    #expect(options?.compactMap { $0["label"] as? String } == ["surrogate="])
  }

  @Test func formatting() throws {
    try initialize()
    _ = try open("let a=1 # one\nlet b=[1,\n2]")
    let request: [String: Any] = [
      "textDocument": ["uri": Self.uri], "options": ["tabSize": 2, "insertSpaces": true],
    ]
    let edits = try ask("textDocument/formatting", request)["result"] as? [[String: Any]]
    #expect(
      edits?.count == 1 && edits?.first?["newText"] as? String == "let a = 1  # one\nlet b = [1,\n  2]\n")
    #expect(Self.range(edits?.first) == [0, 0, 2, 2])
    _ = try open("let a = 1\n")
    #expect((try ask("textDocument/formatting", request)["result"] as? [Any])?.isEmpty == true)
    _ = try open("let a = (\n")
    #expect(Self.code(try ask("textDocument/formatting", request)) == -32803)
  }

  @Test func whatIsNoMessage() throws {
    #expect(Self.code(try ask("textDocument/hover", at(0, 0))) == -32002, "before initialize")
    try initialize()
    send(raw: "Content-Length: 5\r\n\r\n{\"a\":")
    #expect(Self.code(try receive()) == -32700)
    send(raw: "Content-Length: 2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n[]")
    #expect(Self.code(try receive()) == -32600)
    send(raw: "Content-Length: 2\r\n\r\n{}")
    #expect(Self.code(try receive()) == -32600)
    send(raw: "Content-Length: many\r\n\r\n")
    #expect(Self.code(try receive()) == -32700)
    send(raw: "Content-Length: -7\r\n\r\n")
    #expect(Self.code(try receive()) == -32700)
    server.send(Array("Content-Length: 3\r\n\r\n".utf8) + [0xFF, 0xFE, 0x00])
    #expect(Self.code(try receive()) == -32700)
    let unknown = try ask("textDocument/fly", id: "seven")
    #expect(Self.code(unknown) == -32601 && unknown["id"] as? String == "seven")
    try tell("$/setTrace", ["value": "off"])
    try tell("textDocument/didOpen", ["textDocument": ["uri": Self.uri]])
    #expect(try receive()["method"] as? String == "window/logMessage")
    let part: [String: Any] = ["range": [String: Any](), "text": "x"]
    try tell("textDocument/didChange", ["textDocument": ["uri": Self.uri], "contentChanges": [part]])
    #expect(try receive()["method"] as? String == "window/logMessage")
    #expect(Self.code(try ask("initialize")) == -32600)
    #expect(try open("let a = 1\n").isEmpty, "it is still at work")
  }

  @Test func itsEnd() throws {
    try initialize()
    #expect(try ask("shutdown")["result"] is NSNull)
    #expect(Self.code(try ask("textDocument/hover", at(0, 0))) == -32600)
    try tell("exit")
    #expect(server.child.wait(seconds: 30) == 0)
    let folder = try Workplace()
    let other = try Dialogue(folder, ["lsp"])
    other.end()
    #expect(other.child.wait(seconds: 30) == 1, "without shutdown and exit it was cut off")
    withExtendedLifetime(folder) {}
  }
}
