import Foundation
import Optim

extension Declarations {
  func declareSimulator(_ declaration: SimulatorDeclaration) throws {
    let name = declaration.name
    try claim(name, .simulator(declaration))
    var simulator = Simulator(name: name.text, command: [], directory: name.span.source.directory)
    var settings: [String: SimulatorDeclaration.Setting] = [:]
    for item in declaration.items {
      switch item {
      case .output(let output): simulator.outputs.append(try self.output(output, after: simulator.outputs))
      case .setting(let setting):
        if settings.updateValue(setting, forKey: setting.name.text) != nil {
          throw Diagnostic(.duplicateName(setting.name.text, what: "setting"), at: setting.name.span)
        }
      }
    }
    // `shell` first: it decides how `run` is read.
    for name in ["shell"] + settings.keys.sorted().filter({ $0 != "shell" }) {
      if let setting = settings[name] { try apply(setting, to: &simulator) }
    }
    try requireComplete(simulator, declaration, settings)
    interpreter.environment.simulators[name.text] = simulator
    try bind(Binding(name, .simulator(declaration), value(of: simulator)))
  }

  /// A simulator's name stands for its outputs.
  private func value(of simulator: Simulator) -> Value {
    .map(
      simulator.outputs.map { output in
        let kind: Symbolic.Kind = output.kind == .boolean ? .truth : .number
        let scalar = { (column: String) in
          Value.symbolic(
            Symbolic(
              term: self.interpreter.environment.tracer.graph.input(column), kind: kind, unit: output.unit))
        }
        let base = "\(simulator.name).\(output.name)"
        guard let count = output.count else { return (output.name, scalar(base)) }
        return (output.name, .list((1...count).map { scalar("\(base)[\($0)]") }))
      })
  }

  private func output(_ output: SimulatorDeclaration.Output, after earlier: [Simulator.Output]) throws
    -> Simulator.Output
  {
    if earlier.contains(where: { $0.name == output.name.text }) {
      throw Diagnostic(.duplicateName(output.name.text, what: "output"), at: output.name.span)
    }
    let kinds: [String: Simulator.Output.Kind] = ["int": .integer, "bool": .boolean]
    if let kind = output.kind, kinds[kind.text] == nil {
      throw Diagnostic(
        .unknownChoice(
          kind.text, what: "kind of output", choices: ["int", "bool"],
          hint: "a number needs no word; a unit is written in quotes"), at: kind.span)
    }
    return Simulator.Output(
      name: output.name.text, count: try count(output.count, "output"),
      kind: output.kind.flatMap { kinds[$0.text] } ?? .number, unit: output.unit)
  }

  private func requireComplete(
    _ simulator: Simulator, _ declaration: SimulatorDeclaration,
    _ settings: [String: SimulatorDeclaration.Setting]
  ) throws {
    let at = declaration.name.span
    if simulator.command.isEmpty {
      throw Diagnostic(.missingSetting("run", example: "run = \"./cell.py\""), at: at)
    }
    if simulator.outputs.isEmpty {
      throw Diagnostic(.missingSetting("output", example: "output rate \"Hz\""), at: at)
    }
    if simulator.input == .template && simulator.templates.isEmpty {
      throw Diagnostic(
        .missingSetting("template", example: "template = {\"cell.in.tpl\": \"cell.in\"}"), at: at)
    }
    if simulator.input != .template, let template = settings["template"] {
      throw Diagnostic(.settingConflict("'template' needs input = template"), at: template.name.span)
    }
    if simulator.mode == .persistent {
      if simulator.input != .json, let input = settings["input"] {
        throw Diagnostic(.settingConflict("mode = persistent needs input = json"), at: input.name.span)
      }
      if simulator.reading != .json, let read = settings["read"] {
        throw Diagnostic(.settingConflict("mode = persistent needs read = json"), at: read.name.span)
      }
    } else if let recycle = settings["recycle"] {
      throw Diagnostic(.settingConflict("'recycle' needs mode = persistent"), at: recycle.name.span)
    }
    try requireLauncher(simulator, settings)
    if case .regex(let patterns) = simulator.reading, let read = settings["read"] {
      for output in simulator.outputs where patterns[output.name] == nil {
        throw Diagnostic(
          .missingSetting(
            "pattern of '\(output.name)'", example: "read = regex {\(output.name): \"...(.*)\"}"),
          at: read.name.span)
      }
    }
  }

  // MARK: Settings

  private func apply(_ setting: SimulatorDeclaration.Setting, to simulator: inout Simulator) throws {
    let value = setting.value
    switch setting.name.text {
    case "run": simulator.command = try command(value, isShell: simulator.shell)
    case "shell": simulator.shell = try interpreter.truth(try interpreter.evaluate(value), value)
    case "mode": simulator.mode = try choice(value, "mode")
    case "input": simulator.input = try choice(value, "input")
    case "template":
      simulator.templates = try texts(value).map {
        Simulator.TemplateFile(template: $0.key, result: $0.value)
      }
    case "send": simulator.send = try constants(value)
    case "read": simulator.reading = try reading(value)
    case "timeout": simulator.timeLimit = try timeLimit(value)
    case "retries": simulator.retries = try number(value, 0...1000, "retries")
    case "on_failure": simulator.onFailure = try choice(value, "on_failure")
    case "env":
      simulator.environment = Dictionary(uniqueKeysWithValues: try texts(value).map { ($0.key, $0.value) })
    case "keep": simulator.keep = try choice(value, "keep")
    case "recycle": simulator.recycle = try number(value, 1...1_000_000_000, "recycle")
    case "version": simulator.version = try number(value, 0...1_000_000_000, "version")
    case "memory": simulator.memory = try size(value, atLeast: 1_000_000, "memory")
    case "output_limit": simulator.outputLimit = try size(value, atLeast: 1000, "output_limit")
    case "launcher": simulator.launcher = try launcher(value)
    case "ranks": simulator.ranks = try number(value, 1...1_000_000, "ranks")
    default:
      let near = Suggestion.nearest(to: setting.name.text, among: SimulatorSetting.names)
      throw Diagnostic(
        .unknownSetting(
          setting.name.text, known: SimulatorSetting.names, hint: near.map { "did you mean '\($0)'?" }),
        at: setting.name.span)
    }
  }

