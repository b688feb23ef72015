import Foundation
import Testing

@testable import Optim

/// Kills, full disks and missing permissions: what was committed is there, and nothing is half there.
@Suite struct StudyCrashTests {
  private static let simulator = StudyFixture.simulator([.init(name: "y")])

  /// A row whose content follows from its number, so that a reader can tell a whole one.
  private static func record(_ study: Study, _ series: Series, _ row: Int) {
    let point = [Double(row), Double(row % 9 + 1), Double(row % 2)]
    if row % 5 == 0 {
      study.record(series, point, .failed(Failure(kind: .exit, reason: "row \(row)")), seconds: 1)
    } else {
      study.record(series, point, .done([Double(row) / 3]), seconds: Double(row))
    }
  }

  /// Checks the file and that it holds rows 0 ..< n with all their content; returns n.
  private static func rowsIntact(_ path: String) throws -> Int {
    let study = try Study(path: path)
    let check = try study.database.prepare("PRAGMA integrity_check")
    _ = try check.step()
    #expect(check.text(0) == "ok")
    let all = try study.loadAll(try study.series(for: simulator, space: StudyFixture.space))
    for row in 0..<all.count {
      #expect(all.parameterValues(row) == [Double(row), Double(row % 9 + 1), Double(row % 2)])
      if row % 5 == 0 {
        #expect(all.failures[row]?.reason == "row \(row)")
      } else {
        #expect(all.states[row] == .done && all.outputs[0][row] == Double(row) / 3)
      }
    }
    return all.count
  }

  /// A writer that is killed from outside its own flow, again and again on the same file.
  @Test func aKilledWriterLosesNothingThatWasCommitted() async throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let (path, log) = (fixture.path(), fixture.path("committed"))
    var previous = 0
    for round in 0..<12 {
      let microseconds = UInt32.random(in: 500...25_000)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [
          path = path as String, log = log as String, microseconds = microseconds as UInt32,
          round = round as Int
        ] in
        let study = try Study(path: path)
        let series = try study.series(for: Self.simulator, space: StudyFixture.space)
        var row = try study.remembered(series)
        let acknowledged = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        Thread.detachNewThread {
          usleep(microseconds)
          kill(getpid(), SIGKILL)
        }
        while true {
          for _ in 0..<(1 + (row + round) % 40) {
            Self.record(study, series, row)
            row += 1
          }
          try study.commit()
          pwrite(acknowledged, &row, 8, 0)
        }
      }
      let bytes = FileManager.default.contents(atPath: log) ?? Data()
      let committed = bytes.count == 8 ? bytes.withUnsafeBytes { $0.loadUnaligned(as: Int.self) } : previous
      let found = try Self.rowsIntact(path)
      #expect(found >= max(committed, previous) && found <= max(committed, previous) + 40)
      previous = found
    }
    #expect(previous > 0)
  }

  @Test func aFullDiskKeepsOldAndNewAndALaterCommitWorks() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let study = try Study(path: fixture.path())
    let pages = try study.database.number("PRAGMA page_count")
    // First with no room for the table, then with room for some rows only.
    let series = try study.series(for: Self.simulator, space: StudyFixture.space)
    for limit in [pages, pages + 10] {
      _ = try study.database.number("PRAGMA max_page_count = \(limit)")
      for row in study.pending.count..<(study.pending.count + 2000) { Self.record(study, series, row) }
      #expect(throws: StudyError.diskFull(path: fixture.path())) { try study.commit() }
      #expect(try study.remembered(series) == 0)
      #expect(try study.told(series, [1, 2, 1]) != nil)
    }
    _ = try study.database.number("PRAGMA max_page_count = 1000000")
    try study.commit()
    #expect(try study.remembered(series) == 4000)
    _ = try study.database.number("PRAGMA max_page_count = 1")
    for row in 4000..<9000 { Self.record(study, series, row) }
    #expect(throws: StudyError.diskFull(path: fixture.path())) { try study.commit() }
    _ = try study.database.number("PRAGMA max_page_count = 1000000")
    try study.close()
    #expect(try Self.rowsIntact(fixture.path()) == 9000)
  }

  /// As a quota or a limit on file sizes shows it: writes fail with another error than "no space".
  @Test func aFileSizeLimitIsAFullDisk() async throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let path = fixture.path()
    await #expect(processExitsWith: .success) { [path = path as String] in
      let study = try Study(path: path)
      let series = try study.series(for: Self.simulator, space: StudyFixture.space)
      for row in 0..<1000 { Self.record(study, series, row) }
      try study.commit()
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 200_000, rlim_max: rlim_t.max)
      setrlimit(__rlimit_resource_t(1), &limit)
      for row in 1000..<20_000 { Self.record(study, series, row) }
      #expect(throws: StudyError.diskFull(path: path)) { try study.commit() }
      #expect(try study.remembered(series) == 1000)
      limit.rlim_cur = rlim_t.max
      setrlimit(__rlimit_resource_t(1), &limit)
      try study.commit()
    }
    #expect(try Self.rowsIntact(path) == 20_000)
  }

  @Test func filesWithoutWritePermissionAreReadOnly() async throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let path = fixture.path()
    let study = try Study(path: path)
    let series = try study.series(for: Self.simulator, space: StudyFixture.space)
    for row in 0..<10 { Self.record(study, series, row) }
    try study.close()
    chmod(path, 0o444)
    chmod(fixture.folder, 0o755)
    await #expect(processExitsWith: .success) { [path = path as String] in
      // Permissions mean nothing to root.
      if geteuid() == 0 { seteuid(65_534) }
      let study = try Study(path: path)
      let series = try study.series(for: Self.simulator, space: StudyFixture.space)
      #expect(study.isReadOnly)
      #expect(try study.remembered(series) == 10)
      Self.record(study, series, 10)
      #expect(throws: StudyError.readOnly(path: path)) { try study.commit() }
      let unwritable = path + ".new"
      #expect(throws: StudyError.noPermission(path: unwritable)) { try Study(path: unwritable) }
      #expect(try study.told(series, [10, 2, 0]) != nil)
    }
    chmod(path, 0o644)
    await #expect(processExitsWith: .success) { [path = path as String] in
      if geteuid() == 0 {
        chown(path, 65_534, 65_534)
        seteuid(65_534)
      } else {
        chmod((path as NSString).deletingLastPathComponent, 0o555)
      }
      let found = #expect(throws: StudyError.self) {
        let study = try Study(path: path)
        let series = try study.series(for: Self.simulator, space: StudyFixture.space)
        Self.record(study, series, 10)
        try study.commit()
      }
      #expect(found == .readOnly(path: path))
    }
    chmod(fixture.folder, 0o755)
  }
}
