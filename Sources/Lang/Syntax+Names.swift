extension Expression {
  /// Names this expression refers to, functions it calls included.
  var names: Set<String> {
    var found: Set<String> = []
    collectNames(into: &found)
    return found
  }

  private func collectNames(into found: inout Set<String>) {
    switch kind {
    case .string(let parts):
      for case .name(let name) in parts { found.insert(String(name.prefix { $0 != "[" })) }
    case .name(let name): found.insert(name)
    case .call(let name, _): found.insert(name.text)
    default: break
    }
    for child in kind.children { child.collectNames(into: &found) }
  }
}

extension Statement {
  /// Names that the statement refers to.
  var names: Set<String> {
    switch kind {
    case .binding(_, let value), .expression(let value): value.names
    case .conditional(let condition, let yes, let no): condition.names.union((yes + (no ?? [])).names)
    case .loop(_, let list, let body): list.names.union(body.names)
    case .repetition(let condition, let body): condition.names.union(body.names)
    case .giveBack(let value): value?.names ?? []
    default: []
    }
  }
}

extension Statement {
  /// Names that it declares, those in blocks included.
  var declared: [Name] {
    switch kind {
    case .argument(let name, _), .constant(let name, _), .binding(let name, _), .constraint(let name, _):
      [name]
    case .parameter(let parameter): [parameter.name]
    case .function(let function): [function.name]
    case .simulator(let simulator): [simulator.name]
    case .objective(let objective): [objective.name]
    case .conditional(_, let yes, let no): (yes + (no ?? [])).flatMap(\.declared)
    case .loop(_, _, let body), .repetition(_, let body): body.flatMap(\.declared)
    default: []
    }
  }
}

extension [Statement] {
  var names: Set<String> { reduce(into: []) { $0.formUnion($1.names) } }
}

extension FunctionDeclaration {
  /// Names the body refers to, its own arguments aside.
  var names: Set<String> {
    let all =
      switch body {
      case .expression(let expression): expression.names
      case .block(let statements): statements.names
      }
    return all.subtracting(parameters.map(\.text))
  }
}
