import Foundation

extension Markdown {
  /// Code, emphasis, links, line breaks and escapes of a paragraph.
  static func inline(_ text: String) -> String { Inline(Array(text)).html(depth: 0) }

  private struct Inline {
    private let text: [Character]

    init(_ text: [Character]) { self.text = text }

    /// Emphasis within emphasis is followed so far.
    private static let maximumDepth = 20

    func html(depth: Int) -> String {
      var html = ""
      var plain = ""
      var place = 0
      func take(_ piece: (html: String, end: Int)) {
        html += HTML.escaped(plain) + piece.html
        plain = ""
        place = piece.end
      }
      while place < text.count {
        if let piece = breakOrEscape(place, &plain) {
          take(piece)
        } else if let piece = code(place) {
          take(piece)
        } else if let piece = automaticLink(place) ?? link(place, depth) {
          take(piece)
        } else if depth < Self.maximumDepth, let piece = emphasis(place, depth) {
          take(piece)
        } else {
          // A run of backticks or stars that opens nothing is text as a whole.
          let character = text[place]
          repeat {
            plain.append(text[place])
            place += 1
          } while "`*_".contains(character) && place < text.count && text[place] == character
        }
      }
      return html + HTML.escaped(plain)
    }

    private func inner(_ range: Range<Int>, _ depth: Int) -> String {
      Inline(Array(text[range])).html(depth: depth + 1)
    }

    private func isSpace(_ place: Int) -> Bool { !text.indices.contains(place) || text[place].isWhitespace }
    private func isWord(_ place: Int) -> Bool {
      text.indices.contains(place) && (text[place].isLetter || text[place].isNumber)
    }
    private func run(_ place: Int) -> Int { text[place...].prefix { $0 == text[place] }.count }

    /// A backslash before punctuation takes its meaning away; before a line end it is a line break, as two spaces are.
    private func breakOrEscape(_ place: Int, _ plain: inout String) -> (html: String, end: Int)? {
      if text[place] == "\n" {
        guard plain.hasSuffix("  ") else { return nil }
        while plain.last == " " { plain.removeLast() }
        return ("<br />\n", place + 1)
      }
      guard text[place] == "\\", place + 1 < text.count else { return nil }
      let next = text[place + 1]
      if next == "\n" { return ("<br />\n", place + 2) }
      guard next.isASCII, next.isPunctuation || next.isSymbol else { return nil }
      return (HTML.escaped(String(next)), place + 2)
    }

    private func code(_ place: Int) -> (html: String, end: Int)? {
      guard text[place] == "`" else { return nil }
      let length = run(place)
      var end = place + length
      while end < text.count {
        guard text[end] == "`" else {
          end += 1
          continue
        }
        let closing = run(end)
        if closing == length {
          var content = String(text[(place + length)..<end]).replacing("\n", with: " ")
          if content.hasPrefix(" "), content.hasSuffix(" "), !content.allSatisfy({ $0 == " " }) {
            content = String(content.dropFirst().dropLast())
          }
          return ("<code>\(HTML.escaped(content))</code>", end + closing)
        }
        end += closing
      }
      return nil
    }

    // MARK: Links

    private func automaticLink(_ place: Int) -> (html: String, end: Int)? {
      guard text[place] == "<", let end = text[place...].firstIndex(of: ">") else { return nil }
      let address = String(text[(place + 1)..<end])
      guard address.contains(":"), !address.contains(where: \.isWhitespace), Self.isSafe(address) else {
        return nil
      }
      return ("<a href=\"\(HTML.escaped(address))\">\(HTML.escaped(address))</a>", end + 1)
    }

    /// `[text](address "title")`. A picture, `![text](address)`, becomes a link to it: the page fetches nothing.
    private func link(_ place: Int, _ depth: Int) -> (html: String, end: Int)? {
      let isPicture = text[place] == "!" && place + 1 < text.count && text[place + 1] == "["
      let open = isPicture ? place + 1 : place
      guard text[open] == "[", depth < Self.maximumDepth, let close = closing(open, "[", "]"),
        close + 1 < text.count, text[close + 1] == "(", let end = closing(close + 1, "(", ")")
      else { return nil }
      let target = String(text[(close + 2)..<end]).trimmingCharacters(in: .whitespacesAndNewlines)
      guard let match = target.wholeMatch(of: /(?:<([^<>\n]*)>|(\S*))(?:\s+["'](.*)["'])?/) else {
        return nil
      }
      let address = String(match.output.1 ?? match.output.2 ?? "").replacing(" ", with: "%20")
      guard Self.isSafe(address) else { return nil }
      let title = match.output.3.map { " title=\"\(HTML.escaped(String($0)))\"" } ?? ""
      let shown = inner((open + 1)..<close, depth)
      return ("<a href=\"\(HTML.escaped(address))\"\(title)>\(shown)</a>", end + 1)
    }

    private func closing(_ place: Int, _ open: Character, _ close: Character) -> Int? {
      var level = 0
      var at = place
      while at < text.count {
        if text[at] == "\\" {
          at += 1
        } else if text[at] == open {
          level += 1
        } else if text[at] == close {
          level -= 1
          if level == 0 { return at }
        }
        at += 1
      }
      return nil
    }

    /// Addresses of pages, files and mail; what runs a program is shown as text.
    private static func isSafe(_ address: String) -> Bool {
      guard let match = address.prefixMatch(of: /\s*([A-Za-z][A-Za-z0-9+.\-]*):/) else {
        return !address.unicodeScalars.contains { $0.properties.generalCategory == .control }
      }
      return ["http", "https", "mailto"].contains(match.output.1.lowercased())
    }

    // MARK: Emphasis

    /// `*a*` and `_a_` are emphasised, `**a**` strongly; `_` inside a word, as in a name, is none.
    private func emphasis(_ place: Int, _ depth: Int) -> (html: String, end: Int)? {
      let sign = text[place]
      guard sign == "*" || sign == "_" else { return nil }
      let length = run(place)
      guard length <= 3, !isSpace(place + length), sign == "*" || !isWord(place - 1) else { return nil }
      var at = place + length
      while at < text.count {
        if text[at] == "\\" {
          at += 2
        } else if let (_, end) = code(at) {
          at = end
        } else if text[at] == sign {
          let closing = run(at)
          let canClose = !isSpace(at - 1) && (sign == "*" || !isWord(at + closing))
          if canClose, closing == length || (closing == 3 && length < 3) {
            // Of three signs that close, the others belong to what is emphasised inside.
            let end = closing == length ? at : at + closing - length
            let content = inner((place + length)..<end, depth)
            let html = [1: "em", 2: "strong"][length].map { HTML.element($0, "", content) }
            return (html ?? "<em><strong>\(content)</strong></em>", end + length)
          }
          at += closing
        } else {
          at += 1
        }
      }
      return nil
    }
  }
}
