import Foundation
import Optim

extension Session {
  /// How a value is shown.
  func output(of value: Value, text: String) throws -> Output? {
    switch value {
    case .nothing, .unknown: return nil
    case .points(let points) where points.trace != nil:
      return .table(traceTable(points, points.trace!), isWhole: false)
    case .points(let points)
    where !points.evaluations.isEmpty && points.evaluations.states.allSatisfy({ $0 == .pending }):
      return .text("\(points.title), pending")
    case .points(let points): return .table(try table(points), isWhole: false)
    case .table(let table): return .table(table, isWhole: false)
    case .figure(let figure): return .figure(figure)
    case .report(let report): return report.output
    case .model(let model):
      return Report([modelTable(model)], model.losses.isEmpty ? [] : [lossFigure(model)], isAside: true)
        .output
    case .symbolic, .list, .map:
      guard value.isSymbolic, environment.isColumns(value) else { return .text(value.text) }
      return .table(try summary(value, text), isWhole: false)
    case .number(let number): return .text(Format.number(number))
    default: return .text(value.text)
    }
  }

  /// A formula at the prompt: its distribution over the evaluated points.
  private func summary(_ value: Value, _ text: String) throws -> Table {
    let (formula, columns) = environment.columns(value, named: text)
    let evaluated = campaign.archive.states.indices.filter {
      campaign.archive.states[$0] == .done || campaign.archive.states[$0] == .partial
    }
    let data = campaign.archive.subset(evaluated)
    let results = try formula.evaluate(on: data).map { $0.filter(\.isFinite).sorted() }
    let at = { (share: Double) in
      results.map { $0.isEmpty ? Double.nan : $0[Int((Double($0.count - 1) * share).rounded())] }
    }
    return Table(
      title: data.isEmpty ? "a formula; nothing is evaluated yet" : "over \(data.count) evaluated points",
      [
        Table.Column("formula", .texts(columns.map(\.name))),
        Table.Column("n", .integers(results.map(\.count))),
        Table.Column("min", .numbers(at(0))),
        Table.Column("median", .numbers(at(0.5))),
        Table.Column("max", .numbers(at(1))),
        Table.Column(
          "mean", .numbers(results.map { $0.isEmpty ? .nan : $0.reduce(0, +) / Double($0.count) })),
      ])
  }

  // MARK: Points as tables

  /// Parameters, objectives and state of points; `full` adds outputs, derived values and constraints, `isExport` all else that is known.
  func table(_ points: Points, full: Bool = false, isExport: Bool = false) throws -> Table {
    if let trace = points.trace { return traceTable(points, trace) }
    let evaluations = points.evaluations
    let scores = try Scores(problem: campaign.problem, evaluations: evaluations)
    var columns = [Table.Column("row", .integers(points.rows))]
    columns += campaign.problem.space.parameters.compactMap { parameter in
      evaluations.column(parameter.name).map { Self.column(parameter, $0) }
    }
    if full {
      columns += outputColumns(evaluations)
      columns += try derivedColumns(evaluations)
    }
    for (k, objective) in campaign.problem.objectives.enumerated() {
      columns.append(Table.Column(objective.name, unit: objective.unit, .numbers(scores.objectives[k])))
    }
    if full {
      for (j, constraint) in campaign.problem.constraints.enumerated() {
        columns.append(Table.Column(constraint.name, .texts(scores.satisfied[j].map(Self.yesNo))))
        if constraint.margin != nil {
          columns.append(Table.Column("\(constraint.name) margin", .numbers(scores.margins[j])))
        }
      }
    }
    columns += points.measures.map { Table.Column($0.name, .numbers($0.values)) }
    if full { return Table(title: points.title, remarked(columns, points, scores, isExport: isExport)) }
    if !scores.status.allSatisfy({ $0 == .feasible }) {
      columns.append(Table.Column("state", .texts(scores.status.map { "\($0)" })))
    }
    return Table(title: points.title, columns)
  }

