extension Expression {
  /// Names this expression refers to, functions it calls included.
  var names: Set<String> {
    var found: Set<String> = []
    collectNames(into: &found)
    return found
  }

  private func collectNames(into found: inout Set<String>) {
    switch kind {
    case .number, .duration, .percent, .bool: break
    case .string(let parts):
      for case .name(let name) in parts { found.insert(String(name.prefix { $0 != "[" })) }
    case .name(let name): found.insert(name)
    case .list(let items), .set(let items): for item in items { item.collectNames(into: &found) }
    case .map(let entries): for entry in entries { entry.value.collectNames(into: &found) }
    case .range(let a, let b), .binary(_, let a, let b), .index(let a, let b):
      a.collectNames(into: &found)
      b.collectNames(into: &found)
    case .unary(_, let a), .tagged(_, let a), .member(let a, _): a.collectNames(into: &found)
    case .comparison(let first, let links, let tolerance):
      first.collectNames(into: &found)
      for link in links { link.right.collectNames(into: &found) }
      tolerance?.collectNames(into: &found)
    case .conditional(let a, let b, let c): for part in [a, b, c] { part.collectNames(into: &found) }
    case .call(let name, let arguments):
      found.insert(name.text)
      for argument in arguments { argument.collectNames(into: &found) }
    case .verb(let call):
      for argument in call.arguments { argument.collectNames(into: &found) }
      for option in call.options { option.value.collectNames(into: &found) }
      call.condition?.collectNames(into: &found)
    }
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
