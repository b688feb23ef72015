/// Compares an answer with the outputs that a simulator declares.
struct AnswerCheck {
  let simulator: Simulator

  /// The outcome of an answer: its numbers in the order of `Simulator.columns`.
  func outcome(_ fields: [String: JSON]) throws(Complaint) -> Answer.Outcome {
    if let reason = reason("error", fields) {
      throw Complaint(.reported, "\(simulator.name) reports: \(reason)")
    }
    let stopped = reason("stopped", fields)
    var row: [Double] = []
    for output in simulator.outputs {
      let count = output.count ?? 1
      // A simulator that stopped early has no value for what it did not reach, or null.
      if stopped != nil, fields[output.name] == nil || fields[output.name] == .null {
        row += Array(repeating: .nan, count: count)
        continue
      }
      guard let value = fields[output.name] else { throw missing(output, fields) }
      try append(value, output, to: &row, partial: stopped != nil)
    }
    if let stopped { return .partial(row, stopped: stopped) }
    return .done(row)
  }

  /// The reason given under a reserved name, unless an output has that name.
  private func reason(_ key: String, _ fields: [String: JSON]) -> String? {
    guard let value = fields[key], !simulator.outputs.contains(where: { $0.name == key }) else { return nil }
    switch value {
    case .null, .bool(false), .string(""): return nil
    case .bool(true): return key == "error" ? "an error without a reason" : "stopped"
    default: return value.plain
    }
  }

  /// Names in the answer that are neither declared nor reserved.
  func undeclared(_ fields: [String: JSON]) -> [String] {
    fields.keys.filter { key in
      key != "error" && key != "stopped" && !simulator.outputs.contains { $0.name == key }
    }
  }

  private func missing(_ output: Simulator.Output, _ fields: [String: JSON]) -> Complaint {
    let found = fields.keys.sorted().map { "'\($0)'" }
    let rest =
      found.isEmpty ? "nothing" : found.prefix(5).joined(separator: ", ") + (found.count > 5 ? ", ..." : "")
    return Complaint(.output, "\(simulator.name) did not return '\(output.name)'; it returned \(rest)")
  }

  private func append(_ value: JSON, _ output: Simulator.Output, to row: inout [Double], partial: Bool)
    throws(Complaint)
  {
    guard let count = output.count else {
      row.append(try number(value, output, output.name, partial))
      return
    }
    guard case .list(let elements) = value else {
      throw Complaint(
        .output,
        "\(simulator.name) returned \(describe(value)) for '\(output.name)'; expected a list of \(count)")
    }
    guard elements.count == count else {
      throw Complaint(
        .output,
        "\(simulator.name) returned \(elements.count) value\(elements.count == 1 ? "" : "s") for "
          + "'\(output.name)'; expected \(count)"
      )
    }
    for (index, element) in elements.enumerated() {
      row.append(try number(element, output, "\(output.name)[\(index + 1)]", partial))
    }
  }

  private func number(_ value: JSON, _ output: Simulator.Output, _ name: String, _ partial: Bool)
    throws(Complaint) -> Double
  {
    switch (value, output.kind) {
    case (.null, _) where partial: return .nan
    case (.number(let number), _) where partial && number.isNaN: return .nan
    case (.null, _): throw notFinite(value, name)
    case (.number(let number), _) where !number.isFinite: throw notFinite(value, name)
    case (.number(let number), .number): return number
    case (.number(let number), .integer) where Int64(exactly: number) != nil: return number
    // Languages whose booleans are numbers (C, Fortran, numpy) write 0 and 1.
    case (.number(let number), .boolean) where number == 0 || number == 1: return number
    case (.bool(let truth), .boolean): return truth ? 1 : 0
    default:
      let expected: String
      switch output.kind {
      case .number: expected = "a number"
      case .integer: expected = "a whole number"
      case .boolean: expected = "true or false"
      }
      throw Complaint(
        .output, "\(simulator.name) returned \(describe(value)) for '\(name)'; expected \(expected)")
    }
  }

  private func notFinite(_ value: JSON, _ name: String) -> Complaint {
    Complaint(.notFinite, "\(simulator.name) returned \(describe(value)) for '\(name)'")
  }

  private func describe(_ value: JSON) -> String {
    switch value {
    case .string(let text): "the text '\(text.prefix(40))'"
    case .list(let elements): "a list of \(elements.count)"
    case .object: "an object"
    default: value.text
    }
  }
}
