import Foundation
import Optim

extension TextPlot {
  /// Horizontal bars with their values behind them; negative ones grow to the left of a common zero.
  func bars(_ bars: [Figure.Bar], unit: String?) -> [String] {
    guard !bars.isEmpty else { return ["nothing to plot: no bars"] }
    let shown = bars.prefix(max(1, bars.count <= bodyHeight() ? bars.count : bodyHeight() - 1))
    let values = BarValues(shown.map(\.value), unit: unit)
    let names = shown.map { $0.label.withVisibleControls.truncated(to: width / 3, unicode: layout.unicode) }
    let nameWidth = names.map(DisplayWidth.of).max() ?? 0
    let valueWidth = values.texts.map(DisplayWidth.of).max() ?? 0
    let room = max(4, width - nameWidth - valueWidth - 2)
    let left = Int((Double(room) * values.negativeShare).rounded())
    let lines = shown.indices.map { i in
      let share = values.shares[i]
      let bar =
        share < 0
        ? leftBar(-share * Double(room), room: left)
        : String(repeating: " ", count: left) + rightBar(share * Double(room))
      let colored = Paint.color(bar, 32, layout.color)
      return "\(names[i].padded(to: nameWidth)) \(colored) \(values.texts[i])"
    }
    let rest = bars.count - shown.count
    return lines + (rest > 0 ? notes("\(shown.count) of \(bars.count) bars") : [])
  }

  /// Filled to an eighth of a cell.
  private func rightBar(_ length: Double) -> String {
    guard layout.unicode else { return String(repeating: "#", count: Int(length.rounded())) }
    let eighths = Int((length * 8).rounded())
    let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + partial
  }

  /// Ends at column `room`; there are only half blocks that are filled from the right.
  private func leftBar(_ length: Double, room: Int) -> String {
    guard layout.unicode else {
      return String(repeating: "#", count: min(room, Int(length.rounded()))).padded(to: room, .right)
    }
    let halves = Int((length * 2).rounded())
    let bar = (halves % 2 == 1 ? "▐" : "") + String(repeating: "█", count: halves / 2)
    return bar.padded(to: room, .right)
  }
}

/// The lengths and labels of bars, on a common scale that includes zero.
struct BarValues {
  /// Signed lengths: between them and zero lies at most 1 in all. Not a number counts as zero.
  let shares: [Double]
  /// Of the whole length, left of zero.
  let negativeShare: Double
  let texts: [String]
  let largest: Double
  let smallest: Double

  init(_ values: [Double], unit: String?) {
    let finite = values.filter(\.isFinite)
    let found = max(0, finite.max() ?? 0)
    // Percentages are read against the whole.
    let largest = unit == "%" && found <= 1 ? 1 : found
    let smallest = min(0, finite.min() ?? 0)
    let span = largest / 2 - smallest / 2
    self.largest = largest
    self.smallest = smallest
    negativeShare = span > 0 ? -(smallest / 2) / span : 0
    shares = values.map { value in
      guard span > 0, !value.isNaN else { return 0 }
      return min(largest, max(smallest, value)) / 2 / span
    }
    if unit == "%" {
      texts = zip(values, NumberText.percentages(values)).map { $0.isNaN ? "no value" : $1 }
    } else {
      let suffix = unit.map { " " + $0 } ?? ""
      texts = values.map { $0.isNaN ? "no value" : NumberText.short($0) + suffix }
    }
  }
}