  private func number(_ expression: Expression, _ range: ClosedRange<Int>, _ what: String) throws -> Int {
    let value = try interpreter.whole(try interpreter.evaluate(expression), expression.span)
    guard range.contains(value) else {
      throw Diagnostic(
        .valueRange(what, expected: "a whole number of at least \(range.lowerBound)", found: "\(value)"),
        at: expression.span)
    }
    return value
  }

  /// Bytes.
  private func size(_ expression: Expression, atLeast least: Int, _ what: String) throws -> Int {
    let value = try interpreter.evaluate(expression)
    guard case .number(let bytes) = value, bytes >= Double(least), bytes <= 0x1p60 else {
      throw Diagnostic(
        .valueRange(
          what, expected: "a size such as 500 MB or 4 GB, at least \(ByteCount.text(least))",
          found: "'\(expression.span.text)'"), at: expression.span)
    }
    return Int(bytes)
  }

  private func choice<T: RawRepresentable & CaseIterable>(_ expression: Expression, _ what: String) throws
    -> T
  where T.RawValue == String {
    let choices = T.allCases.map(\.rawValue)
    var word = expression.span.text
    if case .name(let name) = expression.kind { word = name }
    if case .string(let parts) = expression.kind {
      word = try interpreter.interpolate(parts, at: expression.span)
    }
    guard let result = T(rawValue: word) else {
      let near = Suggestion.nearest(to: word, among: choices)
      throw Diagnostic(
        .unknownChoice(
          word, what: "value of '\(what)'", choices: choices, hint: near.map { "did you mean '\($0)'?" }),
        at: expression.span)
    }
    return result
  }

  private func timeLimit(_ expression: Expression) throws -> Simulator.TimeLimit {
    let value = try interpreter.evaluate(expression)
    switch value {
    case .duration(let seconds) where seconds > 0: return .seconds(seconds)
    case .text(let text):
      if text.hasSuffix("x"), let factor = Double(text.dropLast()), factor >= 1, factor.isFinite {
        return .timesMedian(factor)
      }
    default: break
    }
    throw Diagnostic(
      .wrongKind(
        expected: "a duration such as 90s, or \"5x\" for five times the median",
        found: "'\(expression.span.text)'"),
      at: expression.span)
  }

  private func texts(_ expression: Expression) throws -> [(key: String, value: String)] {
    guard case .map(let entries) = try interpreter.evaluate(expression) else {
      throw Diagnostic(
        .wrongKind(expected: "a map such as {a: \"b\"}", found: "'\(expression.span.text)'"),
        at: expression.span)
    }
    return try entries.map { key, value in
      switch value {
      case .text, .number, .bool: return (key, value.text)
      default:
        throw Diagnostic(.wrongKind(expected: "a text", found: value.kindName), at: expression.span)
      }
    }
  }

  private func constants(_ expression: Expression) throws -> [String: JSON] {
    let value = try interpreter.evaluate(expression)
    guard case .map = value else {
      throw Diagnostic(
        .wrongKind(expected: "a map such as {steps: [1, 2]}", found: value.kindName), at: expression.span)
    }
    guard case .object(let constants)? = value.json else {
      throw Diagnostic(
        .wrongKind(expected: "constants", found: "a value that depends on parameters"), at: expression.span)
    }
    return constants
  }

  private func reading(_ expression: Expression) throws -> Simulator.Reading {
    switch expression.kind {
    case .name("json"): return .json
    case .tagged(let word, let detail) where word.text == "regex": return .regex(try patterns(detail))
    case .tagged(let word, let detail) where word.text == "json" || word.text == "csv":
      guard case .text(let path) = try interpreter.evaluate(detail) else { break }
      return word.text == "json" ? .jsonFile(path) : .csvFile(path)
    default: break
    }
    throw Diagnostic(
      .unknownChoice(
        expression.span.text, what: "value of 'read'",
        choices: ["json", "json \"file\"", "csv \"file\"", "regex {output: \"pattern\"}"], hint: nil),
      at: expression.span)
  }

  private func patterns(_ expression: Expression) throws -> [String: String] {
    var patterns: [String: String] = [:]
    for (name, pattern) in try texts(expression) {
      guard let compiled = try? NSRegularExpression(pattern: pattern) else {
        throw Diagnostic(.badPattern(pattern, reason: "it is not a regular expression"), at: expression.span)
      }
      guard compiled.numberOfCaptureGroups >= 1 else {
        throw Diagnostic(
          .badPattern(pattern, reason: "it has no group (...) around the value"), at: expression.span)
      }
      patterns[name] = pattern
    }
    return patterns
  }
}
