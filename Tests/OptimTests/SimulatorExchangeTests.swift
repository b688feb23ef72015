import Foundation
import Testing

@testable import Optim

@Suite("Exchange with simulators")
struct SimulatorExchangeTests {
  private let text: [Simulator.Output] = []

  @Test("the request is one line: sorted names, whole numbers without a point, constants sent along")
  func request() throws {
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = lab.shell("cat > '\(lab.folder)/request'; echo '{}'", outputs: [])
    simulator.send = ["steps": .list([.number(0.02), .number(3)]), "b": .number(0)]
    let parameters: [String: JSON] = [
      "n": .number(4), "b": .number(0.1 + 0.2), "kind": .string("a\"b"), "tiny": .number(1e-300),
    ]
    #expect(LocalPool(capacity: 1).run(simulator, parameters)?.values == [])
    #expect(
      lab.text("request")
        == #"{"b": 0.30000000000000004, "kind": "a\"b", "n": 4, "steps": [0.02, 3], "tiny": 1e-300}"# + "\n")
  }

  @Test("arguments: options appended, placeholders filled, no shell in between")
  func arguments() throws {
    let lab = try Lab()
    defer { lab.remove() }
    try lab.write(
      "sim.sh",
      "#!/bin/sh\nexec 3> '\(lab.folder)/args'\nfor a in \"$@\"; do echo \"<$a>\" >&3; done\ncat >&3\necho '{}'\n",
      executable: true)
    var simulator = Simulator(
      name: "cell", command: ["sim.sh", "-n={n}", "{unknown} $HOME", "{w[2]}"], directory: lab.folder)
    simulator.input = .args
    simulator.send = ["ok": .bool(true)]
    let parameters: [String: JSON] = [
      "n": .number(4), "w": .list([.number(0.5), .number(2)]), "kind": .string("two words"),
    ]
    #expect(LocalPool(capacity: 1).run(simulator, parameters)?.values == [])
    #expect(
      lab.text("args") == """
        <-n=4>
        <{unknown} $HOME>
        <2>
        <--kind>
        <two words>
        <--n>
        <4>
        <--ok>
        <true>
        <--w>
        <0.5,2>

        """)
  }

  @Test("through a shell, text is quoted and options arrive whole")
  func shell() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    var simulator = lab.shell("echo '{\"y\": '$(( {n} + 1 ))'}' && echo {kind} > '\(lab.folder)/kind'")
    let kind = JSON.string("it's; rm -rf $HOME")
    #expect(pool.run(simulator, ["n": .number(2), "kind": kind])?.values == [3])
    #expect(lab.text("kind") == "it's; rm -rf $HOME\n")
    simulator = lab.shell("printf '%s\\n' > '\(lab.folder)/options' \"$0\"", outputs: [])
    simulator.command = ["echo '{}'; printf '%s\\n' >'\(lab.folder)/options'"]
    simulator.input = .args
    #expect(pool.run(simulator, ["kind": kind])?.values == [])
    #expect(lab.text("options") == "--kind\nit's; rm -rf $HOME\n")
  }

  @Test("templates: known names replaced, everything else as it is")
  func templates() throws {
    let lab = try Lab()
    defer { lab.remove() }
    try lab.write("cell.tpl", "g = {gNa}; w = {w[1]} {w[2]} | {w} {{a}, {}} {unknown} \\frac{1}{gNa}\n")
    try Data([0xE9, 0x20] + Array("{gNa}".utf8)).write(to: URL(fileURLWithPath: lab.path("latin1.tpl")))
    var simulator = lab.shell("cat cell.in sub/latin1.in > '\(lab.folder)/seen'; echo '{}'", outputs: [])
    simulator.input = .template
    simulator.templates = [
      .init(template: "cell.tpl", result: "cell.in"), .init(template: "latin1.tpl", result: "sub/latin1.in"),
    ]
    let parameters: [String: JSON] = [
      "gNa": .number(0.25), "w": .list([.number(1), .number(2)]), "a": .string("{gNa}"),
    ]
    #expect(LocalPool(capacity: 1).run(simulator, parameters)?.values == [])
    let seen = try Data(contentsOf: URL(fileURLWithPath: lab.path("seen")))
    #expect(
      seen == Data("g = 0.25; w = 1 2 | 1,2 {{gNa}, {}} {unknown} \\frac{1}0.25\n".utf8) + [0xE9]
        + Data(" 0.25".utf8))
  }

  @Test("answers in files and behind patterns")
  func readings() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let outputs: [Simulator.Output] = [
      .init(name: "y"), .init(name: "r", count: 2), .init(name: "ok", kind: .boolean),
    ]
    let pool = LocalPool(capacity: 1)
    var simulator = lab.shell(
      "echo 'y,r[1],r[2],ok' > o.csv; echo '0,0,0,no' >> o.csv; echo '1.5, 2,3, yes' >> o.csv",
      outputs: outputs)
    simulator.reading = .csvFile("o.csv")
    #expect(pool.run(simulator)?.values == [1.5, 2, 3, 1])
    simulator.command = ["true"]
    #expect(pool.failure(simulator)?.reason == "cell did not write its answer file 'o.csv'")
    simulator.command = ["echo '{\"y\": 1,' > o.json; echo '\"r\": [2, 3], \"ok\": false}' >> o.json"]
    simulator.reading = .jsonFile("o.json")
    #expect(pool.run(simulator)?.values == [1, 2, 3, 0])
    simulator.command = ["echo 'V = 1'; echo 'V = -1.5D+01 mV'; echo 'rates: 2, 3'; echo 'ok: 1'"]
    simulator.reading = .regex(["y": "^V = (\\S+)", "r": "^rates: (.*)$", "ok": "ok: (\\d)"])
    #expect(pool.run(simulator)?.values == [-15, 2, 3, 1])
    simulator.command = ["echo 'V = high'; echo 'rates: 2, 3'; echo 'ok: 1'"]
    #expect(pool.failure(simulator)?.reason == "cell returned the text 'high' for 'y'; expected a number")
    simulator.command = ["true"]
    #expect(pool.failure(simulator)?.kind == .output)
  }

  @Test("lists, whole numbers and truth values are checked; undeclared outputs are told once")
  func outputs() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    let outputs: [Simulator.Output] = [
      .init(name: "r", count: 2), .init(name: "n", kind: .integer), .init(name: "ok", kind: .boolean),
    ]
    func answer(_ text: String) -> Answer? {
      pool.run(lab.shell("echo '\(text)'", outputs: outputs))
    }
    #expect(answer(#"{"r": [1, 2], "n": 3.0, "ok": true, "more": 1, "extra": 2}"#)?.values == [1, 2, 3, 1])
    #expect(answer(#"{"r": [1, 2], "n": 3, "ok": 0, "more": 1, "extra": 2}"#)?.values == [1, 2, 3, 0])
    #expect(pool.takeNotices() == ["cell also returned 'extra', 'more', not declared as output"])
    #expect(
      answer(#"{"r": [1], "n": 3, "ok": true}"#)?.failure?.reason
        == "cell returned 1 value for 'r'; expected 2")
    #expect(
      answer(#"{"r": 1, "n": 3, "ok": true}"#)?.failure?.reason
        == "cell returned 1 for 'r'; expected a list of 2")
    #expect(
      answer(#"{"r": [1, NaN], "n": 3, "ok": true}"#)?.failure?.reason == "cell returned NaN for 'r[2]'")
    #expect(
      answer(#"{"r": [1, 2], "n": 3.5, "ok": true}"#)?.failure?.reason
        == "cell returned 3.5 for 'n'; expected a whole number")
    #expect(
      answer(#"{"r": [1, 2], "n": 3, "ok": 2}"#)?.failure?.reason
        == "cell returned 2 for 'ok'; expected true or false")
  }

  @Test("a simulator may stop early")
  func partial() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let outputs: [Simulator.Output] = [.init(name: "rest"), .init(name: "r", count: 2)]
    let simulator = lab.shell(#"echo '{"stopped": "unstable rest", "rest": -40}'"#, outputs: outputs)
    guard case .partial(let values, "unstable rest")? = LocalPool(capacity: 1).run(simulator)?.outcome else {
      Issue.record("expected a partial answer")
      return
    }
    #expect(values[0] == -40 && values[1].isNaN && values[2].isNaN)
  }

  @Test("the environment: no MPI variables, the simulator's own, and dmo's")
  func environment() throws {
    setenv("OMPI_DMO_TEST", "1", 1)
    setenv("PMIX_DMO_TEST", "1", 1)
    setenv("DMO_TEST_INHERITED", "1", 1)
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = lab.shell("env > '\(lab.folder)/env'; echo '{}'", outputs: [])
    simulator.environment = ["OMP_NUM_THREADS": "1", "PMIX_OWN": "kept"]
    let pool = LocalPool(capacity: 1)
    pool.submit(Job(id: 41, simulator: simulator, parameters: [:]))
    while pool.outstanding > 0 { _ = pool.next(timeout: 20) }
    let lines = Set(try #require(lab.text("env")).split(separator: "\n").map(String.init))
    #expect(
      lines.isSuperset(of: [
        "OMP_NUM_THREADS=1", "PMIX_OWN=kept", "DMO_TEST_INHERITED=1", "DMO_EVALUATION=41",
        "DMO_DIRECTORY=\(lab.folder)",
      ]))
    #expect(!lines.contains { $0.hasPrefix("OMPI_DMO") || $0.hasPrefix("PMIX_DMO") })
  }

  @Test("signals start out as a program expects, in a process group of its own, with nothing else open")
  func cleanStart() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let inherited = open("/dev/null", O_RDONLY)  // not close-on-exec
    defer { close(inherited) }
    let work = """
      status = dict(l.split(":\\t") for l in open("/proc/self/status") if ":\\t" in l)
      fds = sorted(int(f) for f in os.listdir("/proc/self/fd"))
      blocked = int(status["SigBlk"], 16)
      leads = os.getpgrp() == os.getpid()
      print(json.dumps({"blocked": blocked, "leads": leads, "open": max(fds[:-1])}))
      """
    let outputs: [Simulator.Output] = [
      .init(name: "blocked"), .init(name: "leads", kind: .boolean), .init(name: "open"),
    ]
    #expect(
      LocalPool(capacity: 1).run(lab.python(outputs: outputs), ["do": .string(work)])?.values == [0, 1, 2])
  }

  @Test("each run has an empty folder, removed or kept as asked")
  func folders() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let manager = FileManager.default
    let outcome = {
      (keep: Simulator.Keep, line: String) throws -> (folder: String, failure: Failure?, exists: Bool) in
      var simulator = lab.shell(
        "test -z \"$(ls)\" && pwd > '\(lab.folder)/pwd' && mkdir sub && echo x > sub/file; \(line)")
      simulator.keep = keep
      let failure = LocalPool(capacity: 1).failure(simulator, ["a": .number(1)])
      let folder = try #require(lab.text("pwd")).trimmingCharacters(in: .newlines)
      return (folder, failure, manager.fileExists(atPath: folder + "/sub/file"))
    }
    #expect(try !outcome(.none, "exit 1").exists)
    #expect(try !outcome(.failed, "echo '{\"y\": 1}'").exists)
    let failed = try outcome(.failed, "echo out; echo err >&2; exit 1")
    #expect(
      failed.exists
        && failed.failure?.reason == "cell ended with exit status 1; its folder is kept: \(failed.folder)")
    #expect(
      try String(contentsOfFile: failed.folder + "/dmo.request.json", encoding: .utf8) == "{\"a\": 1}\n")
    #expect(try String(contentsOfFile: failed.folder + "/dmo.stdout", encoding: .utf8) == "out\n")
    #expect(try String(contentsOfFile: failed.folder + "/dmo.stderr", encoding: .utf8) == "err\n")
    let all = try outcome(.all, "echo '{\"y\": 1}'")
    #expect(all.exists)
    for folder in [failed.folder, all.folder] {
      try manager.removeItem(atPath: (folder as NSString).deletingLastPathComponent)
    }
    #expect(all.folder.contains("/cell-1"))
  }

  @Test("only the first folders of many failures are kept")
  func keptFolders() throws {
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = lab.shell("exit 1")
    simulator.keep = .failed
    let pool = LocalPool(capacity: 2)
    pool.limits.keptFolders = 2
    let answers = pool.run(simulator, Array(repeating: [:], count: 4))
    let kept = answers.values.compactMap { $0.failure?.reason.split(separator: ": ").dropFirst().last }.map(
      String.init)
    #expect(kept.count == 2 && kept.allSatisfy { FileManager.default.fileExists(atPath: $0) })
    #expect(
      pool.takeNotices() == ["cell failed more than 2 times; the folders of further failures are removed"])
    for folder in kept { try FileManager.default.removeItem(atPath: folder) }
    if let folder = kept.first {
      try FileManager.default.removeItem(atPath: (folder as NSString).deletingLastPathComponent)
    }
  }

  @Test("files named in the command are found from the script's folder")
  func paths() throws {
    let lab = try Lab()
    defer { lab.remove() }
    try FileManager.default.createDirectory(atPath: lab.path("bin"), withIntermediateDirectories: true)
    try lab.write("bin/tool", "#!/bin/sh\ncat \"$1\"\n", executable: true)
    try lab.write("table.json", "{\"y\": 8}\n")
    let pool = LocalPool(capacity: 1)
    for program in ["bin/tool", "./bin/tool", lab.path("bin/tool")] {
      var simulator = Simulator(name: "cell", command: [program, "table.json"], directory: lab.folder)
      simulator.outputs = [.init(name: "y")]
      #expect(pool.run(simulator)?.values == [8])
    }
    let search = ProgramSearch(simulator: Simulator(name: "s", command: [], directory: "/"), path: "")
    let own = try #require(ProgramSearch.ownFolder)
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: own).first {
        access("\(own)/\($0)", X_OK) == 0 && $0.contains("xctest") || $0 == "swiftpm-testing-helper"
      })
    #expect(try search.locate(name) == "\(own)/\(name)")
  }
}
