import Optim

extension Verb {
  static let scriptVerbs: [Verb] = [
    Verb(
      "run",
      "run a script, or some of its cells, as if it stood here; scripts named in it are relative to it",
      arguments: [.required("file", .text, "\"file.dmo\"")],
      options: [
        Option("cell", .integer(1...1_000_000), nil, "this cell alone; 'cells' shows the numbers"),
        Option("from", .integer(1...1_000_000), nil, "this cell and all behind it"),
      ], example: "run \"space.dmo\"", keywords: ["include", "script", "execute", "cell", "notebook"]
    ) { try $0.runFile($1) },
    Verb(
      "cells", "the cells of a script with their numbers; without a file, of the script that was run last",
      arguments: [.optional("file", .text, "\"file.dmo\"")], result: .unknown(.table),
      example: "cells \"space.dmo\"", keywords: ["notebook", "script", "section", "list"]
    ) { try $0.cells($1) },
  ]
}

extension Session {
  func checkRun(_ arguments: Arguments, _ interpreter: Interpreter) throws {
    guard interpreter.isChecking, arguments.text("file") != nil else { return }
    if arguments.has("cell"), arguments.has("from") {
      throw Diagnostic(
        .settingConflict("'cell=' runs one cell and 'from=' that one and all behind it: give one of them"),
        at: arguments.span(of: "from"))
    }
    // A number that is computed when the line runs is checked then.
    for name in ["cell", "from"] where arguments.has(name) && arguments.integer(name) == nil { return }
    let (script, place) = try parsed(arguments)
    let chosen = try chosen(script, arguments)
    includes.append(place)
    defer { includes.removeLast() }
    do {
      try interpreter.run(chosen.statements)
    } catch let diagnostic as Diagnostic {
      throw Self.withEarlierCell(diagnostic, script, arguments)
    }
  }

  func runFile(_ arguments: Arguments) throws -> Value {
    let (script, place) = try parsed(arguments)
    let chosen = try chosen(script, arguments)
    lastScript = place
    includes.append(place)
    defer { includes.removeLast() }
    try execute(chosen)
    return .nothing
  }

  /// The statements that `cell=` or `from=` asks for, or all.
  private func chosen(_ script: Script, _ arguments: Arguments) throws -> Script {
    guard let name = ["cell", "from"].first(where: arguments.has), let number = arguments.integer(name)
    else { return script }
    let cells = script.cells
    let count = cells.compactMap(\.number).count
    guard number <= count, let first = cells.firstIndex(where: { $0.number == number }) else {
      let path = arguments.text("file")!
      let expected =
        count == 0
        ? "a script with program text in it" : count == 1 ? "1, its only cell" : "a cell from 1 to \(count)"
      throw Diagnostic(
        .valueRange("'\(name)=' for \"\(path)\"", expected: expected, found: "\(number)"),
        at: arguments.span(of: name), help: ["cells \"\(path)\" lists them"])
    }
    return script.part(name == "cell" ? [cells[first]] : Array(cells[first...]))
  }

  /// Says where a name is declared that an earlier cell would have brought.
  private static func withEarlierCell(_ diagnostic: Diagnostic, _ script: Script, _ arguments: Arguments)
    -> Diagnostic
  {
    guard arguments.has("cell") || arguments.has("from"), case .unknownName(let name, _) = diagnostic.fault,
      diagnostic.span.source === script.source,
      let cell = script.cells.first(where: { cell in
        script.part(cell).statements.contains { $0.declared.contains { $0.text == name } }
      }), let number = cell.number, let path = arguments.text("file")
    else { return diagnostic }
    return Diagnostic(
      .unknownName(name, hint: nil), at: diagnostic.span, marks: diagnostic.marks,
      help: ["cell \(number) declares it: run \"\(path)\" cell=\(number)"])
  }

  private func parsed(_ arguments: Arguments) throws -> (script: Script, place: String) {
    let path = arguments.text("file")!
    let place = included(path, from: arguments.span)
    let span = arguments.span(of: "file")
    guard !includes.contains(place) else { throw Diagnostic(.includeCycle(path), at: span) }
    return (try Parser.parseWhole(try source(place, span)), place)
  }

  private func source(_ place: String, _ span: Span) throws -> Source {
    do {
      return try Source.file(place, bytes: try host.read(place))
    } catch let error as Diagnostic {
      throw error
    } catch {
      throw Diagnostic(.missingFile("\(error)"), at: span)
    }
  }

  func cells(_ arguments: Arguments) throws -> Value {
    let named = arguments.text("file").map { included($0, from: arguments.span) }
    guard let place = named ?? lastScript else {
      throw Diagnostic(
        .missingArgument("file", of: "cells"), at: arguments.call.name.span,
        help: ["no script was run in this session; say which one: cells \"file.dmo\""])
    }
    let source = try source(place, named == nil ? arguments.call.name.span : arguments.span(of: "file"))
    let cells = Cell.cells(of: source)
    return .table(
      Table(
        title: "cells of \(place)",
        [
          Table.Column("cell", .texts(cells.map(\.label))),
          Table.Column("line", .integers(cells.map(\.line))),
          Table.Column("title", .texts(cells.map(\.caption))),
        ]))
  }
}

extension Cell {
  /// Its number, or that it is text.
  ///
  /// Never inlined: the optimiser of Swift 6.3.1 ends with an ownership error where it is.
  @inline(never) fileprivate var label: String {
    switch kind {
    case .code(let number): return String(number)
    case .text: return "text"
    }
  }

  /// Its title or, without one, how it begins.
  var caption: String {
    if !title.isEmpty { return title }
    switch kind {
    case .text(let text):
      let line = text.split(separator: "\n").first { !$0.allSatisfy(\.isWhitespace) } ?? ""
      return String(line.drop { $0 == "#" || $0 == " " })
    case .code: return String(code.text.split(separator: "\n").first ?? "")
    }
  }
}
