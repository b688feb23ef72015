import Foundation
import Optim

/// Grammars for editors, made from the tables of words that the program itself reads.
public enum EditorGrammar: String, CaseIterable, Sendable {
  case vim, textmate
  case treeSitter = "tree-sitter"

  /// Files to be written, with their paths below a folder.
  public var files: [(path: String, text: String)] {
    switch self {
    case .vim:
      [
        ("syntax/dmo.vim", Self.vimSyntax),
        ("ftdetect/dmo.vim", "au BufRead,BufNewFile *.dmo setfiletype dmo\n"),
        ("ftplugin/dmo.vim", Self.vimPlugin),
      ]
    case .textmate:
      [
        ("syntaxes/dmo.tmLanguage.json", Self.json(Self.textmateGrammar)),
        ("language-configuration.json", Self.json(Self.textmateConfiguration)),
        ("package.json", Self.json(Self.textmatePackage)),
      ]
    case .treeSitter:
      [
        ("grammar.js", Self.treeSitterGrammar), ("queries/highlights.scm", Self.treeSitterHighlights),
        ("tree-sitter.json", Self.json(Self.treeSitterConfiguration)),
        ("package.json", Self.json(Self.treeSitterPackage)),
      ]
    }
  }

  // MARK: Words

  /// Words by what they are, each group in order and free of those before it.
  struct Groups {
    let declarations = Words.declarations.map(\.word).sorted()
    let control = (Words.control + ["then"]).sorted()
    let constants = ["false", "true"]
    let wordOperators = ["and", "not", "or"]
    /// Words with a meaning inside a statement only.
    let clauses: [String]
    let verbs = Verb.all.map(\.name).sorted()
    let functions: [String]
    let settings = SimulatorSetting.all.map(\.name).sorted()
    /// Letters directly behind a number, the longest first.
    let suffixes: [String]

    init() {
      clauses = Set(Words.operators + ["log", "step", "output"]).subtracting(
        wordOperators + constants + ["then"]
      )
      .sorted()
      functions = Function.all.map(\.name).sorted()
      suffixes = (Duration.units.map(\.name) + ByteCount.units.map(\.name)).sorted {
        ($1.count, $0) < ($0.count, $1)
      }
    }
  }

  static let groups = Groups()

  private static func alternatives(_ words: [String]) -> String { words.joined(separator: "|") }

  static let number = "(?:[0-9]+(?:\\.(?!\\.)[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?"

  static func json(_ value: Any) -> String {
    let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? JSONSerialization.data(withJSONObject: value, options: options) else {
      preconditionFailure("not JSON: \(value)")
    }
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  // MARK: Vim

  private static var vimSyntax: String {
    let g = groups
    func keywords(_ group: String, _ words: [String]) -> String {
      "syn keyword \(group) \(words.joined(separator: " "))"
    }
    // A keyword wins over every match, so words that are free names elsewhere are matches.
    func matches(_ group: String, _ words: [String], before: String = "", behind: String) -> String {
      "syn match \(group) /\\v\(before)<%(\(alternatives(words)))>\(behind)/"
    }
    return """
      " Vim syntax file of dmo, made by 'dmo editor vim'.
      if exists("b:current_syntax")
        finish
      endif

      \(matches("dmoFunction", g.functions, behind: "\\ze\\("))
      \(matches("dmoVerb", g.verbs, before: "%(^|[;{(=])\\s*\\zs", behind: "\\ze%(\\s*\\=)@!"))
      \(matches("dmoClause", g.clauses, behind: "\\ze%(\\s*[=(])@!"))
      \(matches("dmoSetting", g.settings, before: "^\\s+\\zs", behind: "\\ze\\s*\\="))
      \(keywords("dmoDeclaration", g.declarations))
      \(keywords("dmoControl", g.control))
      \(keywords("dmoOperatorWord", g.wordOperators))
      \(keywords("dmoBoolean", g.constants))
      syn match dmoNumber /\\v<\\d+%(\\.\\.@!\\d*)?%([eE][+-]?\\d+)?%(\(alternatives(g.suffixes))|\\%)?/
      syn match dmoOption /\\v<\\h\\w*\\ze\\=[^ =]/
      syn match dmoEscape /\\\\[nt"\\\\{}]/ contained
      syn match dmoInsertion /{\\h\\w*\\%(\\[\\d\\+\\]\\)\\=}/ contained
      syn region dmoString start=/"/ skip=/\\\\./ end=/"/ oneline contains=dmoEscape,dmoInsertion
      syn match dmoComment /#.*$/ contains=dmoTodo,@Spell
      syn match dmoCell /^\\s*# %%.*$/
      syn keyword dmoTodo TODO FIXME contained

      hi def link dmoDeclaration Keyword
      hi def link dmoControl Conditional
      hi def link dmoVerb Statement
      hi def link dmoFunction Function
      hi def link dmoClause Keyword
      hi def link dmoSetting Identifier
      hi def link dmoOption Identifier
      hi def link dmoOperatorWord Operator
      hi def link dmoBoolean Boolean
      hi def link dmoNumber Number
      hi def link dmoString String
      hi def link dmoEscape SpecialChar
      hi def link dmoInsertion Special
      hi def link dmoComment Comment
      hi def link dmoCell Title
      hi def link dmoTodo Todo

      let b:current_syntax = "dmo"

      """
  }

  private static let vimPlugin = """
    " Settings of dmo files, made by 'dmo editor vim'.
    if exists("b:did_ftplugin")
      finish
    endif
    let b:did_ftplugin = 1
    setlocal commentstring=#\\ %s comments=:# shiftwidth=2 expandtab
    setlocal formatprg=dmo\\ format\\ -
    let b:undo_ftplugin = "setlocal commentstring< comments< shiftwidth< expandtab< formatprg<"

    """
}
