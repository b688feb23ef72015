import Optim

/// The forms in which a table can be written.
enum TableFormat: String, CaseIterable, Sendable {
  case box, plain, csv, tsv, json, jsonl, markdown, latex, line

  /// Formats for people round, name units, cut what does not fit and say so; formats for machines carry
  /// every row and column with all digits under their bare names.
  var isForMachines: Bool {
    switch self {
    case .csv, .tsv, .json, .jsonl: true
    case .box, .plain, .markdown, .latex, .line: false
    }
  }

  /// One line for `help` and completion.
  var summary: String {
    switch self {
    case .box: "columns under a rule, for the terminal"
    case .plain: "columns without rules"
    case .csv: "comma-separated values"
    case .tsv: "tab-separated values"
    case .json: "one JSON array of objects"
    case .jsonl: "one JSON object per line"
    case .markdown: "Markdown table"
    case .latex: "LaTeX tabular (booktabs)"
    case .line: "one value per line"
    }
  }
}

/// The room and the means a table is drawn with.
struct TableLayout: Sendable, Equatable {
  /// Columns of the terminal; nil cuts nothing.
  var width: Int?
  /// Rows shown at most; nil shows all.
  var rowLimit: Int?
  var unicode = true
  var color = false
  /// What shows the rest, as named in the note below a table that was cut.
  var remedy = "'table all' shows everything"

  /// Everything, without colour: for files.
  static let unlimited = TableLayout()
}

extension TableLayout {
  /// For standard output: on a terminal cut to its width and, unless `all`, to its height.
  init(_ terminal: Terminal, all: Bool = false) {
    let size = terminal.size()
    let isCut = terminal.isTTY(.output) && !all
    self.init(
      width: isCut ? size.columns : nil, rowLimit: isCut ? max(10, size.rows - 6) : nil,
      unicode: terminal.usesUnicode, color: terminal.usesColor())
  }
}

/// The table as text that ends in a newline. Machine formats ignore the layout: they are never cut.
func render(_ table: Table, format: TableFormat, layout: TableLayout = .unlimited) -> String {
  switch format {
  case .box: TableView(table, layout).columns(isRuled: true)
  case .plain: TableView(table, layout).columns(isRuled: false)
  case .markdown: TableView(table, layout).markdown()
  case .latex: TableView(table, layout).latex()
  case .line: TableView(table, layout).lines()
  case .csv: MachineTable(table).csv()
  case .tsv: MachineTable(table).tsv()
  case .json: MachineTable(table).json()
  case .jsonl: MachineTable(table).jsonl()
  }
}

/// A table for programs: bare names, all digits, every row.
struct MachineTable {
  private let table: Table

  init(_ table: Table) { self.table = table }

  /// Quoted as in RFC 4180, with line feeds between records.
  func csv() -> String {
    let isSingle = table.columns.count == 1
    return records { field in
      // A single empty field would be an empty line, which readers skip.
      if field.isEmpty && isSingle { return "\"\"" }
      let special = field.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
      let isPadded = field.first == " " || field.last == " "
      return special || isPadded ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }.joined(separator: ",")
  }

  /// Tabs, line ends and backslashes inside a field are written as `\t`, `\n`, `\r` and `\\`.
  func tsv() -> String {
    records { field in
      field.replacing("\\", with: "\\\\").replacing("\t", with: "\\t")
        .replacing("\n", with: "\\n").replacing("\r", with: "\\r")
    }.joined(separator: "\t")
  }

  func json() -> String {
    let objects = jsonObjects()
    return objects.isEmpty ? "[]\n" : "[\n  " + objects.joined(separator: ",\n  ") + "\n]\n"
  }

  func jsonl() -> String { jsonObjects().map { $0 + "\n" }.joined() }

  private struct Records {
    let fields: [[String]]
    func joined(separator: String) -> String {
      fields.map { $0.joined(separator: separator) + "\n" }.joined()
    }
  }

  private func records(_ escape: (String) -> String) -> Records {
    let columns = table.columns.map { texts($0.values) }
    let rows = (0..<table.rowCount).map { row in columns.map { escape($0[row]) } }
    return Records(fields: table.columns.isEmpty ? [] : [table.columns.map { escape($0.name) }] + rows)
  }

  private func texts(_ values: Table.Values) -> [String] {
    switch values {
    case .numbers(let v), .fractions(let v): v.map(NumberText.exact)
    case .integers(let v): v.map(String.init)
    case .texts(let v): v
    case .flags(let v): v.map { $0 ? "true" : "false" }
    }
  }

  private func jsonObjects() -> [String] {
    let columns = table.columns.map { (key: Self.quoted($0.name), values: jsonValues($0.values)) }
    return (0..<table.rowCount).map { row in
      "{" + columns.map { "\($0.key): \($0.values[row])" }.joined(separator: ", ") + "}"
    }
  }

  /// JSON knows no NaN and no infinity: both are null.
  private func jsonValues(_ values: Table.Values) -> [String] {
    switch values {
    case .numbers(let v), .fractions(let v): v.map { $0.isFinite ? NumberText.exact($0) : "null" }
    case .texts(let v): v.map(Self.quoted)
    case .integers, .flags: texts(values)
    }
  }

  /// A JSON string.
  static func quoted(_ text: String) -> String {
    var escaped = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": escaped += "\\\""
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\r": escaped += "\\r"
      case "\t": escaped += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped + "\""
  }
}
