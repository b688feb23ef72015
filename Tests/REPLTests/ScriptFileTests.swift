import Foundation
import Testing

/// Files that are not quite scripts.
@Suite struct ScriptFileTests {
  let place: Workplace
  init() throws { place = try Workplace() }

  private func run(_ bytes: [UInt8]) throws -> Workplace.Result {
    try place.write("s.dmo", bytes: bytes)
    return try place.dmo("s.dmo")
  }

  @Test func lineEnds() throws {
    #expect(try run(Array("1 + 1\n2 + 2".utf8)).output == "2\n4\n")
    #expect(try run(Array("1 + 1\r\nlet a = [1,\r\n 2]\r\na\r\n".utf8)).output == "2\n[1, 2]\n")
    #expect(try run([0xEF, 0xBB, 0xBF] + Array("1 + 1\n".utf8)).output == "2\n")
    #expect(try run(Array("#!/usr/bin/env dmo\n# only comments\n".utf8)).status == 0)
    #expect(try run([]).status == 0)
  }

  @Test func bytesThatAreNoText() throws {
    let null = try run(Array("1 +\0 1\n".utf8))
    #expect(null.status == 3 && null.errors.contains("U+0000") && !null.errors.contains("\0"), "\(null.all)")
    let broken = try run(Array("1 + 1\n2 + ".utf8) + [0xC3, 0x28])
    #expect(
      broken.status == 3 && broken.errors.contains("not UTF-8") && broken.errors.contains("s.dmo:2:"),
      "\(broken.all)")
    let picture = try run([0x89, 0x50, 0x4E, 0x47] + (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 37) })
    #expect(picture.status == 3 && picture.errors.count < 2000)
    let escape = try run(Array("let \u{1B}[2J = 1".utf8))
    #expect(
      escape.status == 3 && !escape.errors.contains("\u{1B}"), "nothing in a file controls the terminal")
  }

  @Test func filesThatCannotBeRead() throws {
    let missing = try place.dmo("nowhere.dmo")
    #expect(
      missing.status == 3 && missing.errors == "error: cannot read \"nowhere.dmo\": there is no such file\n",
      "\(missing.all)")
    let folder = try place.dmo("home")
    #expect(folder.status == 3 && folder.errors.contains("it is a folder"), "\(folder.all)")
    let include = try place.dmo("-e", "run \"nowhere.dmo\"")
    #expect(include.status == 3 && include.errors.contains("nowhere.dmo"), "\(include.all)")
    try place.write("secret.dmo", "1")
    chmod(place.path("secret.dmo"), 0)
    if geteuid() == 0 { return }
    let secret = try place.dmo("secret.dmo")
    #expect(secret.status == 3 && secret.errors.contains("ermission denied"), "\(secret.all)")
  }

  @Test(arguments: ["(", "{", "[", "-", "\"", "\n", "if x ", "1 + ", "f(", "a.", "#"]) func megabytes(
    unit: String
  ) throws {
    let bytes = Array(String(repeating: unit, count: 10_000_000 / unit.utf8.count).utf8)
    try place.write("big.dmo", bytes: bytes)
    let result = try place.dmo("big.dmo", within: 60)
    #expect(result.status == (unit == "\n" || unit == "#" ? 0 : 3), "\(result.errors.prefix(500))")
    #expect(result.errors.utf8.count < 20_000)
  }

  @Test func aLineOfAMegabyte() throws {
    let list = (1...90_000).map { "\(1_000_000_000 + $0)" }.joined(separator: ", ")
    try place.write("line.dmo", "let a = [\(list)]\nlength(a)\nsum(a) + oops\n")
    let result = try place.dmo("line.dmo")
    #expect(
      result.status == 3 && result.errors.contains("'oops'") && result.errors.count < 2000,
      "\(result.errors.prefix(500))")
    try place.write("line.dmo", "let a = [\(list)]\nlength(a)\n")
    #expect(try place.dmo("line.dmo").output == "90000\n")
  }
}
