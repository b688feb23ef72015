import Foundation
import Lang

/// Markdown as HTML: the part of CommonMark 0.31 that notes in a script need, and the tables of GitHub.
///
/// Headings (`#`), paragraphs, nested lists, block quotes, fenced and indented code, rules, tables; inside of them what
/// `Markdown.inline` knows. HTML is shown as it is written, never passed on, and nothing that a page would fetch comes out.
enum Markdown {
  static func html(_ text: String) -> String {
    blocks(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), depth: 0)
  }

  /// The text of the first heading of the first level.
  static func title(of text: String) -> String? {
    text.split(separator: "\n").lazy.compactMap { heading(String($0)) }.first { $0.level == 1 }?.text
  }

  private static let maximumDepth = 20

  private static func blocks(_ lines: [String], depth: Int, isTight: Bool = false) -> String {
    var html: [String] = []
    var rest = lines[...]
    while let line = rest.first {
      if isBlank(line) {
        rest.removeFirst()
      } else if let fence = Fence(line) {
        html.append(fence.take(&rest))
      } else if indentation(line) >= 4 {
        html.append(indentedCode(&rest))
      } else if let (level, text) = heading(line) {
        html.append("<h\(level)>\(inline(text))</h\(level)>")
        rest.removeFirst()
      } else if isRule(line) {
        html.append("<hr />")
        rest.removeFirst()
      } else if depth < maximumDepth, let quoted = quotation(&rest) {
        html.append("<blockquote>\n\(blocks(quoted, depth: depth + 1))\n</blockquote>")
      } else if depth < maximumDepth, let marker = ListMarker(line) {
        html.append(list(marker, &rest, depth: depth))
      } else if let table = table(&rest) {
        html.append(table)
      } else {
        let text = inline(paragraph(&rest))
        html.append(isTight ? text : "<p>\(text)</p>")
      }
    }
    return html.joined(separator: "\n")
  }

  static func isBlank(_ line: String) -> Bool { line.allSatisfy(\.isWhitespace) }
  static func indentation(_ line: String) -> Int { line.prefix { $0 == " " }.count }

  private static func heading(_ line: String) -> (level: Int, text: String)? {
    guard let match = line.wholeMatch(of: /[ ]{0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*/) else {
      return nil
    }
    return (match.output.1.count, String(match.output.2 ?? ""))
  }

  private static func isRule(_ line: String) -> Bool {
    line.wholeMatch(of: /[ ]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})/) != nil
  }

  // MARK: Code

  private struct Fence {
    let indent: Int
    let sign: String
    let language: String

    init?(_ line: String) {
      guard let match = line.wholeMatch(of: /( {0,3})(`{3,}|~{3,})[ \t]*([^`\s]*)[^`]*/) else { return nil }
      (indent, sign) = (match.output.1.count, String(match.output.2))
      language = String(match.output.3)
    }

    /// To the closing fence or, without one, to the end.
    func take(_ rest: inout ArraySlice<String>) -> String {
      rest.removeFirst()
      var code: [String] = []
      while let line = rest.popFirst() {
        let text = line.drop { $0 == " " }
        if text.hasPrefix(sign), text.allSatisfy({ $0 == sign.first || $0 == " " }) { break }
        code.append(String(line.dropFirst(min(indent, Markdown.indentation(line)))))
      }
      let text = code.joined(separator: "\n")
      guard language == "dmo" else { return "<pre><code>\(HTML.escaped(text))</code></pre>" }
      let source = Source(name: "", text: text)
      return "<pre class=\"code\"><code>\(HTML.code(Span(source, 0..<source.count)))</code></pre>"
    }
  }

  private static func indentedCode(_ rest: inout ArraySlice<String>) -> String {
    var code: [String] = []
    while let line = rest.first, isBlank(line) || indentation(line) >= 4 {
      code.append(String(line.dropFirst(4)))
      rest.removeFirst()
    }
    while code.last.map(isBlank) == true { code.removeLast() }
    return "<pre><code>\(HTML.escaped(code.joined(separator: "\n")))</code></pre>"
  }

  // MARK: Paragraphs and quotations

  private static func startsBlock(_ line: String) -> Bool {
    if isBlank(line) || Fence(line) != nil || heading(line) != nil || isRule(line) { return true }
    let text = line.drop { $0 == " " }
    if text.hasPrefix(">") { return true }
    // A number at the start of a line of prose is no list unless it is 1.
    return ListMarker(line).map { !$0.isEmpty && ($0.start == nil || $0.start == 1) } ?? false
  }

  private static func paragraph(_ rest: inout ArraySlice<String>) -> String {
    var lines = [rest.removeFirst()]
    while let line = rest.first, !startsBlock(line) {
      lines.append(line)
      rest.removeFirst()
    }
    // Two spaces at the end of a line are a line break and stay.
    let text = lines.map { String($0.drop { $0 == " " }) }.joined(separator: "\n")
    return text.trimmingCharacters(in: .whitespaces)
  }

  private static func quotation(_ rest: inout ArraySlice<String>) -> [String]? {
    func unquoted(_ line: String) -> String? {
      line.prefixMatch(of: /[ ]{0,3}> ?/).map { String(line[$0.range.upperBound...]) }
    }
    guard let line = rest.first, unquoted(line) != nil else { return nil }
    var lines: [String] = []
    while let line = rest.first {
      if let text = unquoted(line) {
        lines.append(text)
      } else if let last = lines.last, !isBlank(last), !startsBlock(line) {
        lines.append(line)
      } else {
        break
      }
      rest.removeFirst()
    }
    return lines
  }

  // MARK: Lists

  private struct ListMarker {
    /// Columns in front of the text of the item.
    let width: Int
    /// The sign, or the one behind the number: what all items of a list have in common.
    let sign: Character
    let start: Int?
    let isEmpty: Bool

    init?(_ line: String) {
      guard let match = line.prefixMatch(of: /( {0,3})([-*+]|([0-9]{1,9})([.)]))( +|$)/),
        !Markdown.isRule(line)
      else { return nil }
      let spaces = match.output.5.count
      let marker = match.output.1.count + match.output.2.count
      isEmpty = Markdown.isBlank(String(line.dropFirst(marker)))
      // Five spaces are one and code.
      width = marker + (isEmpty || spaces > 4 ? 1 : spaces)
      sign = match.output.2.last!
      start = match.output.3.flatMap { Int($0) }
    }
  }

  private static func list(_ first: ListMarker, _ rest: inout ArraySlice<String>, depth: Int) -> String {
    var items: [[String]] = []
    var isLoose = false
    while let line = rest.first, let marker = ListMarker(line), marker.sign == first.sign {
      if items.last?.last.map(isBlank) == true { isLoose = true }
      var item = [String(line.dropFirst(marker.width))]
      rest.removeFirst()
      while let line = rest.first {
        if isBlank(line) {
          item.append("")
        } else if indentation(line) >= marker.width {
          item.append(String(line.dropFirst(marker.width)))
        } else if !isBlank(item.last!), !startsBlock(line), ListMarker(line) == nil {
          item.append(line)
        } else {
          break
        }
        rest.removeFirst()
      }
      items.append(item)
    }
    if items.contains(where: hasGap) { isLoose = true }
    let html = items.map { "<li>\(blocks($0, depth: depth + 1, isTight: !isLoose))</li>" }
    let name = first.start == nil ? "ul" : "ol"
    let start = first.start.flatMap { $0 == 1 ? nil : " start=\"\($0)\"" } ?? ""
    return "<\(name)\(start)>\n\(html.joined(separator: "\n"))\n</\(name)>"
  }

  /// Whether a blank line parts blocks of an item itself, not of a list or of code inside of it.
  private static func hasGap(_ item: [String]) -> Bool {
    var hasList = false
    var isFenced = false
    var isAfterBlank = false
    for line in item {
      if Fence(line) != nil { isFenced.toggle() }
      if isBlank(line) {
        isAfterBlank = !isFenced
        continue
      }
      if isAfterBlank && !(hasList && indentation(line) >= 2) { return true }
      isAfterBlank = false
      if ListMarker(line) != nil { hasList = true }
    }
    return false
  }

  // MARK: Tables

  private static func table(_ rest: inout ArraySlice<String>) -> String? {
    guard rest.count >= 2, rest.first!.contains("|") else { return nil }
    let header = cells(rest.first!)
    let rule = cells(rest[rest.startIndex + 1])
    guard header.count == rule.count, rule.allSatisfy({ $0.wholeMatch(of: /:?-+:?/) != nil }) else {
      return nil
    }
    rest.removeFirst(2)
    let styles = rule.map { rule -> String in
      rule.hasSuffix(":")
        ? " style=\"text-align:\(rule.hasPrefix(":") ? "center" : "right")\"" : ""
    }
    func row(_ texts: [String], _ name: String) -> String {
      let padded =
        texts.prefix(header.count) + Array(repeating: "", count: max(0, header.count - texts.count))
      return "<tr>" + zip(padded, styles).map { "<\(name)\($1)>\(inline($0))</\(name)>" }.joined() + "</tr>"
    }
    var rows: [String] = []
    while let line = rest.first, line.contains("|"), !isBlank(line) {
      rows.append(row(cells(line), "td"))
      rest.removeFirst()
    }
    return "<div class=\"wide\"><table>\n<thead>\(row(header, "th"))</thead>\n<tbody>"
      + rows.joined(separator: "\n") + "</tbody>\n</table></div>"
  }

  /// The cells of `| a | b \| c |`.
  private static func cells(_ line: String) -> [String] {
    var cells = [""]
    var isEscaped = false
    for character in line.trimmingCharacters(in: .whitespaces) {
      if character == "|" && !isEscaped {
        cells.append("")
      } else {
        if character == "|" { cells[cells.count - 1].removeLast() }
        cells[cells.count - 1].append(character)
      }
      isEscaped = character == "\\" && !isEscaped
    }
    if cells.first == "" { cells.removeFirst() }
    if cells.last.map(isBlank) == true { cells.removeLast() }
    return cells.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
