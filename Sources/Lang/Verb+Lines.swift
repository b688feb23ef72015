import Optim

extension Session {
  /// The most lines that one formula gets in a figure.
  private static let lineLimit = 100

  /// `plot ... kind=lines`: lists as lines, one for each point. The first of several lists says where the values lie
  /// along the horizontal axis; alone, a list lies over the places 1, 2, 3, ... of its values. Lists of plain numbers
  /// (what was measured) are one line beside them.
  ///
  /// - Parameters:
  ///   - groups: the points to draw and what the legend calls them; later ones are drawn over earlier ones.
  func linesFigure(
    _ formulas: [(value: Value, text: String, span: Span)], _ groups: [(name: String?, points: Points)]
  ) throws -> Figure {
    for formula in formulas {
      guard case .list(let items) = formula.value, !items.isEmpty else {
        throw Diagnostic(
          .wrongKind(expected: "a list of numbers for kind=lines", found: formula.value.kindName),
          at: formula.span)
      }
    }
    let first = formulas[0]
    let count = Self.length(first.value)
    for other in formulas.dropFirst() where Self.length(other.value) != count {
      throw Diagnostic(
        .wrongKind(
          expected: "a list of \(count) values, as '\(first.text)' has", found: other.value.kindName),
        at: other.span)
    }
    let isPlaced = formulas.count > 1
    let shown = isPlaced ? Array(formulas.dropFirst()) : formulas
    let drawn = shown.filter(\.value.isSymbolic)
    var series: [Figure.Series] = []
    var remarks: [String] = []
    for (order, group) in groups.enumerated() {
      let isCompared = order < groups.count - 1
      let some = group.points.keeping(Array(group.points.rows.indices.prefix(Self.lineLimit)))
      let total = group.points.rows.count
      let remark =
        total > some.rows.count
        ? "the first \(some.rows.count) of \(total) points" : "\(total) point\(total == 1 ? "" : "s")"
      remarks.append((group.name.map { "\($0): " } ?? "") + remark)
      let places = isPlaced ? try lists(first, some) : nil
      for formula in drawn {
        let parts = [drawn.count > 1 || group.name == nil ? formula.text : nil, group.name]
        let name = parts.compactMap { $0 }.joined(separator: ", ")
        let role: Figure.Role = drawn.count > 1 ? .plain : isCompared ? .infeasible : .front
        for (row, values) in try lists(formula, some).enumerated() {
          series.append(
            Figure.Series(
              row == 0 ? name : "", role: role, points: [places?[row] ?? Self.counted(count), values],
              isLine: true))
        }
      }
    }
    for formula in shown where !formula.value.isSymbolic {
      series.append(
        Figure.Series(
          formula.text, role: .reference,
          points: [try constants(first, or: count, isPlaced), try numbers(formula)], isLine: true))
    }
    let measured = drawn.isEmpty ? shown : drawn
    let units = Set(measured.map { $0.value.unit ?? "" })
    let label = shown.map(\.text).joined(separator: ", ")
    return Figure(
      title: isPlaced ? "\(label) against \(first.text)" : label, kind: .plane,
      axes: [
        isPlaced ? Figure.Axis(first.text, unit: first.value.unit) : Figure.Axis("place in the list"),
        Figure.Axis(
          measured.count == 1 ? measured[0].text : "",
          unit: units.count == 1 ? units.first.flatMap { $0.isEmpty ? nil : $0 } : nil),
      ],
      series: series, caption: remarks.joined(separator: "; "))
  }

  private static func length(_ value: Value) -> Int {
    if case .list(let items) = value { items.count } else { 0 }
  }

  private static func counted(_ count: Int) -> [Double] { (1...count).map(Double.init) }

  /// A list that is the same at every point.
  private func numbers(_ formula: (value: Value, text: String, span: Span)) throws -> [Double] {
    guard case .list(let items) = formula.value else { return [] }
    return try items.map { item in
      guard case .number(let number) = item else {
        throw Diagnostic(
          .wrongKind(
            expected: "a list of numbers for kind=lines", found: "a list with \(item.kindName) in it"),
          at: formula.span)
      }
      return number
    }
  }

  /// Where a line of plain numbers lies.
  private func constants(
    _ first: (value: Value, text: String, span: Span), or count: Int, _ isPlaced: Bool
  ) throws -> [Double] {
    guard isPlaced else { return Self.counted(count) }
    guard !first.value.isSymbolic else {
      throw Diagnostic(
        .wrongKind(
          expected: "plain numbers along the horizontal axis, for a line of plain numbers over them",
          found: "a list that differs between points"), at: first.span)
    }
    return try numbers(first)
  }

  /// The values of a list at points: `[point][place]`.
  private func lists(_ formula: (value: Value, text: String, span: Span), _ points: Points) throws
    -> [[Double]]
  {
    guard formula.value.isSymbolic else {
      return Array(repeating: try numbers(formula), count: points.rows.count)
    }
    let columns = try columns([formula], over: points.evaluations)
    guard columns.count == Self.length(formula.value) else {
      throw Diagnostic(
        .wrongKind(expected: "a list of numbers for kind=lines", found: "a list of lists"), at: formula.span)
    }
    return points.rows.indices.map { row in columns.map { $0.values[row] } }
  }
}
