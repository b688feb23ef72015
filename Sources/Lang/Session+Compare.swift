import Foundation
import Optim

extension Session {
  func compare(_ arguments: Arguments) throws -> Value {
    let patterns = (arguments.items["studies"] ?? []).compactMap { item -> (text: String, span: Span)? in
      if case .value(.text(let text), let expression) = item { (text, expression.span) } else { nil }
    }
    let objectives = campaign.problem.objectives
    guard objectives.count > 1 else {
      throw SessionError(
        "'compare' measures fronts, which need at least two objectives; this problem has one")
    }
    var reference = arguments.numbers("reference")
    if let given = reference {
      guard given.count == objectives.count, given.allSatisfy(\.isFinite) else {
        throw SessionError(
          "reference: expected \(objectives.count) numbers, one per objective, found \(Value.list(given).text)"
        )
      }
      reference = inUserSense(given)
    }
    let groups = try patterns.map { pattern in
      (
        name: pattern.text,
        runs: try runs(pattern.text, at: pattern.span, limit: arguments.integer("evaluations"))
      )
    }
    guard let comparison = FrontComparison(groups, reference: reference, seed: campaign.seed) else {
      throw SessionError("none of these studies has a feasible point of this problem")
    }
    let title =
      "reference point \(Format.shortList(inUserSense(comparison.reference))), joint front of \(comparison.joint[0].count) points"
    let table =
      arguments.flag("each") ? eachTable(comparison, title) : groupTable(comparison, title)
    return .report(Report([table], [attainmentFigure(comparison)]))
  }

  /// The studies that a pattern stands for, judged by the present problem.
  private func runs(_ pattern: String, at span: Span, limit: Int?) throws -> [FrontComparison.Run] {
    let file = pattern.hasSuffix(".study") ? pattern : pattern + ".study"
    let paths = Study.paths(matching: place(file))
    if paths.isEmpty { throw Diagnostic(.runtime("no study matches \"\(file)\""), at: span) }
    return try paths.map { path in
      do {
        return try run(path, limit)
      } catch let error as SessionError {
        throw error
      } catch {
        throw Diagnostic(.runtime("\(error)"), at: span)
      }
    }
  }

  private func run(_ path: String, _ limit: Int?) throws -> FrontComparison.Run {
    // Two connections to one file in one process would drop each other's locks.
    let isOwn = campaign.study.path.map { Self.standardized($0) == Self.standardized(path) } ?? false
    let study = isOwn ? campaign.study : try Study(path: path, access: .read)
    defer { if !isOwn { try? study.close() } }
    let stored = try campaign.storedEvaluations(in: study)
    let inside = campaign.problem.space.contained(stored.parameters)
    let rows = inside.indices.filter { inside[$0] }
    guard !rows.isEmpty else {
      let contents = try study.contents()
      let held = contents.isEmpty ? "it is empty" : "it holds \(contents.joined(separator: "; "))"
      let simulators = campaign.problem.simulators.map { "'\($0.name)'" }
      let wanted = simulators.isEmpty ? "formulas" : simulators.joined(separator: " and ")
      let outside = stored.isEmpty ? "" : " inside the present ranges of the parameters"
      throw SessionError(
        "\(path) has no evaluations of this problem\(outside): expected \(wanted) over \(campaign.problem.space.names.joined(separator: ", ")), found: \(held)"
      )
    }
    let evaluations = stored.subset(Array(rows.prefix(limit ?? rows.count)))
    let name = path.hasPrefix(directory + "/") ? String(path.dropFirst(directory.count + 1)) : path
    return FrontComparison.Run(
      name: name, scores: try Scores(problem: campaign.problem, evaluations: evaluations))
  }

  private static func standardized(_ path: String) -> String { URL(fileURLWithPath: path).standardized.path }

  // MARK: Tables

