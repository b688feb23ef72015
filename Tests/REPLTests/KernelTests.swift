import Foundation
import FoundationXML
import Testing

/// `dmo --kernel` through its pipes, as a notebook drives it.
@Suite struct KernelTests {
  let place: Workplace
  let kernel: Dialogue

  init() throws {
    place = try Workplace()
    kernel = try Dialogue(place, ["--kernel", "--workers", "2"])
    let ready = try Dialogue.object(kernel.line())
    #expect(ready["event"] as? String == "ready" && ready["version"] is String)
  }

  private func start(_ request: [String: Any]) throws {
    kernel.send(Array(try JSONSerialization.data(withJSONObject: request)) + [10])
  }

  /// Everything up to the end of an answer.
  private func events() throws -> [[String: Any]] {
    var found: [[String: Any]] = []
    repeat {
      found.append(try Dialogue.object(kernel.line()))
    } while found.last!["event"] as? String != "done"
    return found
  }

  private func ask(_ request: [String: Any]) throws -> [String: Any] {
    try start(request)
    return try #require(try events().last)
  }

  @discardableResult
  private func execute(_ code: String) throws -> (done: [String: Any], data: [[String: String]]) {
    try start(["do": "execute", "code": code, "id": "cell"])
    let events = try events()
    #expect(events.allSatisfy { $0["id"] as? String == "cell" })
    return (events.last!, events.compactMap { $0["data"] as? [String: String] })
  }

  private static func isWellFormed(_ text: String) -> Bool { XMLParser(data: Data(text.utf8)).parse() }

