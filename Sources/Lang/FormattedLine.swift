/// A line of a program in the standard layout.
struct FormattedLine {
  /// A place that lines one below the other may share.
  struct Column {
    let kind: String
    /// The piece that stands there.
    let piece: Int
    /// The writer has put more than one blank before it.
    let isLinedUp: Bool
  }

  /// Levels of indentation, two blanks each.
  var depth = 0
  /// What the line consists of, each with the blank before it.
  private(set) var pieces: [String] = []
  var comment: String?
  /// From left to right.
  var columns: [Column] = []
  /// The writer has put more than two blanks before the comment.
  var isCommentLinedUp = false

  /// Its end opens a block, behind which no line is blank.
  var opensBlock = false

  var isBlank: Bool { pieces.isEmpty && comment == nil }

  mutating func add(_ text: String, isSpaced: Bool) {
    pieces.append((isSpaced && !pieces.isEmpty ? " " : "") + text)
  }

  private var indent: String { String(repeating: "  ", count: depth) }
  private func width(before piece: Int) -> Int {
    (indent + pieces.prefix(piece).joined()).count
  }

  static func text(_ lines: [FormattedLine]) -> String {
    var lines = lines[...]
    while let last = lines.last, last.isBlank { lines.removeLast() }
    var result = Array(lines.drop { $0.isBlank })
    lineUpColumns(&result)
    let texts = withComments(result)
    return texts.joined(separator: "\n") + (texts.isEmpty ? "" : "\n")
  }

  /// Runs of lines with the same column are lined up where the writer has lined up any of them; the left columns first.
  private static func lineUpColumns(_ lines: inout [FormattedLine]) {
    for order in 0..<(lines.map(\.columns.count).max() ?? 0) {
      let column = { (line: FormattedLine) in order < line.columns.count ? line.columns[order] : nil }
      let runs = runs(lines) { a, b in
        column(a) != nil && column(a)?.kind == column(b)?.kind && a.depth == b.depth
      }
      for run in runs where run.contains(where: { column(lines[$0])?.isLinedUp ?? false }) {
        let places = run.compactMap { row in column(lines[row]).map { (row: row, piece: $0.piece) } }
        let widths = places.map { lines[$0.row].width(before: $0.piece) }
        for (place, width) in zip(places, widths) {
          let padding = String(repeating: " ", count: widths.max()! - width)
          lines[place.row].pieces[place.piece] = padding + lines[place.row].pieces[place.piece]
        }
      }
    }
  }

  /// Two blanks before a comment behind a statement, or more where comments below one another are lined up.
  private static func withComments(_ lines: [FormattedLine]) -> [String] {
    let codes = lines.map { $0.isBlank ? "" : $0.indent + $0.pieces.joined() }
    var result = codes
    let hasBoth = { (line: FormattedLine) in line.comment != nil && !line.pieces.isEmpty }
    for run in runs(lines, where: { hasBoth($0) && hasBoth($1) }) {
      for row in run {
        guard let comment = lines[row].comment else { continue }
        guard hasBoth(lines[row]) else {
          result[row] = lines[row].indent + comment
          continue
        }
        let isLinedUp = run.contains { lines[$0].isCommentLinedUp }
        let widest = isLinedUp ? run.map { codes[$0].count }.max()! : codes[row].count
        result[row] += String(repeating: " ", count: widest - codes[row].count + 2) + comment
      }
    }
    return result
  }

  /// The longest runs of neighbours that belong together.
  private static func runs(_ lines: [FormattedLine], where belong: (FormattedLine, FormattedLine) -> Bool)
    -> [Range<Int>]
  {
    var result: [Range<Int>] = []
    for row in lines.indices {
      if let last = result.last, row > 0, belong(lines[row - 1], lines[row]) {
        result[result.count - 1] = last.lowerBound..<row + 1
      } else {
        result.append(row..<row + 1)
      }
    }
    return result
  }
}
