import Optim

/// The values of a field as steps of shade, light for the smallest.
struct FieldShades {
  static let count = 9
  let field: Figure.Field
  let range: ClosedRange<Double>

  /// nil where no value is finite.
  init?(_ field: Figure.Field) {
    let finite = field.values.flatMap { $0 }.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    self.field = field
    range = low...high
  }

  /// 0 to `count` - 1; nil where the value is not finite.
  func step(_ value: Double) -> Int? {
    guard value.isFinite else { return nil }
    let half = range.upperBound / 2 - range.lowerBound / 2
    guard half > 0 else { return 0 }
    return min(Self.count - 1, Int((value / 2 - range.lowerBound / 2) / half * Double(Self.count)))
  }

  /// The step at a place of the plane, by the nearest point of the field.
  func step(x: Double, y: Double) -> Int? { step(field.values[nearest(field.y, y)][nearest(field.x, x)]) }

  private func nearest(_ places: [Double], _ at: Double) -> Int {
    places.indices.min { abs(places[$0] - at) < abs(places[$1] - at) } ?? 0
  }

  /// `shade: f1 [mV] as predicted, 3.1 (light) to 9 (dark)`.
  var legend: String {
    let unit = field.unit.map { " [\($0)]" } ?? ""
    return
      "shade: \(field.label)\(unit), \(NumberText.short(range.lowerBound)) (light) to \(NumberText.short(range.upperBound)) (dark)"
  }
}
