import Foundation
import Testing

@testable import Lang

/// Texts that are too much: an error that says so, in bounded time and on the stack of a main thread.
struct LimitTests {
  /// How long the long texts are: 100 kB, or as many megabytes as DMO_LIMIT_MEGABYTES says.
  private static let size =
    ProcessInfo.processInfo.environment["DMO_LIMIT_MEGABYTES"].flatMap { Int($0) }.map { $0 << 20 } ?? 100_000

  /// The id of the first fault, reading and checking.
  private static func fault(_ text: String) throws -> String? {
    try onBigStack {
      let session = try Session(host: TestHost(), workers: 1)
      do {
        try session.run(try Parser.parseWhole(Source(name: "t", text: text)))
        return nil
      } catch let diagnostic as Diagnostic {
        _ = diagnostic.rendered
        return diagnostic.fault.id
      } catch let many as Diagnostics {
        _ = many.all.map(\.rendered)
        return many.all.first?.fault.id
      }
    }
  }

  @Test(arguments: [
    "(", "[", "{", "-", "not ", "if ", "if 1 {", "{a: ", "f(", "x[", "2^", "def f() {", "let x = (", "a.",
  ])
  func deepNesting(_ piece: String) throws {
    let count = Self.size / piece.utf8.count
    #expect(try Self.fault(String(repeating: piece, count: count)) != nil)
    #expect(try Self.fault("let y = " + String(repeating: piece, count: count)) != nil)
  }

  @Test(arguments: [
    "1+", "1*", "1<", "1 or ", "true and ", "x[1]", "1..", "1,", "\"\" + ", "if 1 then 1 else ",
  ])
  func longChains(_ piece: String) throws {
    let count = Self.size / piece.utf8.count
    #expect(try Self.fault("let y = " + String(repeating: piece, count: count) + "1") != nil)
  }

  @Test func longTexts() throws {
    #expect(
      try Self.fault("let s = \"" + String(repeating: "a", count: min(Self.size, 900_000)) + "\"") == nil)
    #expect(try Self.fault("let s = \"" + String(repeating: "a", count: Self.size)) == "unterminatedString")
    #expect(try Self.fault(String(repeating: "a", count: Self.size)) == "unknownName")
    #expect(try Self.fault(String(repeating: "9", count: Self.size)) == "numberTooLarge")
    #expect(try Self.fault("#" + String(repeating: "c", count: Self.size)) == nil)
    #expect(try Self.fault(String(repeating: "\n", count: Self.size)) == nil)
    #expect(try Self.fault("let a = [" + String(repeating: "\n", count: Self.size) + "1]") == nil)
    #expect(try Self.fault(String(repeating: ")", count: Self.size / 16)) == "strayClosing")
    #expect(try Self.fault(String(repeating: "1\n", count: 2_000)) == nil)
  }

  @Test func longList() throws {
    #expect(try Self.fault("let a = [" + String(repeating: "1, ", count: 50_000) + "1]") == nil)
    #expect(try Self.fault("let a = [" + String(repeating: "1, ", count: 150_000) + "1]") == "tooLarge")
  }

  /// The deepest program that is accepted fits on the stack, in debug builds as well.
  @Test func deepestThatIsAllowed() throws {
    let deep = String(repeating: "(", count: 60) + "1" + String(repeating: ")", count: 60)
    #expect(try Self.fault("let a = \(deep)") == nil)
    #expect(try Self.fault("let a = 1" + String(repeating: "+1", count: 900)) == nil)
    #expect(
      try Self.fault("let a = 1" + String(repeating: "+(1", count: 60) + String(repeating: ")", count: 60))
        == nil)
    let blocks = String(repeating: "if true {\n", count: 140) + "1\n" + String(repeating: "}\n", count: 140)
    #expect(try Self.fault(blocks) == nil)
    let recursion = "def f(n) = if n > 0 then (1 + (2 * (f(n - 1)))) else 0\nf(190)"
    #expect(try Self.fault(recursion) == nil)
    let bodies =
      "def f(n) {\n if n > 0 {\n if true {\n for i in [1] {\n return 1 + (2 * (f(n - 1)))\n}\n}\n}\n return 0\n}\nf(100)"
    #expect(try Self.fault(bodies) == nil)
  }

  /// A recursion ends at a limit, not at the end of the stack, whatever it goes through.
  @Test(arguments: [
    "-(-(-(-(-(-(f(n - 1)))))))", "[[[f(n - 1)][1]][1]][1]", "max(0, max(0, max(0, max(0, f(n - 1)))))",
    "{a: {a: {a: f(n - 1)}.a}.a}.a", "if 0 < (if f(n - 1) > 0 then 1 else 0) then 1 else 0",
    "if 0 <= f(n - 1) < 2 < (if f(n - 1) == 0 tol 1 then 3 else 4) then 1 else 0", "g(g(f(n - 1)))",
    "(1..g(1 + f(n - 1)))[1]", "length([sum([f(n - 1), 2])])", "h(n)",
  ])
  func recursion(_ body: String) throws {
    let control =
      "if true {\n for i in [1] {\n while true {\n if n > 0 { return f(n - 1) }\n return 0\n}\n}\n}"
    let text = "def g(a) = a\ndef h(n) {\n\(control)\n}\ndef f(n) = if n > 0 then \(body) else 0\nf(1000)"
    let fault = try Self.fault(text)
    #expect(fault == "tooDeep" || fault == "tooMuchRecursion")
  }

  @Test func formulasOfAnyDepth() throws {
    #expect(
      try Self.fault(
        "param x in [0, 1]\nlet s = x\nfor i in 1..20000 { let s = s * x + i }\nminimize f = s\nf") == nil)
    #expect(
      try Self.fault(
        "param w[2000] in [0, 1]\nminimize f = sum(w^2) + norm(w) + std(w) + max(w)\nsample mc 2;\nevaluate;\nf"
      ) == nil)
  }

  @Test(arguments: [
    "while true {}", "for i in 1..100000 { for j in 1..100000 { i } }",
    "def f(n) = f(n - 1) + f(n - 1)\nf(20)",
    "let a = 1..90000\nwhile true { let a = a + 1 }", "let t = \"a\"\nwhile true { let t = t + t }",
    "param x in [0, 1]\nlet s = x\nwhile true { let s = s * x + s }",
    "let m = [1]\nwhile true { let m = [m, m] }",
    "let m = {a: 1}\nwhile true { let m = {a: m, b: m} }",
    "param x[250] in [0, 1]\nwhile true { let m = median(x + 1) }",
  ])
  func endlessComputation(_ text: String) throws {
    let found = try onBigStack {
      let session = try Session(host: TestHost(), workers: 1)
      session.maximumSteps = 20_000
      do {
        try session.check(try Parser.parseWhole(Source(name: "t", text: text)))
        return "none"
      } catch let diagnostic as Diagnostic {
        return diagnostic.fault.id
      }
    }
    #expect(["tooManySteps", "tooLarge", "tooDeep", "tooMuchRecursion"].contains(found))
  }

  @Test(arguments: [
    "let x = [1, 2]\nx[1e300]", "let x = [1]\nx[0/0]", "1..1e300", "0/0..1", "-1e308..1e308",
    "param w[1e9] in [0, 1]", "sample mc 1e300", "seed 1e30", "sample mc 0/0", "workers 1e99",
    "param x in [0, 1e309]", "param n in 0..1e300", "param n in 0..1e14 step 1e-300",
  ])
  func hugeNumbers(_ text: String) throws {
    #expect(try Self.fault("param q in [0, 1]\n" + text) != nil)
  }
}