  /// With the state and its reason, and for a file with all else that is known of an evaluation, so that `import` can take it up; the
  /// names give way to those of the user.
  private func remarked(
    _ columns: [Table.Column], _ points: Points, _ scores: Scores, isExport: Bool
  ) -> [Table.Column] {
    let evaluations = points.evaluations
    let rows = evaluations.states.indices
    let taken = Set(columns.dropFirst().map(\.name))
    func column(_ remark: RecordReader.Remark, _ values: Table.Values) -> Table.Column {
      Table.Column(RecordReader.name(of: remark, beside: taken), values)
    }
    // A partial evaluation has a reason even where it could be judged.
    let reasons = rows.map { scores.failure(at: $0)?.reason ?? evaluations.failures[$0]?.reason ?? "" }
    var all = [column(.row, .integers(points.rows))] + columns.dropFirst()
    all.append(column(.state, .texts(scores.status.map { "\($0)" })))
    all.append(column(.reason, .texts(reasons)))
    guard isExport else { return all }
    all.append(column(.status, .texts(evaluations.states.map { "\($0)" })))
    if evaluations.seconds.contains(where: { $0 > 0 }) {
      all.append(column(.seconds, .numbers(evaluations.seconds)))
    }
    guard !evaluations.failures.isEmpty else { return all }
    let failures = rows.map { evaluations.failures[$0] }
    all.append(column(.failure, .texts(failures.map { $0?.kind.rawValue ?? "" })))
    all.append(column(.attempts, .numbers(failures.map { $0.map { Double($0.attempts) } ?? .nan })))
    all.append(column(.error, .texts(failures.map { $0?.errorTail ?? "" })))
    return all
  }

  private static func yesNo(_ value: Double) -> String { value.isNaN ? "" : value == 1 ? "yes" : "no" }

  static func column(_ parameter: Parameter, _ values: [Double]) -> Table.Column {
    if let labels = parameter.labels {
      return Table.Column(
        parameter.name, unit: parameter.unit, .texts(values.map { $0.isNaN ? "" : labels[Int($0)] }))
    }
    if parameter.isInteger && values.allSatisfy({ !$0.isNaN && $0 == $0.rounded() && abs($0) < 1e15 }) {
      return Table.Column(parameter.name, unit: parameter.unit, .integers(values.map { Int($0) }))
    }
    return Table.Column(parameter.name, unit: parameter.unit, .numbers(values))
  }

  private func outputColumns(_ evaluations: Evaluations) -> [Table.Column] {
    campaign.problem.simulators.flatMap { simulator in
      simulator.outputs.flatMap { output in
        let base = "\(simulator.name).\(output.name)"
        let names = output.count.map { count in (1...count).map { "\(base)[\($0)]" } } ?? [base]
        return names.compactMap { name in
          evaluations.column(name).map { Table.Column(name, unit: output.unit, .numbers($0)) }
        }
      }
    }
  }

  private func derivedColumns(_ evaluations: Evaluations) throws -> [Table.Column] {
    try environment.derivedNames.filter {
      $0 != "ans" && $0 != "out" && environment.isColumns(environment[$0]!.value)
    }.flatMap { name -> [Table.Column] in
      let (formula, columns) = environment.columns(environment[name]!.value, named: name)
      guard formula.inputs.allSatisfy({ evaluations.column($0) != nil }) else { return [] }
      let values = try formula.evaluate(on: evaluations)
      return zip(columns, values).map { Table.Column($0.name, unit: $0.value.unit, .numbers($1)) }
    }
  }

  // MARK: Columns over points

  /// The values of formulas at points, with a label and unit for each.
  func columns(_ items: [(value: Value, text: String, span: Span)], over evaluations: Evaluations) throws
    -> [PlottedColumn]
  {
    try items.flatMap { item -> [PlottedColumn] in
      let (formula, columns) = environment.columns(item.value, named: item.text)
      let values = try formula.evaluate(on: evaluations)
      return zip(columns, values).map { column, values in
        PlottedColumn(
          name: column.name, unit: column.value.unit, values: values,
          labels: labels(of: column.value), isLog: isLog(item.text))
      }
    }
  }

  /// What the values of a column stand for where they are no numbers.
  private func labels(of value: Value) -> [String]? {
    let kind = environment.tracer.kind(of: value)
    return kind == .truth ? ["no", "yes"] : kind?.labels
  }