  @Test func valuesTablesAndFigures() throws {
    let value = try execute("let a = 6*7\na")
    #expect(value.done["status"] as? String == "ok" && value.done["count"] as? Int == 1)
    #expect(value.data == [["text/plain": "42"]])
    try execute("param x in [0, 1] \"m<s\"\nminimize f = x^2\nsample sobol 8;\nevaluate;")
    let table = try #require(try execute("table x f top=3").data.last)
    let html = try #require(table["text/html"])
    #expect(html.contains("<th style=\"text-align: right\">x [m&lt;s]</th>") && !html.contains("m<s"))
    #expect(
      html.components(separatedBy: "<tr>").count == 5 && table["text/plain"]?.contains("x [m<s]") == true)
    let figure = try #require(try execute("plot x f").data.last)
    #expect(figure["image/svg+xml"]?.hasPrefix("<svg") == true && figure["text/plain"]?.isEmpty == false)
    #expect(Self.isWellFormed(figure["image/svg+xml"] ?? ""))
    #expect(Self.isWellFormed(html))
  }

  @Test func anErrorLeavesEverythingAsItWas() throws {
    try execute("let a = 1")
    let failed = try execute("let b = nowhere + 1").done
    #expect(failed["status"] as? String == "error" && failed["value"] as? String == "unknown name 'nowhere'")
    let lines = try #require(failed["traceback"] as? [String])
    #expect(
      lines.contains { $0.contains("In[2]:1:9") } && lines.contains { $0.contains("^^^^^^^") }, "\(lines)")
    #expect(try execute("let = \n)").done["status"] as? String == "error")
    #expect(try execute("a").data == [["text/plain": "1"]])
  }

  @Test(arguments: [
    ("nonsense", "a JSON object"), ("[1]", "a JSON object"), ("{}", "\"do\""), ("{\"do\": 1}", "\"do\""),
    ("{\"do\": \"execute\"}", "\"code\""), ("{\"do\": \"fly\", \"code\": \"\"}", "unknown request \"fly\""),
    ("{\"do\": \"complete\", \"code\": \"ab\", \"cursor\": 3}", "from 0 to 2"),
    ("{\"do\": \"inspect\", \"code\": \"ab\", \"cursor\": \"x\"}", "from 0 to 2"),
    ("{\"do\": \"execute\", \"code\": \"1", "a JSON object"),
  ]) func whatIsNoRequest(line: String, message: String) throws {
    kernel.send(Array((line + "\n").utf8))
    kernel.send([0xFF, 0xFE, 0x0A, 0x0A])
    for expected in [message, "a JSON object"] {
      let answer = try #require(try events().last)
      #expect(answer["status"] as? String == "invalid")
      #expect((answer["message"] as? String)?.contains(expected) == true, "\(answer)")
    }
    #expect(try execute("1 + 1").data == [["text/plain": "2"]])
  }

  @Test func completeness() throws {
    for (code, status) in [("1 + 1", "complete"), ("def f(x) {", "incomplete"), ("1 + )", "invalid")] {
      #expect(try ask(["do": "is_complete", "code": code])["status"] as? String == status)
    }
  }

  @Test func completion() throws {
    // Positions are counted in characters as Jupyter counts them, not in bytes.
    let found = try ask(["do": "complete", "code": "let é = 1; optimize surr = 2", "cursor": 24])
    #expect(found["matches"] as? [String] == ["surrogate="])
    #expect(found["start"] as? Int == 20 && found["end"] as? Int == 24)
    try place.write("points.csv", "x\n1\n")
    let files = try ask(["do": "complete", "code": "import \"poi"])
    #expect(files["matches"] as? [String] == ["points.csv"] && files["start"] as? Int == 8)
  }

  @Test func inspection() throws {
    let verb = try ask(["do": "inspect", "code": "sample sobol 4", "cursor": 2])
    #expect((verb["data"] as? [String: String])?["text/plain"]?.contains("sample METHOD") == true)
    try execute("param speed in [0, 1]")
    let name = try ask(["do": "inspect", "code": "1 + speed"])
    #expect((name["data"] as? [String: String])?["text/plain"]?.contains("'speed' is a parameter") == true)
    #expect(try ask(["do": "inspect", "code": "1 + "])["found"] as? Bool == false)
  }

  @Test func anInterruptFinishesWhatRuns() throws {
    try place.write("sim.sh", Scripts.waiting)
    try execute(Scripts.declarations + "\nsample sobol 6;")
    kernel.child.send(SIGINT)  // idle: it is not left over for what comes next
    #expect(try ask(["do": "is_complete", "code": "1"])["status"] as? String == "complete")
    try start(["do": "execute", "code": "evaluate", "id": "cell"])
    #expect(Workplace.eventually { place.started == 2 })
    kernel.child.send(SIGINT)
    var note: [String: Any] = [:]
    repeat { note = try Dialogue.object(kernel.line()) } while note["event"] as? String != "note"
    #expect((note["text"] as? String)?.contains("finishing 2 running simulations") == true, "\(note)")
    try place.write("go", "")
    let done = try #require(try events().last)
    #expect(done["status"] as? String == "error" && done["name"] as? String == "Interrupted", "\(done)")
    #expect(try execute("1 + 1").data == [["text/plain": "2"]], "no stale interrupt")
    #expect(try execute("evaluate").done["status"] as? String == "ok")
    #expect(place.started == 6)
  }

  @Test func aComputationIsInterrupted() throws {
    try execute("benchmark \"zdt1\"")
    try start(["do": "execute", "code": "optimize nsga2 generations=1000000 surrogate=none"])
    while try Dialogue.object(kernel.line())["event"] as? String != "progress" {}
    kernel.child.send(SIGINT)
    #expect(try events().last?["name"] as? String == "Interrupted")
    #expect(try execute("2 + 2").data == [["text/plain": "4"]])
  }

  @Test func itsEnd() throws {
    kernel.end()
    #expect(kernel.child.wait(seconds: 30) == 0)
    // The folder of each stays until its dmo has ended.
    let (place, other) = (try Workplace(), try Workplace())
    let left = try Dialogue(place, ["--kernel"])
    _ = try left.line()
    left.send(Array("{\"do\": \"execute\", \"code\": \"exit\"}\n".utf8))
    #expect(try Dialogue.object(left.line())["ended"] as? Bool == true && left.child.wait(seconds: 30) == 0)
    let terminated = try Dialogue(other, ["--kernel"])
    _ = try terminated.line()
    terminated.child.send(SIGTERM)
    #expect(terminated.child.wait(seconds: 30) == 143)
    withExtendedLifetime((place, other)) {}
  }

  @Test func withAScriptItIsAMistake() throws {
    let result = try place.dmo("--kernel", "s.dmo")
    #expect(result.status == 2 && result.errors.contains("--kernel"), "\(result.all)")
  }
}
