import Optim

/// The tables of the manual, generated from the tables that the program itself uses.
public enum Manual {
  /// Tables by page of docs/.
  public static let pages: [(file: String, sections: [(name: String, text: String)])] = [
    (
      "language.md",
      [
        ("declarations", declarations), ("verbs", verbs), ("functions", functions), ("settings", settings),
        ("algorithms", algorithms),
      ]
    ), ("problems.md", [("benchmarks", benchmarks)]),
    ("stopping.md", [("stopping", conditions(.search))]),
    ("sampling.md", [("samplers", samplers), ("until", conditions(.sample))]),
  ]

  private static func table(_ header: [String], _ rows: [[String]]) -> String {
    let line = { (cells: [String]) in
      "| " + cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }.joined(separator: " | ")
        + " |"
    }
    return ([line(header), line(header.map { _ in "---" })] + rows.map(line)).joined(separator: "\n")
  }

  private static var declarations: String {
    table(
      ["word", "form", "does"], Words.declarations.map { ["`\($0.word)`", "`\($0.usage)`", $0.summary] })
  }

  private static var verbs: String {
    Verb.all.map { verb in
      var lines = ["### `\(verb.name)`", "", sentence(verb.summary), "", "    \(verb.usage)"]
      var rows = verb.arguments.map { [$0.name, kind($0.kind), $0.isRequired ? "required" : "", $0.summary] }
      rows += verb.options.map {
        ["`\($0.name)=`", kind($0.kind), $0.standard.map { "`\($0)`" } ?? "", $0.summary]
      }
      if let condition = verb.condition { rows.append(["`where`", "condition", "", condition]) }
      if let destination = verb.destination { rows.append(["`to`", "text", "", destination]) }
      if !rows.isEmpty { lines += ["", table(["argument", "takes", "default", "meaning"], rows)] }
      return lines.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private static func kind(_ kind: Verb.Kind) -> String {
    switch kind {
    case .choice(let words): words.map { "`\($0)`" }.joined(separator: " ")
    case .integer(let range):
      range.upperBound >= 1_000_000_000
        ? "whole number from \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "\(Number.text(range.lowerBound)) to \(Number.text(range.upperBound))"
    case .numbers: "list of numbers"
    case .text: "text"
    case .wordOrText(let words): words.map { "`\($0)`" }.joined(separator: " ") + " or text"
    case .duration: "duration"
    case .flag: "`true` `false`"
    case .stopping: "condition"
    case .column: "formula"
    case .points: "points"
    case .model(let words):
      (Surrogates.all.map(\.name) + words).map { "`\($0)`" }.joined(separator: " ") + " or a model"
    case .anything: "points, table or formulas"
    case .topic: "word"
    case .constraint: "name of a constraint"
    }
  }

  private static var functions: String {
    table(
      ["function", "value", "example"],
      Function.all.map { ["`\($0.usage)`", $0.summary, "`\($0.example.text)` is `\($0.example.value)`"] })
  }

  private static var settings: String {
    table(
      ["setting", "takes", "default", "meaning"],
      SimulatorSetting.all.map { ["`\($0.name)`", "`\($0.values)`", $0.standard, $0.summary] })
  }

  private static var samplers: String {
    table(["method", "points"], Samplers.all.map { ["`\($0.name)`", $0.documentation] })
  }

  private static var algorithms: String {
    table(["algorithm", "what it is"], Algorithms.all.map { ["`\($0.name)`", $0.documentation] })
  }

  private static func conditions(_ use: StoppingWord.Use) -> String {
    table(["condition", "holds when"], StoppingWord.of(use).map { ["`\($0.usage)`", $0.summary] })
  }

  private static var benchmarks: String {
    table(
      ["problem", "what", "parameters", "objectives", "constraints", "reference point", "source"],
      BenchmarkProblem.all.map {
        [
          "`\($0.name)`", $0.summary, "\($0.counts.parameters)" + ($0.hasDimension ? ", `dim=`" : ""),
          "\($0.counts.objectives)" + ($0.hasObjectives ? ", `objectives=`" : ""),
          "\($0.counts.constraints)", $0.referenceText, $0.source,
        ]
      })
  }
}
