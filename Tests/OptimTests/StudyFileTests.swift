import Foundation
import Testing

@testable import Optim

/// What opening a file can meet: other files, other versions, other writers, damage.
@Suite struct StudyFileTests {
  private func error(_ path: String, _ access: Study.Access = .write) -> StudyError? {
    do {
      _ = try Study(path: path, access: access)
      return nil
    } catch {
      return error as? StudyError
    }
  }

  /// A closed study with `rows` evaluations.
  private func make(_ path: String, rows: Int) throws {
    let study = try Study(path: path)
    let series = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    for row in 0..<rows { study.record(series, [Double(row), 1, 0], .done([1, 2, 3]), seconds: 1) }
    try study.close()
  }

  @Test func filesOfOthersAreNamedAndLeftAlone() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let text =
      "Dear reader,\nthis is long enough to be a header of a database, which it is not, not at all, no.\n"
    try text.write(toFile: fixture.path("notes.txt"), atomically: true, encoding: .utf8)
    try Data([0, 1, 2, 255]).write(to: URL(fileURLWithPath: fixture.path("picture.png")))
    let foreign = try Database(path: fixture.path("other.db"), access: .write)
    try foreign.run("PRAGMA journal_mode = WAL; CREATE TABLE bookmarks (url TEXT); PRAGMA application_id = 7")
    let before = try ["other.db", "other.db-wal"].map {
      try Data(contentsOf: URL(fileURLWithPath: fixture.path($0)))
    }

    #expect(
      error(fixture.path("notes.txt"))
        == .notAStudy(
          path: fixture.path("notes.txt"), found: "it is a text file that begins with 'Dear reader,'"))
    #expect(
      error(fixture.path("picture.png"))
        == .notAStudy(path: fixture.path("picture.png"), found: "it is a binary file of another kind"))
    #expect(error(fixture.path("other.db")) != nil)
    let after = try ["other.db", "other.db-wal"].map {
      try Data(contentsOf: URL(fileURLWithPath: fixture.path($0)))
    }
    #expect(before == after)
    foreign.close()
    #expect(
      error(fixture.path("other.db")) == .otherApplication(path: fixture.path("other.db"), applicationID: 7))
    #expect(try String(contentsOfFile: fixture.path("notes.txt"), encoding: .utf8) == text)
  }

  @Test func placesWhereNoStudyCanBe() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    #expect(error(fixture.folder) == .isFolder(path: fixture.folder))
    let lost = fixture.folder + "/no/where.study"
    #expect(error(lost) == .missingFolder(path: lost, folder: fixture.folder + "/no"))
    #expect(error(fixture.path(), .read) == .missingFile(path: fixture.path()))
    #expect(!FileManager.default.fileExists(atPath: fixture.path()))
  }

  @Test func anEmptyFileIsANewStudyAndOddNamesAreFiles() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    for name in ["empty.study", "file:x?mode=memory", "100% é#1.study"] {
      try Data().write(to: URL(fileURLWithPath: fixture.path(name)))
      try make(fixture.path(name), rows: 2)
      let again = try Study(path: fixture.path(name))
      let series = try again.series(for: StudyFixture.simulator(), space: StudyFixture.space)
      #expect(try again.remembered(series) == 2)
    }
  }

  @Test func aSecondWriterIsToldSoon() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let study = try Study(path: fixture.path())
    let start = ContinuousClock.now
    #expect(error(fixture.path()) == .locked(path: fixture.path()))
    #expect(error(fixture.path(), .read) == .locked(path: fixture.path()))
    #expect(ContinuousClock.now - start < .seconds(5))
    // The refused attempts have not loosened the first one's lock.
    #expect(error(fixture.path()) == .locked(path: fixture.path()))
    try study.close()
    #expect(error(fixture.path()) == nil)
  }

  @Test func aClosedStudySaysSo() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let study = try Study(path: fixture.path())
    let series = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    study.record(series, [0.5, 1, 0], .done([1, 2, 3]), seconds: 1)
    try study.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder) == ["a.study"])
    #expect(throws: StudyError.closed(path: fixture.path())) { try study.remembered(series) }
    // Two studies of one process on the same file, one after the other, while the first value still lives.
    let next = try Study(path: fixture.path())
    #expect(try next.remembered(next.series(for: StudyFixture.simulator(), space: StudyFixture.space)) == 1)
  }

  @Test func readingAnotherStudyChangesNothing() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    try make(fixture.path(), rows: 3)
    let before = try Data(contentsOf: URL(fileURLWithPath: fixture.path()))
    let study = try Study(path: fixture.path(), access: .read)
    let series = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    #expect(study.isReadOnly)
    #expect(try study.loadAll(series).count == 3)
    study.record(series, [9, 1, 0], .done([1, 2, 3]), seconds: 1)
    #expect(throws: StudyError.readOnly(path: fixture.path())) { try study.commit() }
    #expect(try study.told(series, [9, 1, 0]) == "done [1.0, 2.0, 3.0]")
    #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.path())) == before)
  }

  @Test func damageIsCalledDamage() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    try make(fixture.path(), rows: 2000)
    let whole = try Data(contentsOf: URL(fileURLWithPath: fixture.path()))
    for length in [whole.count / 2, 4096, 5000, 1000, 200] {
      try whole.prefix(length).write(to: URL(fileURLWithPath: fixture.path("cut")))
      guard case .damaged? = error(fixture.path("cut")) else {
        Issue.record("\(length) bytes: \(String(describing: error(fixture.path("cut"))))")
        continue
      }
    }
    var scribbled = whole
    for page in stride(from: 4096, to: whole.count - 100, by: 4096) {
      scribbled.replaceSubrange(page..<(page + 16), with: Data(repeating: 0xA5, count: 16))
    }
    try scribbled.write(to: URL(fileURLWithPath: fixture.path("cut")))
    #expect {
      let study = try Study(path: fixture.path("cut"))
      _ = try study.loadAll(study.series(for: StudyFixture.simulator(), space: StudyFixture.space))
    } throws: { if case StudyError.damaged = $0 { true } else { false } }
  }

  @Test func aTableThatIsGoneIsDamageNotACrash() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    try make(fixture.path(), rows: 2)
    let hand = try Database(path: fixture.path(), access: .write)
    try hand.run("DROP VIEW evaluations; DROP TABLE evaluations_1")
    hand.close()
    let study = try Study(path: fixture.path())
    let series = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    #expect { try study.loadAll(series) } throws: { "\($0)".contains("no such table: evaluations_1") }
  }
}

