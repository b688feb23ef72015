import Optim

/// What a simulator runs, and what starts it on several ranks.
extension Declarations {
  func command(_ expression: Expression, isShell: Bool) throws -> [String] {
    let words = try words(expression, isShell: isShell, commandText)
    if words.isEmpty {
      throw Diagnostic(.missingSetting("run", example: "run = \"./cell.py\""), at: expression.span)
    }
    return words
  }

  func launcher(_ expression: Expression) throws -> [String] {
    let words = try words(expression, isShell: false, launcherText)
    if words.isEmpty {
      throw Diagnostic(
        .missingSetting("launcher", example: "launcher = \"mpirun -n {ranks}\""), at: expression.span)
    }
    return words
  }

  /// A command's words: a text split at blanks, or a list that keeps those inside its words.
  private func words(
    _ expression: Expression, isShell: Bool, _ text: ([StringPart], Span) throws -> String
  ) throws -> [String] {
    switch expression.kind {
    case .string(let parts):
      let text = try text(parts, expression.span)
      return isShell ? [text] : text.split(whereSeparator: \.isWhitespace).map(String.init)
    case .list(let items):
      return try items.map { item in
        guard case .string(let parts) = item.kind else {
          throw Diagnostic(.wrongKind(expected: "a text", found: "'\(item.span.text)'"), at: item.span)
        }
        return try text(parts, item.span)
      }
    default:
      throw Diagnostic(
        .wrongKind(expected: "a program in quotes, or a list of texts", found: "'\(expression.span.text)'"),
        at: expression.span)
    }
  }

  /// `{name}` of a parameter stays for the simulator run; any other name is replaced now.
  private func commandText(_ parts: [StringPart], _ span: Span) throws -> String {
    try parts.map { part in
      switch part {
      case .text(let text): return text
      case .name(let name):
        let base = String(name.prefix { $0 != "[" })
        if case .parameter? = interpreter.environment[base]?.role { return "{\(name)}" }
        return try interpreter.interpolate([part], at: span)
      }
    }.joined()
  }

  /// `{ranks}` stays for the simulator run; the launcher is the same for all points, so any other name is a constant.
  private func launcherText(_ parts: [StringPart], _ span: Span) throws -> String {
    try parts.map { part in
      if case .name("ranks") = part { return "{ranks}" }
      return try interpreter.interpolate([part], at: span)
    }.joined()
  }

  /// The number of ranks and the command that starts them belong together.
  func requireLauncher(_ simulator: Simulator, _ settings: [String: SimulatorDeclaration.Setting]) throws {
    guard let setting = settings["launcher"] else {
      guard let ranks = settings["ranks"] else { return }
      throw Diagnostic(
        .settingConflict(
          "'ranks' needs the command that starts them, such as launcher = \"mpirun -n {ranks}\""),
        at: ranks.name.span)
    }
    if simulator.ranks == nil {
      throw Diagnostic(
        .settingConflict("'launcher' needs the number of ranks it starts, such as ranks = 4"),
        at: setting.name.span)
    }
    if !simulator.launcher.contains(where: { $0.contains("{ranks}") }) {
      throw Diagnostic(
        .settingConflict("the launcher does not say how many ranks: expected {ranks} in it"),
        at: setting.value.span)
    }
  }
}
