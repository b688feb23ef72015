import Optim
import Testing

@testable import REPL

@Suite struct ProgressLineTests {
  /// A progress line with a clock to set and a record of what it writes.
  final class Scene {
    var time = 0.0
    var written = ""
    var line: ProgressLine!

    init(columns: Int? = 80) {
      let window = columns.map { Terminal.Window(columns: $0, rows: 24) }
      let terminal = Terminal(environment: ["LANG": "C.UTF-8", "NO_COLOR": "1"], window: { _ in window })
      line = ProgressLine(
        terminal, now: { [unowned self] in time }, write: { [unowned self] in written += $0 })
    }

    /// One unit after the other, `step` seconds each.
    func run(_ range: ClosedRange<Int>, of total: Int, step: Double, failed: Int = 0, running: Int = 0) {
      for done in range {
        line.show(Progress(activity: "evaluate", done: done, total: total, failed: failed, running: running))
        time += step
      }
    }

    var last: String {
      written.split(separator: "\r").last.map { String($0).replacing("\u{1B}[K", with: "") } ?? ""
    }
  }

  @Test func terminalLine() {
    let scene = Scene()
    scene.run(0...50, of: 100, step: 1, failed: 3, running: 8)
    #expect(
      scene.last == "evaluate ━━━━━━━━━──────────  50/100  50 %  1/s  0:50 left  3 failed  8 running"
    )
    scene.line.finish()
    #expect(scene.written.hasSuffix("\r\u{1B}[K"))
  }

  @Test(arguments: [5, 12, 20, 30, 40, 60, 79, 200]) func neverWiderThanTheTerminal(columns: Int) {
    let scene = Scene(columns: columns)
    scene.run(0...50, of: 1_000_000_000, step: 1, failed: 1_000_000, running: 1_000_000)
    for line in scene.written.split(separator: "\r") {
      #expect(DisplayWidth.of(String(line).replacing("\u{1B}[K", with: "")) < columns)
    }
  }

  @Test func shortOperationsAreNotDrawn() {
    let scene = Scene()
    scene.run(0...10, of: 10, step: 0.02)
    scene.line.finish()
    #expect(scene.written.isEmpty)
  }

  @Test func isDrawnTenTimesASecondAtMost() {
    let scene = Scene()
    scene.run(0...10_000, of: 20_000, step: 0.001)
    #expect(scene.written.split(separator: "\r").count <= 100)
  }

  @Test func linesWhereThereIsNoTerminal() {
    let scene = Scene(columns: nil)
    scene.run(0...200, of: 200, step: 1, failed: 2)
    scene.line.finish()
    #expect(
      scene.written == """
        evaluate: 30/200, 15 %, 1/s, 2:50 left, 2 failed
        evaluate: 60/200, 30 %, 1/s, 2:20 left, 2 failed
        evaluate: 90/200, 45 %, 1/s, 1:50 left, 2 failed
        evaluate: 120/200, 60 %, 1/s, 1:20 left, 2 failed
        evaluate: 150/200, 75 %, 1/s, 0:50 left, 2 failed
        evaluate: 180/200, 90 %, 1/s, 0:20 left, 2 failed
        evaluate: 200/200, 100 %, 0.94/s, 3:21 elapsed, 2 failed

        """)
  }

  @Test func fivePercentIsLaterForSlowSimulations() {
    let scene = Scene(columns: nil)
    scene.run(0...40, of: 400, step: 60)
    #expect(
      scene.written == """
        evaluate: 20/400, 5 %, 1/min, 6:20:00 left
        evaluate: 40/400, 10 %, 1/min, 6:00:00 left

        """)
  }

  @Test func unknownTotal() {
    let scene = Scene()
    scene.run(0...40, of: 0, step: 1)
    #expect(scene.last == "evaluate 40 done  1/s  0:40 elapsed")
    let lines = Scene(columns: nil)
    lines.run(0...40, of: 0, step: 1)
    #expect(lines.written == "evaluate: 30 done, 1/s, 0:30 elapsed\n")
  }

  @Test func rememberedEvaluationsDoNotSpoilTheEstimate() {
    let scene = Scene()
    scene.run(0...300, of: 400, step: 0.001)
    scene.run(301...340, of: 400, step: 2)
    #expect(scene.last.contains("30/min") && scene.last.contains("2:00 left"), "\(scene.last)")
  }

  @Test func aStandstillSlowsTheEstimate() {
    let scene = Scene()
    scene.run(0...50, of: 100, step: 1)
    scene.time += 150
    scene.line.refresh()
    let text = scene.last
    #expect(text.contains("/min") && !text.contains("0:50 left"), "\(text)")
  }

  @Test func nextActivityStartsAnew() {
    let scene = Scene()
    scene.run(0...50, of: 100, step: 1)
    scene.line.show(Progress(activity: "train", done: 0, total: 10))
    #expect(scene.written.hasSuffix("\r\u{1B}[K"))
    scene.time += 1
    scene.line.refresh()
    #expect(scene.last.hasPrefix("train ──────────"))
  }

  @Test(arguments: [
    (0.4, "0:00"), (59.6, "1:00"), (3725, "1:02:05"), (5 * 86400, "5 days"), (.infinity, "months"),
  ]) func durations(seconds: Double, text: String) {
    #expect(ProgressText.duration(seconds) == text)
  }
}