@Suite struct StudyMigrationTests {
  private func open(_ path: String, _ extra: [Migration], _ access: Study.Access = .write) throws -> Study {
    try Study(path: path, access: access, migrations: Schema.migrations + extra)
  }

  @Test func olderFilesAreBroughtUpStepByStepAndKeepTheirRows() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let old = try Study(path: fixture.path())
    let series = try old.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    old.record(series, [0.5, 1, 0], .done([1, 2, 3]), seconds: 1)
    try old.close()
    let steps = [
      Migration(5) { try $0.run("CREATE TABLE extras (id INTEGER PRIMARY KEY, data BLOB)") },
      Migration(6) {
        try $0.run("ALTER TABLE extras ADD COLUMN name TEXT; INSERT INTO extras (name) VALUES ('m')")
      },
    ]
    #expect(throws: StudyError.olderVersion(path: fixture.path(), found: 4, expected: 6)) {
      try open(fixture.path(), steps, .read)
    }
    for _ in 1...2 {
      let study = try open(fixture.path(), steps)
      #expect(try study.database.number("PRAGMA user_version") == 6)
      #expect(try study.database.number("SELECT count(name) FROM extras") == 1)
      let series = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
      #expect(try study.told(series, [0.5, 1, 0]) == "done [1.0, 2.0, 3.0]")
      try study.close()
    }
    for access in [Study.Access.write, .read] {
      #expect(throws: StudyError.newerVersion(path: fixture.path(), found: 6, expected: 4)) {
        try Study(path: fixture.path(), access: access)
      }
    }
  }

  @Test func aStepThatFailsLeavesTheOldVersion() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    try Study(path: fixture.path()).close()
    let bad = [
      Migration(5) { try $0.run("CREATE TABLE extras (id INTEGER PRIMARY KEY)") },
      Migration(6) { try $0.run("INSERT INTO nowhere VALUES (1)") },
    ]
    #expect { try open(fixture.path(), bad) } throws: { "\($0)".contains("no such table: nowhere") }
    let study = try Study(path: fixture.path())
    #expect(try study.database.number("PRAGMA user_version") == 4)
    #expect(try study.database.number("SELECT count(*) FROM sqlite_master WHERE name = 'extras'") == 0)
  }

  /// Format 1 as it was shipped: tables, marks and a row made by hand, so that a later dmo proves that it
  /// reads it.
  @Test func aFileOfFormat1IsUnderstood() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let hand = try Database(path: fixture.path(), access: .write)
    try hand.run(Self.format1)
    hand.close()
    let study = try Study(path: fixture.path())
    let series = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    #expect(try study.told(series, [0.5, .nan, 0]) == "done [1.0, 2.0, 3.0]")
    #expect(try study.told(series, [0.25, 3, 1]) == "failed timeout took too long tail 2")
    #expect(try study.loadAll(series).count == 2 && study.statements().map(\.text) == ["seed 1"])
    study.record(series, [0.75, 3, 1], .done([4, 5, 6]), seconds: 1)
    try study.commit()
    #expect(try study.remembered(series) == 3)
  }
}