  /// A row per group: medians, and quartiles where there are several studies.
  private func groupTable(_ comparison: FrontComparison, _ title: String) -> Table {
    let groups = comparison.groups
    let median = { (values: [[Double]]) in Table.Values.numbers(values.map { quantile($0, 0.5) }) }
    let volumes = comparison.measures.map { $0.map(\.hypervolume.value) }
    let distances = comparison.measures.map { $0.map(\.igdPlus) }
    let hasSeveral = groups.contains { $0.runs.count > 1 }
    var columns = [
      Table.Column("studies", .texts(groups.map(\.name))),
      Table.Column("n", .integers(groups.map(\.runs.count))),
      Table.Column("evaluations", median(groups.map { $0.runs.map { Double($0.evaluations) } })),
      Table.Column(
        "feasible",
        .fractions(groups.map { quantile($0.runs.map { Double($0.feasible) / Double($0.evaluations) }, 0.5) })
      ),
      Table.Column("front", median(groups.map { $0.runs.map { Double($0.frontCount) } })),
    ]
    func add(_ name: String, _ values: [[Double]]) {
      columns.append(Table.Column(name, median(values)))
      guard hasSeveral else { return }
      columns.append(Table.Column("25%", .numbers(values.map { quantile($0, 0.25) })))
      columns.append(Table.Column("75%", .numbers(values.map { quantile($0, 0.75) })))
    }
    add("hypervolume", volumes)
    addErrors(comparison.measures.map { $0.map(\.hypervolume.error).max() ?? 0 }, &columns)
    add("IGD+", distances)
    columns.append(Table.Column("epsilon", median(comparison.measures.map { $0.map(\.epsilon) })))
    return Table(title: (hasSeveral ? "medians and quartiles; " : "") + title, columns)
  }

  private func eachTable(_ comparison: FrontComparison, _ title: String) -> Table {
    let runs = comparison.groups.flatMap(\.runs)
    let measures = comparison.measures.flatMap { $0 }
    var columns = [
      Table.Column("study", .texts(runs.map(\.name))),
      Table.Column("evaluations", .integers(runs.map(\.evaluations))),
      Table.Column("feasible", .fractions(runs.map { Double($0.feasible) / Double($0.evaluations) })),
      Table.Column("front", .integers(runs.map(\.frontCount))),
      Table.Column("hypervolume", .numbers(measures.map(\.hypervolume.value))),
    ]
    addErrors(measures.map(\.hypervolume.error), &columns)
    columns += [
      Table.Column("IGD+", .numbers(measures.map(\.igdPlus))),
      Table.Column("epsilon", .numbers(measures.map(\.epsilon))),
    ]
    return Table(title: title, columns)
  }

  /// Where hypervolumes are estimates, the column says so.
  private func addErrors(_ errors: [Double], _ columns: inout [Table.Column]) {
    if errors.contains(where: { $0 > 0 }) { columns.append(Table.Column("± (estimate)", .numbers(errors))) }
  }

  // MARK: Figure

  /// Two or three objectives: the median attainment surface of each group. More: the hypervolumes.
  private func attainmentFigure(_ comparison: FrontComparison) -> Figure {
    let objectives = campaign.problem.objectives
    guard objectives.count <= 3 else {
      let bars = zip(comparison.groups, comparison.measures).map { group, measures in
        Figure.Bar(group.name, quantile(measures.map(\.hypervolume.value), 0.5))
      }
      return Figure(title: "median hypervolume", kind: .bars(bars, unit: nil))
    }
    let roles: [Figure.Role] = [.front, .selected, .feasible, .reference, .plain]
    let isPlane = objectives.count == 2
    let series = comparison.groups.enumerated().map { g, group in
      let surface = Attainment(group.runs.map(\.front)).median
      let points = (isPlane ? Self.stairs(surface) : transposed(surface)).map(inUserSense)
      return Figure.Series(
        group.name, role: roles[g % roles.count],
        points: objectives.indices.map { j in points.map { $0[j] } }, isLine: isPlane)
    }
    let isSingle = comparison.groups.allSatisfy { $0.runs.count == 1 }
    return Figure(
      title: isSingle ? "feasible fronts" : "median attainment", kind: isPlane ? .plane : .matrix,
      axes: objectives.map { Figure.Axis($0.name, unit: $0.unit) }, series: series,
      caption: isSingle ? nil : "what half of the studies of a group reach")
  }

  /// The corners of a staircase through points of the plane, first objective ascending.
  private static func stairs(_ surface: [[Double]]) -> [[Double]] {
    let points = transposed(surface)
    var corners = Array(points.prefix(1))
    for (before, next) in zip(points, points.dropFirst()) { corners += [[next[0], before[1]], next] }
    return corners
  }
}
