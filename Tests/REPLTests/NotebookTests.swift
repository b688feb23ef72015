import Foundation
import FoundationXML
import Optim
import Testing

@testable import REPL

/// `dmo notebook`: pages read by a parser of XML, which is stricter than any browser.
@Suite struct NotebookTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  /// What a reader of a page finds.
  final class Page: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    /// Values of attributes that make a browser fetch or go somewhere, with their elements.
    var addresses: [(element: String, value: String)] = []
    /// Text of elements by class or, without one, by name.
    var texts: [String: [String]] = [:]
    var ids: [String] = []
    var watch: String?
    private var open: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      counts[name, default: 0] += 1
      for word in ["src", "href", "action", "data", "poster", "srcset", "xlink:href"] {
        if let value = attributes[word] { addresses.append((name, value)) }
      }
      if let id = attributes["id"] { ids.append(id) }
      if name == "body" { watch = attributes["data-watch"] }
      open.append(attributes["class"] ?? name)
      texts[open.last!, default: []].append("")
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      for name in open where texts[name] != nil { texts[name]![texts[name]!.count - 1] += string }
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) { open.removeLast() }

    init(_ html: String) throws {
      super.init()
      let parser = XMLParser(data: Data(html.utf8))
      parser.delegate = self
      try #require(
        parser.parse(),
        "line \(parser.lineNumber): \(String(describing: parser.parserError))\n\(html.prefix(3000))")
    }
  }

  private func page(_ name: String) throws -> Page { try Page(place.text(name)) }

  private static let script = """
    #!/usr/bin/env dmo
    # %% [markdown]
    # # Two <discs> & *more*
    # See [the paper](https://example.org/a?b&c) and `x < y`.
    #
    # | a | b |
    # |---|--:|
    # | 1 | 2 |

    # %% Space
    study "m"
    seed 3
    arg n = 16
    param x in [0, 5]
    param y in [0, 3]
    minimize f1 = 4*x^2 + 4*y^2
    minimize f2 = (x - 5)^2 + (y - 5)^2
    constraint inside: (x - 5)^2 + y^2 <= 25

    # %% Search
    sample sobol n
    evaluate
    table
    plot f1 f2
    optimize surrogate=gpr epochs=2 batch=4 generations=5 population=20
    "a < b & c"
    """

  // MARK: A page

  @Test func aWholePage() throws {
    try place.write("s.dmo", Self.script)
    let run = try place.dmo("notebook", "s.dmo", "-o", "out.html", "n=20", within: 300)
    #expect(run.status == 0 && run.output.isEmpty && run.errors.contains("wrote out.html"), "\(run.all)")
    let page = try page("out.html")
    #expect(page.counts["html"] == 1 && page.counts["section"] == 3 && page.ids.contains("cell-2"))
    #expect(page.texts["h1"] == ["Two <discs> & more"] && page.texts["title"]?.first == "Two <discs> & more")
    #expect(page.texts["h2"] == ["Space", "Search"])
    #expect(page.texts["badge done"] == ["complete"] && page.watch == nil)
    #expect(page.texts["keyword"]!.contains("study") && page.texts["verb"]!.contains("optimize"))
    #expect(page.counts["svg"] == 2 && page.texts["caption"]!.contains { $0.contains("by epoch") })
    #expect(page.texts["summary"]?.first?.contains("every epoch, 3 rows") == true)
    #expect(page.counts["circle"]! >= 20 && page.texts["title"]!.contains { $0.contains("f1 = ") })
    #expect(page.texts["result"] == ["20 points by sobol, pending", "a < b & c"])
    let facts = page.texts["footer"]!.joined()
    for word in ["m.study", "n=20", "fingerprintSHA-256 ", "seed3", Options.version, "28 in this session"] {
      #expect(facts.contains(word), "\(word) in \(facts)")
    }
  }

  /// What a browser fetches by itself, and where links lead.
  @Test func thePageFetchesNothing() throws {
    try place.write("s.dmo", Self.script.replacing("optimize", with: "# optimize"))
    #expect(try place.dmo("notebook", "s.dmo").status == 0)
    let page = try page("s.html")
    for word in ["link", "img", "iframe", "object", "embed", "video", "audio", "source", "image", "use"] {
      #expect(page.counts[word] == nil, "\(word)")
    }
    let foreign = page.addresses.filter { !$0.value.hasPrefix("#") }
    #expect(foreign.map(\.element) == ["a"] && foreign.map(\.value) == ["https://example.org/a?b&c"])
    let text = place.text("s.html")
    #expect(!text.contains("@import") && !text.contains("url(") && !text.contains("fetch("))
    #expect(text.contains("default-src 'none'"))
  }

  /// Nothing is simulated again; the fingerprint says whether the evaluations are the same.
  @Test func runningAgainSimulatesNothing() throws {
    try place.write("sim.sh", "read line\necho x >> \"$DMO_DIRECTORY/started\"\necho '{\"y\": 1.5}'\n")
    try place.write("s.dmo", Scripts.study("m", points: 5) + "table all\n")
    #expect(try place.dmo("notebook", "s.dmo").status == 0)
    let first = place.text("s.html")
    #expect(place.started == 5)
    let again = try place.dmo("notebook", "s.dmo")
    #expect(again.status == 0 && place.started == 5, "\(again.all)")
    func fact(_ html: String) throws -> String {
      String(try #require(html.firstMatch(of: /fingerprint<\/th><td>([^<]*)/)).output.1)
    }
    #expect(try fact(first) == fact(place.text("s.html")))
    try place.write("s.dmo", Scripts.study("m", points: 6))
    #expect(try place.dmo("notebook", "s.dmo").status == 0 && place.started == 6)
    #expect(try fact(first) != fact(place.text("s.html")))
  }

  @Test func largeResultsAreCut() throws {
    try place.write(
      "s.dmo",
      """
      param x[6] in [0, 1]
      minimize a = sum(x)
      minimize b = norm(x)
      sample mc 10000
      evaluate
      table all
      table
      plot a b
      plot a b x[1] x[2] x[3] x[4]
      """)
    let run = try place.dmo("notebook", "s.dmo", within: 300)
    #expect(run.status == 0, "\(run.all)")
    let text = place.text("s.html")
    #expect(text.utf8.count < 3_000_000 && text.utf8.count > 100_000, "\(text.utf8.count) bytes")
    let page = try Page(text)
    #expect(page.texts["note"]!.contains { $0.contains("of 10000 rows") }, "\(page.texts["note"]!)")
    #expect(page.counts["svg"] == 2)
  }

  /// Predicted against observed of four objectives at 10,000 points.
  @Test func panelsOfManyPointsAreCut() throws {
    let panel = Figure(
      title: "f", kind: .plane, axes: [.init("observed"), .init("predicted")],
      series: [.init("", points: TextPlotTests.random(2, 10_000))])
    let whole = Figure(title: "four", kind: .panels(Array(repeating: panel, count: 4)), caption: "words")
    var output = NotebookOutput(room: 400_000)
    let html = output.html(.aside(whole))
    #expect(html.utf8.count < 110_000 && html.contains("words; of many points one in"), "\(html.utf8.count)")
    #expect(whole.keeping(every: 4).pointCount == 10_000)
    #expect(whole.keeping(every: 1000).pointCount == 400)
  }

  // MARK: Errors

  @Test func anErrorOfACellIsOnThePage() throws {
    try place.write(
      "s.dmo",
      "# %% First\nparam x in [0, 1]\n# %% Second\nimport \"nowhere.csv\"\n# %% Third\nsample mc 3\n")
    let run = try place.dmo("notebook", "s.dmo")
    #expect(run.status == 1 && run.errors.contains("nowhere.csv"), "\(run.all)")
    let page = try page("s.html")
    #expect(page.texts["error"]?.count == 1 && page.texts["error"]![0].contains("s.dmo:4:1"))
    #expect(page.texts["badge failed"] == ["ended with an error"])
    let marks = page.texts["mark"]!
    #expect(marks.count == 3 && marks[1].contains("an error") && marks[2].contains("not run"), "\(marks)")
  }

  @Test(arguments: ["minimize f = nope", "minimize f = (x", "sample mc 3 §"])
  func whatIsWrongBeforeAnythingRunsIsInItsCell(line: String) throws {
    try place.write("s.dmo", "# %% First\nparam x in [0, 1]\n# %% Second\n\(line)\n")
    let run = try place.dmo("notebook", "s.dmo")
    #expect(run.status == 3, "\(run.all)")
    let page = try page("s.html")
    #expect(page.texts["error"]?.count == 1)
    let marks = page.texts["mark"]!
    #expect(marks[0].contains("not run") && marks[1].contains("an error"), "\(marks)")
  }

  @Test(arguments: [
    (["notebook"], "expected a script behind 'notebook'"), (["notebook", "-"], "say where the page goes"),
    (["notebook", "s.dmo", "-o", "s.dmo"], "ends in .html"),
    (["notebook", "s.dmo", "-o", "no/s.html"], "no folder"),
    (["s.dmo", "-o", "s.html"], "belongs to 'dmo notebook script.dmo'"),
    (["s.dmo", "--watch"], "belongs to 'dmo notebook script.dmo'"),
    (["notebook", "s.dmo", "--format", "csv"], "--format has no place"),
    (["notebook", "s.dmo", "-i"], "-i has no place"),
  ]) func misuse(arguments: [String], message: String) throws {
    try place.write("s.dmo", "param x in [0, 1]")
    let run = try place.start(arguments).result()
    #expect(run.status == 2 && run.errors.contains(message), "\(run.all)")
    #expect(place.text("s.dmo") == "param x in [0, 1]" && !place.exists("s.html"))
  }

  @Test func aPageThatCannotBeWrittenIsAFailure() throws {
    try place.write("s.dmo", "param x in [0, 1]")
    let run = try place.dmo("notebook", "s.dmo", "-o", "/proc/s.html")
    #expect(run.status == 1 && run.errors.contains("cannot write \"/proc/s.html\""), "\(run.all)")
  }

  // MARK: While it runs

  @Test func aWatchedPageFollows() throws {
    try place.write("sim.sh", Scripts.waiting)
    try place.write(
      "s.dmo",
      "# %% Before\n\"early\"\n# %% Simulate\n\(Scripts.declarations)\nsample sobol 2\nevaluate\ntable\n")
    let run = try place.start(["notebook", "s.dmo", "--watch"])
    #expect(Workplace.eventually { place.started > 0 && place.text("s.html").contains("early") })
    let text = place.text("s.html")
    let early = try Page(text)
    #expect(early.watch == "2" && early.texts["badge running"] == ["running"])
    #expect(early.texts["mark"]![1].contains("runs") && early.texts["caption"] == nil)
    #expect(text.contains("http-equiv=\"refresh\""))
    try place.write("go", "")
    let result = try run.result()
    #expect(result.status == 0, "\(result.all)")
    let last = try page("s.html")
    #expect(
      last.watch == nil && last.texts["badge done"] == ["complete"] && last.texts["caption"]?.count == 2)
    #expect(!place.text("s.html").contains("http-equiv=\"refresh\""))
    let left = try FileManager.default.contentsOfDirectory(atPath: place.folder)
    #expect(left.filter { $0.contains("html") } == ["s.html"], "\(left)")
  }

  @Test func withoutWatchingThePageComesAtTheEnd() throws {
    try place.write("sim.sh", Scripts.waiting)
    try place.write("s.dmo", Scripts.study("m", points: 2))
    let run = try place.start(["notebook", "s.dmo"])
    #expect(Workplace.eventually { place.started > 0 })
    #expect(!place.exists("s.html"))
    try place.write("go", "")
    #expect(try run.result().status == 0 && place.exists("s.html"))
  }

  @Test func anInterruptedPageSaysSo() throws {
    try place.write("sim.sh", Scripts.waiting)
    try place.write("s.dmo", Scripts.study("m", points: 4) + "# %% Later\n\"late\"\n")
    let run = try place.start(["notebook", "s.dmo", "--workers", "1"])
    #expect(Workplace.eventually { place.started > 0 })
    kill(run.child.pid, SIGTERM)
    let result = try run.result()
    #expect(result.status == 143, "\(result.all)")
    let page = try page("s.html")
    #expect(page.texts["badge failed"] == ["interrupted"])
    #expect(page.texts["mark"]![0].contains("interrupted") && page.texts["mark"]![1].contains("not run"))
  }
}
