import Foundation
import Testing

@testable import Lang

/// Whatever is typed, reading, checking, printing and completing it end, soon, and without a crash.
///
/// DMO_FUZZ_COUNT=100000 tries more inputs; DMO_FUZZ_SEED others. The input being tried is then in $TMPDIR/dmo-fuzz-input.
struct FuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["DMO_FUZZ_COUNT"].flatMap { Int($0) } ?? 2000
  private static let seed = environment["DMO_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

  @Test func survivesAnything() throws {
    let slow = try onBigStack { try Self.run() }
    #expect(slow == [], "inputs that took more than 5 s, or whose printed form is unstable")
  }

  private static func run() throws -> [String] {
    let programs =
      try ScriptFile.all.map { try $0.bytes } + Verb.all.map { Array($0.example.utf8) }
      + BenchmarkProblem.all.map { Array($0.script(dimension: nil).utf8) }
    var inputs = FuzzInput(seed: seed, programs: programs)
    let host = TestHost()
    let session = try Session(host: host, directory: "/nonexistent", workers: 1)
    session.maximumSteps = 3000
    let place = FileManager.default.temporaryDirectory.appending(path: "dmo-fuzz-input")
    var bad: [String] = []
    for _ in 0..<count {
      let bytes = inputs.next()
      if environment["DMO_FUZZ_COUNT"] != nil { try Data(bytes).write(to: place) }
      let start = ContinuousClock.now
      if !survives(bytes, session) || start.duration(to: .now) > .seconds(5) {
        bad.append(String(decoding: bytes, as: UTF8.self))
      }
      if bad.count > 5 { break }
    }
    return bad
  }

  /// - Returns: whether the printed form of a program reads back as the same.
  private static func survives(_ bytes: [UInt8], _ session: Session) -> Bool {
    let source =
      (try? Source.file("fuzz.dmo", bytes: bytes))
      ?? Source(name: "fuzz.dmo", text: String(decoding: bytes, as: UTF8.self))
    var isStable = true
    switch Parser.parse(source) {
    case .complete(let script):
      let printed = Printer.text(script)
      if case .complete(let again) = Parser.parse(Source(name: "printed", text: printed)) {
        isStable = Printer.text(again) == printed
      } else {
        isStable = false
      }
      do {
        try session.check(script)
      } catch {
        if let diagnostic = error as? Diagnostic { _ = diagnostic.rendered }
      }
    case .invalid(let faults): for fault in faults { _ = fault.rendered }
    case .incomplete: break
    }
    _ = session.complete(source.text)
    return isStable
  }
}
