import Foundation
import Lang

/// Pieces of a page as text. All of it is well-formed XML as well, so that any reader can check it.
enum HTML {
  /// Text between tags or inside quotes. Line ends stay; other control characters are made visible.
  static func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.last == "\r" ? line.dropLast() : line).replacing("\t", with: "    ").withVisibleControls
        .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;")
    }.joined(separator: "\n")
  }

  static func element(_ name: String, _ attributes: String = "", _ content: String) -> String {
    "<\(name)\(attributes.isEmpty ? "" : " " + attributes)>\(content)</\(name)>"
  }

  /// Program text in colour.
  static func code(_ span: Span) -> String {
    SyntaxClass.pieces(of: span).map { piece in
      let text = escaped(piece.text)
      return piece.kind == .plain ? text : "<span class=\"\(piece.kind.rawValue)\">\(text)</span>"
    }.joined()
  }
}