extension StudyMigrationTests {
  private static let definition =
    #"{"command":["./cell"],"environment":{},"input":"json","parameters":{"k":"integer","#
    + #""model":"categorical","x":"real"},"reading":"json","send":{},"#
    + #""shell":false,"simulator":"cell","templates":[],"version":1}"#

  private static let format1 = """
    PRAGMA application_id = 1684893523;
    PRAGMA user_version = 1;
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE series (
      id INTEGER PRIMARY KEY, simulator TEXT NOT NULL, definition TEXT NOT NULL UNIQUE, created TEXT NOT NULL);
    CREATE TABLE parameters (series INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
      unit TEXT, column_name TEXT NOT NULL, PRIMARY KEY (series, position)) WITHOUT ROWID;
    CREATE TABLE outputs (series INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
      unit TEXT, column_name TEXT NOT NULL, PRIMARY KEY (series, position)) WITHOUT ROWID;
    CREATE TABLE requests (series INTEGER NOT NULL, number INTEGER NOT NULL, outputs TEXT NOT NULL,
      PRIMARY KEY (series, number)) WITHOUT ROWID;
    CREATE TABLE failures (series INTEGER NOT NULL, evaluation INTEGER NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL,
      error_tail TEXT NOT NULL, attempts INTEGER NOT NULL, PRIMARY KEY (series, evaluation)) WITHOUT ROWID;
    CREATE TABLE statements (id INTEGER PRIMARY KEY, session INTEGER NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL);
    INSERT INTO series VALUES (1, 'cell', '\(definition)', '2026-03-01T12:00:00Z');
    INSERT INTO parameters VALUES (1, 1, 'k', 'integer', NULL, 'k'), (1, 2, 'model', 'categorical', NULL, 'model'),
      (1, 3, 'x', 'real', 'mV', 'x');
    INSERT INTO outputs VALUES (1, 1, 'rest', 'real', 'mV', 'rest'), (1, 2, 'rate[1]', 'real', NULL, 'rate[1]'),
      (1, 3, 'rate[2]', 'real', NULL, 'rate[2]');
    INSERT INTO requests VALUES (1, 1, '[{"count":2,"name":"rate"},{"name":"rest"}]');
    CREATE TABLE evaluations_1 (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, status TEXT NOT NULL, seconds REAL,
      at TEXT NOT NULL, asked INTEGER NOT NULL, "k" INTEGER, "model" TEXT, "x" REAL, "rest" REAL, "rate[1]" REAL,
      "rate[2]" REAL);
    CREATE INDEX evaluations_1_key ON evaluations_1 (key);
    INSERT INTO evaluations_1 VALUES
      (1, 2751952956089412173, 'done', 1.5, '2026-03-01T12:00:01Z', 1, NULL, 'slow', 0.5, 1, 2, 3),
      (2, 5355587402549483811, 'failed', 9, '2026-03-01T12:00:02Z', 1, 3, 'fast', 0.25, NULL, NULL, NULL);
    INSERT INTO failures VALUES (1, 2, 'timeout', 'took too long', 'tail', 2);
    INSERT INTO statements VALUES (1, 1, 'seed 1', '2026-03-01T12:00:00Z');
    """
}
