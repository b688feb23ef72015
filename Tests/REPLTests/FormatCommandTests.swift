import Foundation
import Testing

/// `dmo format`, through the real program.
@Suite struct FormatCommandTests {
  let place: Workplace
  init() throws { place = try Workplace() }

  @Test func filesInTheirPlaces() throws {
    try place.write("a.dmo", "#!/usr/bin/env dmo\nlet a=1 # one\n")
    try place.write("b.dmo", "let b = 2\n")
    #expect(chmod(place.path("a.dmo"), 0o750) == 0)
    try FileManager.default.createSymbolicLink(atPath: place.path("link.dmo"), withDestinationPath: "a.dmo")
    let check = try place.dmo("format", "--check", "link.dmo", "b.dmo")
    #expect(check.status == 1 && check.output == "link.dmo would be formatted\n", "\(check.all)")
    #expect(place.text("a.dmo").contains("let a=1 # one"))
    let result = try place.dmo("format", "link.dmo", "b.dmo")
    #expect(
      result.status == 0 && result.output == "" && result.errors == "formatted link.dmo\n", "\(result.all)")
    #expect(place.text("a.dmo") == "#!/usr/bin/env dmo\nlet a = 1  # one\n")
    let attributes = try FileManager.default.attributesOfItem(atPath: place.path("a.dmo"))
    #expect(attributes[.posixPermissions] as? Int == 0o750)
    #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: place.path("link.dmo"))) == "a.dmo")
    #expect(try place.dmo("format", "--check", "a.dmo", "b.dmo").status == 0)
  }

  @Test func standardInput() throws {
    let result = try place.dmo("format", "-", input: "let a=[1,\n2]")
    #expect(result.status == 0 && result.output == "let a = [1,\n  2]\n", "\(result.all)")
  }

  @Test func whatIsNoProgramStaysAsItIs() throws {
    try place.write("bad.dmo", "let a=1\nlet b=(2\n")
    try place.write("good.dmo", "let a=1\n")
    let result = try place.dmo("format", "bad.dmo", "missing.dmo", "good.dmo")
    #expect(result.status == 3 && result.output == "", "\(result.all)")
    #expect(result.errors.contains("bad.dmo:2:7") && result.errors.contains("bad.dmo is left as it is"))
    #expect(result.errors.contains("there is no such file"))
    #expect(place.text("bad.dmo") == "let a=1\nlet b=(2\n" && place.text("good.dmo") == "let a = 1\n")
  }

  @Test(arguments: [
    (["format"], "behind 'format'"), (["--check", "a.dmo"], "--check belongs to 'dmo format'"),
    (["format", "-e", "1"], "format"),
  ]) func usage(arguments: [String], message: String) throws {
    let result = try place.start(arguments).result()
    #expect(result.status == 2 && result.errors.contains(message), "\(result.all)")
  }
}
