import Foundation
import Testing

/// Study files through the whole program: what is wrong with one is said, and nothing in it is lost.
@Suite struct StudyFileTests {
  let place: Workplace

  static func script(_ study: String, points: Int = 8) -> String {
    """
    study "\(study)"
    param x in [0, 1]
    simulator cell {
      run = "sh sim.sh"
      output y
    }
    minimize f = cell.y
    sample sobol \(points)
    evaluate
    """
  }

  init() throws {
    place = try Workplace()
    try place.write(
      "sim.sh", "read line\necho \"$DMO_EVALUATION\" >> \"$DMO_DIRECTORY/calls\"\necho '{\"y\": 1.5}'\n")
  }

  private var calls: Int { place.text("calls").split(separator: "\n").count }

  @Test func isRememberedAndSharedByProblems() throws {
    #expect(try place.dmo("-e", Self.script("m")).status == 0)
    let again = try place.dmo("-e", Self.script("m"))
    #expect(again.errors == "m.study: 8 evaluations remembered\n8 remembered\n" && calls == 8, "\(again.all)")
    let more = try place.dmo("-e", Self.script("m", points: 16))
    #expect(more.errors.contains("8 remembered, 8 simulated") && calls == 16, "\(more.all)")
    let other = try place.dmo(
      "-e", Self.script("m").replacing("[0, 1]", with: "[0, 2]").replacing("x", with: "z"))
    #expect(
      other.status == 0 && other.errors.contains("8 simulated"), "another problem has its own: \(other.all)")
  }

  @Test func filesThatAreNoStudy() throws {
    try place.write("text.study", "gNa,gK\n1,2\n")
    try place.make("folder.study")
    _ = try place.dmo("-e", Self.script("good"))
    let whole = try #require(FileManager.default.contents(atPath: place.path("good.study")))
    try place.write("cut.study", bytes: Array(whole.prefix(2000)))
    for (name, message) in [
      ("text", "is not a study: it is a text file that begins with 'gNa,gK'"),
      ("folder", "is a folder, not a study"),
      ("cut", "is damaged"), ("nowhere/m", "there is no folder 'nowhere'"),
    ] {
      let result = try place.dmo("-e", Self.script(name))
      #expect(
        result.status == 1 && result.errors.contains(message) && result.errors.contains("-e:1:7"),
        "\(result.all)")
      #expect(result.errors.components(separatedBy: "error:").count == 2, "said once: \(result.all)")
    }
    #expect(place.text("text.study") == "gNa,gK\n1,2\n" && calls == 8, "left as it was")
    try place.write("empty.study", "")
    #expect(try place.dmo("-e", Self.script("empty")).status == 0, "an empty file is a new study")
  }

  @Test func ofANewerVersion() throws {
    _ = try place.dmo("-e", Self.script("m"))
    var bytes = Array(try #require(FileManager.default.contents(atPath: place.path("m.study"))))
    bytes.replaceSubrange(60..<64, with: [0, 0, 0, 99])  // user_version in an SQLite header
    try place.write("m.study", bytes: bytes)
    let result = try place.dmo("-e", Self.script("m"))
    #expect(result.status == 1 && result.errors.contains("newer dmo (format 99"), "\(result.all)")
    #expect(FileManager.default.contents(atPath: place.path("m.study")) == Data(bytes))
  }

  @Test func openElsewhere() throws {
    let sim = "while [ ! -e \"$DMO_DIRECTORY/go\" ]; do sleep 0.02; done\n" + place.text("sim.sh")
    try place.write("sim.sh", sim)
    let first = try place.start(["-e", Self.script("m")])
    #expect(Workplace.eventually { !place.simulators(besides: first.child.pid).isEmpty })
    let second = try place.dmo("-e", Self.script("m"))
    #expect(second.status == 1 && second.errors.contains("is open in another dmo"), "\(second.all)")
    try place.write("go", "")
    #expect(try first.result().status == 0)
    #expect(try place.dmo("-e", Self.script("m")).errors.contains("8 remembered") && calls == 8)
  }

  @Test func thatCanOnlyBeRead() throws {
    _ = try place.dmo("-e", Self.script("sub/m"))
    try place.make("sub")
    #expect(try place.dmo("-e", Self.script("sub/m")).status == 0)
    for (path, mode) in [("sub/m.study", 0o444), ("sub", 0o555)] { chmod(place.path(path), mode_t(mode)) }
    defer { chmod(place.path("sub"), 0o755) }
    // Modes do not stop root: there it runs as nobody.
    let run = { [self] (points: Int) in
      try place.write("s.dmo", Self.script("sub/m", points: points))
      for path in ["", "scratch", "home", "calls"] { chmod(place.path(path), 0o777) }
      let user = geteuid() == 0 ? "setpriv --reuid=65534 --clear-groups " : ""
      return try place.shell(user + "\"$dmo\" s.dmo")
    }
    let same = try run(8)
    #expect(
      same.status == 0 && same.output.contains("feasible"), "remembered points need no writing: \(same.all)")
    #expect(same.errors.contains("can only be read"), "\(same.all)")
    let more = try run(16)
    #expect(more.status == 1 && more.errors.contains("read-only"), "\(more.all)")
    #expect(more.errors.components(separatedBy: "error:").count == 2 && calls == 8, "\(more.all)")
  }

  /// A limit on the size of files stands for a disk that fills up while simulations come back.
  @Test(arguments: [100, 140, 200]) func fullDisk(blocks: Int) throws {
    let script = Self.script("m", points: 4).replacing("x in", with: "x[200] in")
    try place.write("small.dmo", script)
    try place.write("large.dmo", script.replacing("sobol 4", with: "sobol 40"))
    #expect(try place.dmo("small.dmo").status == 0)
    let full = try place.shell("ulimit -f \(blocks); exec \"$dmo\" large.dmo")
    #expect(full.status == 1 && full.errors.contains("no space left"), "\(full.all)")
    #expect(Workplace.eventually { place.simulators().isEmpty })
    let known = calls
    let again = try place.dmo("large.dmo")
    #expect(again.status == 0, "\(again.all)")
    #expect(try place.dmo("large.dmo").errors.contains("40 remembered"))
    #expect(calls - known <= 40 - 4, "what was on disk stays")
  }
}