  private func isLog(_ name: String) -> Bool {
    guard let parameter = campaign.problem.space.parameters.first(where: { $0.name == name }),
      case .real(_, _, .log) = parameter.domain
    else { return false }
    return true
  }

  struct PlottedColumn {
    let name: String
    let unit: String?
    let values: [Double]
    let labels: [String]?
    let isLog: Bool

    var tableColumn: Table.Column {
      labels.map { labels in
        Table.Column(name, unit: unit, .texts(values.map { $0.isNaN ? "" : labels[Int($0)] }))
      } ?? Table.Column(name, unit: unit, .numbers(values))
    }
    var axis: Figure.Axis { Figure.Axis(name, unit: unit, isLog: isLog, categories: labels) }
  }

  /// The archive as points.
  func archivePoints(_ title: String, _ keep: (Evaluations.State) -> Bool = { _ in true }) -> Points {
    let rows = campaign.archive.states.indices.filter { keep(campaign.archive.states[$0]) }
    return Points(title: title, evaluations: campaign.archive.subset(rows), rows: rows.map { $0 + 1 })
  }

  /// The points of an `of=` option, or all evaluated ones.
  func points(_ arguments: Arguments, _ name: String = "of") -> Points {
    arguments.points(name).map(answered) ?? archivePoints("archive") { $0 != .pending }
  }

  /// Points that were pending when they were bound, such as those of a trace, with what the archive knows of them by now.
  func answered(_ points: Points) -> Points {
    let archive = campaign.archive
    var evaluations = points.evaluations
    let pending = evaluations.states.indices.filter { evaluations.states[$0] == .pending }
    guard !pending.isEmpty, evaluations.parameterNames == archive.parameterNames,
      evaluations.outputNames == archive.outputNames
    else { return points }
    var places: [[UInt64]: Int] = [:]
    for row in 0..<archive.count where archive.states[row] != .pending {
      places[archive.parameterValues(row).map(\.bitPattern)] = row
    }
    var rows = points.rows
    for row in pending {
      guard let place = places[evaluations.parameterValues(row).map(\.bitPattern)] else { continue }
      evaluations.set(
        row, state: archive.states[place], outputs: archive.outputValues(place),
        seconds: archive.seconds[place], failure: archive.failures[place])
      rows[row] = place + 1
    }
    let isKnown = !evaluations.states.contains(.pending)
    let title = isKnown ? points.title.replacingOccurrences(of: Points.predicted, with: "") : points.title
    var result = points
    (result.title, result.evaluations, result.rows) = (title, evaluations, rows)
    return result
  }

  /// Points that satisfy a `where` condition.
  func filtered(_ points: Points, _ condition: Value?) throws -> Points {
    guard let condition else { return points }
    let (formula, _) = environment.columns(condition, named: "where")
    let holds = try formula.evaluate(on: points.evaluations)[0]
    let rows = holds.indices.filter { holds[$0] == 1 }
    return points.keeping(rows)
  }

  /// Sorted by a formula, ascending, missing values last; at most `count` of them.
  func sorted(_ points: Points, by column: Value?, top count: Int?) throws -> Points {
    var rows = Array(points.rows.indices)
    if let column {
      let (formula, _) = environment.columns(column, named: "by")
      let keys = try formula.evaluate(on: points.evaluations)[0]
      let places = { (row: Int) in keys[row].isNaN ? Double.infinity : keys[row] }
      rows.sort { (places($0), $0) < (places($1), $1) }
    }
    return points.keeping(Array(rows.prefix(count ?? rows.count)))
  }
}

/// Numbers as people read them.
enum Format {
  /// Up to 10 significant digits, for single results at the prompt.
  static func number(_ value: Double) -> String {
    guard value.isFinite, value != value.rounded() || abs(value) >= 1e15 else { return Number.text(value) }
    let short = String(format: "%.10g", value)
    return Number.text(Double(short) ?? value)
  }

  static func percent(_ share: Double) -> String { String(format: "%.3g %%", 100 * share) }

  /// 4 significant digits.
  static func short(_ value: Double) -> String { String(format: "%.4g", value) }

  static func shortList(_ values: [Double]) -> String {
    "[\(values.map(short).joined(separator: ", "))]"
  }
}
