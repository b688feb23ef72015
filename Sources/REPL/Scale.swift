import Foundation
import Optim

/// Where values of one axis lie between 0 and 1, and which of them are labelled.
///
/// Ticks fall on 1, 2 or 5 times a power of ten, on a logarithmic axis on decades, on a categorical axis on
/// each label. Values are divided by a power of ten where their own range would overflow.
struct Scale: Sendable, Equatable {
  struct Tick: Sendable, Equatable {
    let value: Double
    let label: String
  }

  let axis: Figure.Axis
  /// Of the values shown, without padding.
  let range: ClosedRange<Double>
  private(set) var ticks: [Tick] = []
  /// Bounds after `transform`.
  private var lower = 0.0
  private var upper = 1.0
  private var factor = 1.0

  /// `padding` is the free share at either end; the number of ticks comes near `tickCount`.
  init(axis: Figure.Axis, range: ClosedRange<Double>, tickCount: Int, padding: Double = 0.03) {
    self.axis = axis
    self.range = range
    if let categories = axis.categories, !categories.isEmpty {
      lower = -0.5
      upper = Double(categories.count) - 0.5
      ticks = categories.enumerated().map { Tick(value: Double($0.offset), label: $0.element) }
    } else if axis.isLog {
      setLogBounds(padding: padding)
      ticks = logTicks(count: max(2, tickCount))
    } else {
      setLinearBounds(padding: padding)
      ticks = linearTicks(lower, upper, count: max(2, tickCount), exponent: Int(log10(factor).rounded()))
    }
    ticks = ticks.filter { position($0.value).map { $0 >= -1e-9 && $0 <= 1 + 1e-9 } ?? false }
  }

  /// Where a value lies between the ends of the axis; nil where it cannot be drawn.
  func position(_ value: Double) -> Double? {
    guard Self.isDrawable(value, on: axis) else { return nil }
    return (transform(value) - lower) / (upper - lower)
  }

  /// The value at a place between the ends of the axis: the inverse of `position`.
  func value(at position: Double) -> Double {
    let value = lower + position * (upper - lower)
    if axis.categories != nil { return value }
    return axis.isLog ? pow(10, value) : value * factor
  }

  static func isDrawable(_ value: Double, on axis: Figure.Axis) -> Bool {
    value.isFinite && (!axis.isLog || axis.categories != nil || value > 0)
  }

  private func transform(_ value: Double) -> Double {
    if axis.categories != nil { return value }
    return axis.isLog ? log10(value) : value / factor
  }

  private mutating func setLogBounds(padding: Double) {
    lower = log10(range.lowerBound)
    upper = log10(range.upperBound)
    if upper - lower < 1e-9 {
      lower -= 0.5
      upper += 0.5
    } else {
      let free = (upper - lower) * padding
      lower -= free
      upper += free
    }
  }

  private mutating func setLinearBounds(padding: Double) {
    let size = max(abs(range.lowerBound), abs(range.upperBound))
    if size > 0, !(1e-100...1e100).contains(size) {
      factor = pow(10, max(-307, floor(log10(size))))
    }
    lower = range.lowerBound / factor
    upper = range.upperBound / factor
    if upper - lower <= 1e-12 * size / factor {
      let free = size > 0 ? 0.1 * size / factor : 1
      lower -= free
      upper += free
    } else {
      // Padding does not cross zero: an axis of positive values starts at or above it.
      let free = (upper - lower) * padding
      lower = lower >= 0 ? max(0, lower - free) : lower - free
      upper = upper <= 0 ? min(0, upper + free) : upper + free
    }
  }

  /// Ticks for `lower...upper` times ten to the `exponent`.
  private func linearTicks(_ lower: Double, _ upper: Double, count: Int, exponent: Int) -> [Tick] {
    let raw = (upper - lower) / Double(count)
    var power = Int(floor(log10(raw)))
    let digit = raw / pow(10, Double(power))
    var mantissa = digit <= 1.5 ? 1 : digit <= 3.5 ? 2 : digit <= 7.5 ? 5 : 10
    if mantissa == 10 {
      mantissa = 1
      power += 1
    }
    let step = Double(mantissa) * pow(10, Double(power))
    let first = Int((lower / step - 1e-9).rounded(.up))
    let last = Int((upper / step + 1e-9).rounded(.down))
    guard first <= last, last - first < 1000 else { return [] }
    let multiples = (first...last).map { $0 * mantissa }
    return Self.labelled(multiples, power: power + exponent)
  }

  /// Ticks at whole multiples of ten to the `power`, labelled with equally many decimals.
  private static func labelled(_ multiples: [Int], power: Int) -> [Tick] {
    let values = multiples.map { Double("\($0)e\(power)") ?? .nan }
    let size = values.map(abs).max() ?? 0
    let isPlain = size < 1e6 && (size >= 1e-3 || size == 0) && power >= -9
    let digits = max(4, Int(log10(max(1, Double(multiples.map(abs).max() ?? 0)))) + 1)
    return values.map { value in
      let text = String(format: "%.*f", max(0, -power), value == 0 ? 0 : value)
      return Tick(value: value, label: isPlain ? text : NumberText.short(value, digits: digits))
    }
  }

  /// Decades, thinned where there are many, with twos and fives between where there are few; on an axis shorter
  /// than a decade, ticks at equal steps.
  private func logTicks(count: Int) -> [Tick] {
    let first = Int(lower.rounded(.up))
    let last = Int(upper.rounded(.down))
    if upper - lower < 1 || last < first {
      let bounds = (pow(10, lower), pow(10, upper))
      guard bounds.0 > 0, bounds.1.isFinite else {
        return [Tick(value: range.lowerBound, label: NumberText.short(range.lowerBound))]
      }
      return Scale(axis: Figure.Axis(""), range: bounds.0...bounds.1, tickCount: count, padding: 0).ticks
    }
    let decades = last - first + 1
    let stride = max(1, (decades + count - 1) / count)
    let digits = decades * 3 <= count + 2 ? [1, 2, 5] : [1]
    let exponents = Swift.stride(from: first - (digits.count > 1 ? 1 : 0), through: last, by: stride)
    return exponents.flatMap { exponent in
      digits.map { digit in
        let value = Double("\(digit)e\(exponent)") ?? .nan
        let isPlain = (-3...4).contains(exponent)
        return Tick(value: value, label: isPlain ? NumberText.short(value) : "\(digit)e\(exponent)")
      }
    }
  }
}

extension Figure.Axis {
  /// `label [unit]`.
  var caption: String { (label + (unit.map { " [\($0)]" } ?? "")).withVisibleControls }
}
