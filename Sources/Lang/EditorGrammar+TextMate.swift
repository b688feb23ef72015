import Optim

extension EditorGrammar {
  /// For TextMate, Sublime Text and, with the files beside it, VS Code.
  static var textmateGrammar: [String: Any] {
    let g = groups
    func words(_ name: String, _ words: [String], before: String = "", behind: String = "") -> [String: Any] {
      ["name": name, "match": "\(before)\\b(?:\(words.joined(separator: "|")))\\b\(behind)"]
    }
    let string: [String: Any] = [
      "name": "string.quoted.double.dmo", "begin": "\"", "end": "\"|$",
      "patterns": [
        ["name": "constant.character.escape.dmo", "match": "\\\\[nt\"\\\\{}]"],
        [
          "name": "variable.other.interpolated.dmo",
          "match": "\\{[\\p{L}_][\\p{L}\\p{N}_]*(?:\\[[0-9]+\\])?\\}",
        ],
      ],
    ]
    return [
      "name": "dmo", "scopeName": "source.dmo", "fileTypes": ["dmo"],
      "firstLineMatch": "^#!.*\\bdmo\\b",
      "patterns": [
        ["name": "markup.heading.cell.dmo", "match": "^\\s*# %%.*$"],
        ["name": "comment.line.number-sign.dmo", "match": "#.*$"],
        string,
        words("support.function.dmo", g.functions, behind: "(?=\\()"),
        words("variable.parameter.setting.dmo", g.settings, before: "^\\s+", behind: "(?=\\s*=)"),
        words("keyword.other.declaration.dmo", g.declarations),
        words("keyword.control.dmo", g.control),
        words("keyword.operator.word.dmo", g.wordOperators),
        words("constant.language.dmo", g.constants),
        words("entity.name.function.verb.dmo", g.verbs, before: "(?:^|(?<=[;{(=]))\\s*", behind: "(?!\\s*=)"),
        words("keyword.other.clause.dmo", g.clauses, behind: "(?!\\s*[=(])"),
        ["name": "variable.parameter.option.dmo", "match": "\\b[\\p{L}_][\\p{L}\\p{N}_]*(?==[^ =])"],
        [
          "name": "constant.numeric.dmo",
          "match": "(?<![\\p{L}\\p{N}_])\(number)(?:(?:\(g.suffixes.joined(separator: "|")))\\b|%)?",
        ],
        ["name": "keyword.operator.dmo", "match": "==|!=|<=|>=|\\.\\.|[-+*/^<>=]"],
      ],
    ]
  }

  static var textmateConfiguration: [String: Any] {
    [
      "comments": ["lineComment": "#"], "brackets": [["{", "}"], ["[", "]"], ["(", ")"]],
      "autoClosingPairs": [["{", "}"], ["[", "]"], ["(", ")"], ["\"", "\""]],
      "surroundingPairs": [["{", "}"], ["[", "]"], ["(", ")"], ["\"", "\""]],
    ]
  }

  /// Makes the folder an extension of VS Code.
  static var textmatePackage: [String: Any] {
    [
      "name": "dmo", "displayName": "dmo", "version": dmoVersion, "publisher": "dmo",
      "description": "Colours for dmo, a language for constrained multi-objective optimisation",
      "engines": ["vscode": "^1.60.0"], "categories": ["Programming Languages"],
      "contributes": [
        "languages": [
          [
            "id": "dmo", "aliases": ["dmo"], "extensions": [".dmo"],
            "configuration": "./language-configuration.json",
          ]
        ],
        "grammars": [
          ["language": "dmo", "scopeName": "source.dmo", "path": "./syntaxes/dmo.tmLanguage.json"]
        ],
      ],
    ]
  }
}
