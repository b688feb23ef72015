import Optim

extension EditorGrammar {
  /// Token by token with nested brackets: enough for colours, folding and selecting, and text that is half written still reads.
  static var treeSitterGrammar: String {
    let g = groups
    func choice(_ words: [String]) -> String {
      "choice(" + words.map { "'\($0)'" }.joined(separator: ", ") + ")"
    }
    return #"""
      // Grammar of dmo for tree-sitter, made by 'dmo editor tree-sitter'.
      module.exports = grammar({
        name: 'dmo',
        extras: $ => [/[ \t\r\n]/, $.comment],
        word: $ => $.identifier,
        rules: {
          source_file: $ => repeat($._item),
          _item: $ => choice(
            $.declaration_word, $.control_word, $.verb, $.clause_word, $.operator_word, $.boolean,
            $.function_call, $.option, $.member, $.identifier, $.number, $.range_start, $.string, $.operator,
            $.parenthesized, $.list, $.braced, $.separator),
          comment: _ => token(seq('#', /[^\n]*/)),
          declaration_word: _ => \#(choice(g.declarations)),
          control_word: _ => \#(choice(g.control)),
          operator_word: _ => \#(choice(g.wordOperators)),
          boolean: _ => \#(choice(g.constants)),
          verb: _ => \#(choice(g.verbs)),
          clause_word: _ => \#(choice(g.clauses.filter { !g.functions.contains($0) && !g.verbs.contains($0) })),
          function: _ => \#(choice(g.functions.filter { !g.verbs.contains($0) })),
          function_call: $ => prec.right(seq($.function, optional($.parenthesized))),
          option: $ => seq(field('name', $.identifier), token.immediate('=')),
          member: $ => seq(token.immediate('.'), choice($.identifier, $.verb, $.clause_word, $.function)),
          parenthesized: $ => seq('(', repeat($._item), ')'),
          list: $ => seq('[', repeat($._item), ']'),
          braced: $ => seq('{', repeat($._item), '}'),
          separator: _ => choice(',', ';', ':'),
          operator: _ => choice('==', '!=', '<=', '>=', '<', '>', '=', '+', '-', '*', '/', '^', '..', '?'),
          number: _ => token(seq(
            choice(/[0-9]+(\.[0-9]*)?/, /\.[0-9]+/), optional(/[eE][+-]?[0-9]+/),
            optional(\#(choice(g.suffixes + ["%"]))))),
          // '2..6' would else begin with the number '2.'; the longest token is taken.
          range_start: _ => token(/[0-9]+\.\./),
          string: $ => seq('"', repeat(choice($.escape, $.insertion, $._text)), choice('"', token.immediate(/\n/))),
          escape: _ => token.immediate(/\\./),
          insertion: _ => token.immediate(prec(1, /\{[A-Za-z_][A-Za-z0-9_]*(\[[0-9]+\])?\}/)),
          _text: _ => token.immediate(/[^"\\\n{]+|\{/),
          // tree-sitter's \p{L} knows of the large blocks (Chinese, Korean) only their first and last letter.
          identifier: _ => /[\p{L}_\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3][\p{L}\p{N}_\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]*/,
        },
      });

      """#
  }

  static let treeSitterHighlights = """
    ; Colours of dmo, made by 'dmo editor tree-sitter'.
    (comment) @comment
    (declaration_word) @keyword
    (control_word) @keyword.control
    (clause_word) @keyword
    (operator_word) @keyword.operator
    (boolean) @constant.builtin
    (verb) @function.macro
    (function) @function.builtin
    (option name: (identifier) @variable.parameter)
    (member (identifier) @property)
    (number) @number
    (range_start) @number
    (string) @string
    (escape) @string.escape
    (insertion) @string.special
    (operator) @operator
    (separator) @punctuation.delimiter
    ["(" ")" "[" "]" "{" "}"] @punctuation.bracket

    """

  static var treeSitterConfiguration: [String: Any] {
    [
      "grammars": [
        [
          "name": "dmo", "scope": "source.dmo", "path": ".", "file-types": ["dmo"],
          "highlights": "queries/highlights.scm", "first-line-regex": "^#!.*\\bdmo\\b",
        ]
      ],
      "metadata": ["version": dmoVersion, "license": "GPL-3.0-or-later", "description": "Grammar of dmo"],
    ]
  }

  static var treeSitterPackage: [String: Any] {
    ["name": "tree-sitter-dmo", "version": dmoVersion, "license": "GPL-3.0-or-later", "main": "grammar.js"]
  }
}
