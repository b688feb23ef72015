/// How fast units are finished, from the recent past.
///
/// The rate is taken over a window that reaches back far enough for both 16 units and 15 seconds: slow
/// simulations are averaged over many of them, and a burst of remembered evaluations at the start is soon
/// forgotten. While nothing is finished the window grows with the clock, so the estimate sinks.
struct Throughput: Sendable {
  private static let leastUnits = 16
  private static let leastSeconds = 15.0

  /// When how many were done, oldest first; the first one is the beginning of the window.
  private var marks: [(time: Double, done: Int)] = []

  mutating func note(done: Int, at time: Double) {
    if let last = marks.last, last.done == done || time <= last.time {
      if last.done < done { marks[marks.count - 1].done = done }
      return
    }
    marks.append((time, done))
    let start = marks.lastIndex { mark in
      time - mark.time >= Self.leastSeconds && done - mark.done >= Self.leastUnits
    }
    if let start, start > 0 { marks.removeFirst(start) }
    // Many quick units: every second mark tells as much.
    if marks.count > 512 {
      marks = marks.enumerated().filter { $0.offset % 2 == 0 || $0.offset == marks.count - 1 }.map(\.element)
    }
  }

  /// Units per second; nil before anything can be said.
  func rate(at time: Double) -> Double? {
    guard let first = marks.first, let last = marks.last else { return nil }
    let seconds = time - first.time
    let units = last.done - first.done
    return units > 0 && seconds >= 0.5 ? Double(units) / seconds : nil
  }
}
