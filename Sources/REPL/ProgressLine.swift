import Foundation
import Optim

/// Foundation has a class of this name, too; in this module the engine's is meant.
typealias Progress = Optim.Progress

/// Shows how a long operation goes, on standard error: on a terminal one line that is drawn again and again
/// and erased at the end; elsewhere a line per 5 % or 30 s, whichever is later.
final class ProgressLine {
  private let terminal: Terminal
  private let now: () -> Double
  private let write: (String) -> Void

  private var progress: Progress?
  private var throughput = Throughput()
  private var started = 0.0
  private var lastShown = -Double.infinity
  private var lastDone = 0
  private var isDrawn = false
  private var hasReported = false

  /// Nothing is drawn for what is over sooner than this.
  private static let patience = 0.3
  private static let redrawInterval = 0.1
  private static let reportInterval = 30.0
  private static let reportShare = 0.05

  /// `now` gives seconds since any moment; it and `write` are replaced in tests.
  init(
    _ terminal: Terminal, now: @escaping () -> Double = ProgressLine.monotonicSeconds,
    write: @escaping (String) -> Void = { FileHandle.standardError.write(Data($0.utf8)) }
  ) {
    self.terminal = terminal
    self.now = now
    self.write = write
  }

  /// Cheap enough to be called for every finished unit.
  func show(_ progress: Progress) {
    let time = now()
    let isNew = self.progress.map { $0.activity != progress.activity || progress.done < $0.done } ?? true
    if isNew {
      finish()
      throughput = Throughput()
      started = time
      lastShown = terminal.canRedraw(.error) ? -.infinity : time
      lastDone = progress.done
    }
    self.progress = progress
    throughput.note(done: progress.done, at: time)
    refresh()
  }

  /// Draws again what was shown last, for the clock goes on while nothing is finished.
  func refresh() {
    guard let progress else { return }
    let time = now()
    if terminal.canRedraw(.error) {
      guard time - started >= Self.patience, time - lastShown >= Self.redrawInterval else { return }
      // One column stays free: terminals wrap when the last one is written.
      let line = ProgressText(progress, throughput.rate(at: time), elapsed: time - started)
        .bar(
          width: terminal.width(of: .error) - 1, unicode: terminal.usesUnicode,
          color: terminal.usesColor(on: .error))
      write("\r" + line + "\u{1B}[K")
      isDrawn = true
      lastShown = time
    } else if isReportDue(progress, time) {
      report(progress, time)
    }
  }

  /// Makes room for other output on the terminal; the next `show` or `refresh` draws the line again.
  func erase() {
    if isDrawn { write("\r\u{1B}[K") }
    isDrawn = false
    if terminal.canRedraw(.error) { lastShown = -.infinity }
  }

  /// The operation is over. Of one that was reported line by line, the end is reported, too.
  func finish() {
    erase()
    if let progress, hasReported, progress.done != lastDone { report(progress, now()) }
    progress = nil
    hasReported = false
  }

  private func isReportDue(_ progress: Progress, _ time: Double) -> Bool {
    let share = Self.reportShare * Double(max(0, progress.total))
    let isFarther = progress.done > lastDone && Double(progress.done - lastDone) >= share - 1e-9
    return isFarther && time - lastShown >= Self.reportInterval
  }

  private func report(_ progress: Progress, _ time: Double) {
    write(ProgressText(progress, throughput.rate(at: time), elapsed: time - started).line + "\n")
    lastShown = time
    lastDone = progress.done
    hasReported = true
  }

  static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// The words of a progress line.
struct ProgressText {
  private let progress: Progress
  private let rate: Double?
  private let elapsed: Double

  /// `rate` in units per second, nil where it is not known yet.
  init(_ progress: Progress, _ rate: Double?, elapsed: Double) {
    self.progress = progress
    self.rate = rate
    self.elapsed = elapsed
  }

  /// Nil where nobody knows how much there is to do.
  private var share: Double? {
    progress.total > 0 ? min(1, max(0, Double(progress.done) / Double(progress.total))) : nil
  }

  private var counted: String {
    progress.total > 0 ? "\(progress.done)/\(progress.total)" : "\(progress.done) done"
  }
  /// Rounded down: 100 % is the end.
  private var percent: String? { share.map { "\(Int($0 * 100)) %" } }
  private var failed: String? { progress.failed > 0 ? "\(progress.failed) failed" : nil }
  private var running: String? { progress.running > 0 ? "\(progress.running) running" : nil }

  private var detail: String? { progress.detail?.withVisibleControls }

  private var speed: String? {
    guard let rate else { return nil }
    if rate > 0.5 { return NumberText.short(rate, digits: 2) + "/s" }
    if rate * 60 >= 1 { return NumberText.short(rate * 60, digits: 2) + "/min" }
    return NumberText.short(rate * 3600, digits: 2) + "/h"
  }

  /// Time left or, at the end and where it is unknown, time gone.
  private var time: String {
    guard let rate, rate > 0, progress.done < progress.total else {
      return Self.duration(elapsed) + " elapsed"
    }
    return Self.duration(Double(progress.total - progress.done) / rate) + " left"
  }

  /// `evaluate: 128/512, 25 %, 4.2/s, 1:31 left, 3 failed`.
  var line: String {
    let parts = [counted, percent, speed, time, failed, detail].compactMap { $0 }
    return progress.activity.withVisibleControls + ": " + parts.joined(separator: ", ")
  }

  /// At most `width` columns: what matters least goes first where there is no room.
  func bar(width: Int, unicode: Bool, color: Bool) -> String {
    let name = progress.activity.withVisibleControls
    let all: [(text: String?, importance: Int)] = [
      (counted, 5), (percent, 3), (speed, 1), (time, 4), (failed, 2), (running, 0), (detail, 2),
    ]
    let parts = all.compactMap { part in part.text.map { (text: $0, importance: part.importance) } }
    for least in 0...5 {
      let text = parts.filter { $0.importance >= least }.map(\.text).joined(separator: "  ")
      let room = width - DisplayWidth.of(name) - DisplayWidth.of(text) - 3
      guard room >= (share == nil ? 0 : 10) else { continue }
      let bar =
        share.map { Self.meter($0, width: min(30, room), unicode: unicode, color: color) + "  " } ?? ""
      return name + " " + bar + text
    }
    return (name + " " + counted).truncated(to: max(0, width), unicode: unicode)
  }

  private static func meter(_ share: Double, width: Int, unicode: Bool, color: Bool) -> String {
    let done = Int(share * Double(width))
    let full = String(repeating: unicode ? "━" : "#", count: done)
    let empty = String(repeating: unicode ? "─" : "-", count: width - done)
    return Paint.color(full, 36, color) + Paint.dim(empty, color)
  }

  /// `0:05`, `12:05`, `3:12:05`, `5 days`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 100 * 86400 else { return "months" }
    let whole = Int(seconds.rounded())
    if whole >= 4 * 86400 { return "\(whole / 86400) days" }
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
  }
}
