import Testing

@testable import REPL

/// Expected pages are what CommonMark 0.31 says of the same text, apart from line ends between elements.
struct MarkdownTests {
  private static func plain(_ html: String) -> String { html.replacing("\n", with: "") }

  @Test(arguments: [
    ("# A *b*", "<h1>A <em>b</em></h1>"), ("###### x ##", "<h6>x</h6>"), ("####### x", "<p>####### x</p>"),
    ("#x", "<p>#x</p>"), ("---", "<hr />"), ("* * *", "<hr />"), ("a\nb\n\nc", "<p>ab</p><p>c</p>"),
    ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
    ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
    ("- a\n  - b\n- c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
    ("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"),
    ("1. a\n2. b\n   - c", "<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>"),
    ("1) a\nlazy", "<ol><li>alazy</li></ol>"),
    ("in 2\n3. no list", "<p>in 23. no list</p>"), ("- a\n* b", "<ul><li>a</li></ul><ul><li>b</li></ul>"),
    ("- a\n\n      code", "<ul><li><p>a</p><pre><code>code</code></pre></li></ul>"),
    ("> a\nb\n> - c", "<blockquote><p>ab</p><ul><li>c</li></ul></blockquote>"),
    ("```\n<a> *b*\n```\nc", "<pre><code>&lt;a&gt; *b*</code></pre><p>c</p>"),
    ("~~~~ text\n~~~\n~~~~", "<pre><code>~~~</code></pre>"), ("```\nopen", "<pre><code>open</code></pre>"),
    ("    code\n\n    more", "<pre><code>codemore</code></pre>"),
  ]) func blocks(text: String, html: String) { #expect(Self.plain(Markdown.html(text)) == html) }

  @Test(arguments: [
    ("*a* _b_ **c** __d__", "<em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong>"),
    ("***a***", "<em><strong>a</strong></em>"), ("**a *b* c**", "<strong>a <em>b</em> c</strong>"),
    ("*a **b***", "<em>a <strong>b</strong></em>"),
    ("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"),
    ("\\*a\\* \\q", "*a* \\q"), ("`a *b*` ``c`d``", "<code>a *b*</code> <code>c`d</code>"),
    ("`open *a*", "`open <em>a</em>"), ("*a `*` b*", "<em>a <code>*</code> b</em>"),
    ("[a *b*](c.html \"t\")", "<a href=\"c.html\" title=\"t\">a <em>b</em></a>"),
    ("[a](<b c>)", "<a href=\"b%20c\">a</a>"), ("[a] (b)", "[a] (b)"),
    ("<https://x.org/?a&b>", "<a href=\"https://x.org/?a&amp;b\">https://x.org/?a&amp;b</a>"),
    ("a  \nb\\\nc", "a<br />\nb<br />\nc"), ("a < b & \"c\"", "a &lt; b &amp; &quot;c&quot;"),
    ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"), ("f(x)\\_i ** y", "f(x)_i ** y"),
  ]) func inline(text: String, html: String) { #expect(Markdown.inline(text) == html) }

  @Test func tables() {
    let text = "| a | b |\n|:--|--:|\n| 1 | `x \\| y` |\n| 2 |\n\nafter"
    #expect(
      Self.plain(Markdown.html(text))
        == "<div class=\"wide\"><table><thead><tr><th>a</th><th style=\"text-align:right\">b</th></tr></thead>"
        + "<tbody><tr><td>1</td><td style=\"text-align:right\"><code>x | y</code></td></tr>"
        + "<tr><td>2</td><td style=\"text-align:right\"></td></tr></tbody></table></div><p>after</p>")
    #expect(Markdown.html("a | b\nno rule") == "<p>a | b\nno rule</p>")
  }

  /// Nothing that a page would fetch or run by itself.
  @Test(arguments: [
    "[a](javascript:alert(1))", "[a](JaVaScRiPt:x)", "[a](data:text/html,x)", "<javascript:x>",
    "[a](vbscript:x)", "[a](<java\u{1}script:x>)",
  ]) func unsafeAddressesAreText(text: String) {
    #expect(!Markdown.html(text).contains("<a "))
  }

  @Test func picturesAreLinks() {
    #expect(Markdown.inline("![alt](p.png)") == "<a href=\"p.png\">alt</a>")
  }

  /// Text that is nested or repeated without end takes neither the stack nor minutes.
  @Test(arguments: ["> ", "- ", "[", "*a ", "`", "**", "_", "(", "![", "<"])
  func hostileText(piece: String) {
    #expect(!Markdown.html(String(repeating: piece, count: 500)).isEmpty)
  }

  @Test func theFirstHeadingIsTheTitle() {
    #expect(Markdown.title(of: "text\n## two\n# One *x*\n# other") == "One *x*")
    #expect(Markdown.title(of: "## two") == nil)
  }
}
