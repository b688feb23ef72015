import Foundation
import Testing

@testable import Optim

/// Runs the examples of docs/study-format.md on a study.
@Suite struct StudyDocumentTests {
  private static func blocks(_ language: String) throws -> [String] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    let text = try String(contentsOf: root.appendingPathComponent("docs/study-format.md"), encoding: .utf8)
    return text.components(separatedBy: "```\(language)\n").dropFirst().map {
      String($0.components(separatedBy: "```")[0])
    }
  }

  private static func run(_ program: String, _ arguments: [String], in folder: String) throws -> (
    Int32, String
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  private static func has(_ program: String, _ arguments: String...) -> Bool {
    (try? run(program, arguments, in: "/"))?.0 == 0
  }

  private func makeStudy(in fixture: StudyFixture) throws {
    let study = try Study(path: fixture.path("cell.study"))
    let series = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    study.record(series, [0.5, 2, 1], .done([-65, 11.5, 12]), seconds: 2)
    study.record(series, [0.7, 3, 0], .failed(Failure(kind: .timeout, reason: "took 60 s")), seconds: 60)
    study.record(statement: "seed 7")
    try study.close()
  }

  @Test func shellExamplesRun() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    try makeStudy(in: fixture)
    let script = try Self.blocks("sh").joined(separator: "\n")
    let (status, text) = try Self.run("sh", ["-e", "-c", script], in: fixture.folder)
    #expect(status == 0, "\(text)")
    for expected in [
      "done|1|2.0", "0.5|2|fast|-65.0|11.5", "0.7|3|timeout|took 60 s", "seed 7", "ok", "1|cell|",
    ] {
      #expect(text.contains(expected))
    }
  }

  @Test func pythonExamplesRun() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    try makeStudy(in: fixture)
    let hasPandas = Self.has("python3", "-c", "import pandas")
    for block in try Self.blocks("python") where hasPandas || !block.contains("pandas") {
      let (status, text) = try Self.run("python3", ["-c", block], in: fixture.folder)
      #expect(status == 0 && text.contains("11.5"), "\(text)")
    }
  }
}
