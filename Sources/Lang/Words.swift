/// The words of the language that are no names, and what each is for: one table for parser, help, completion and editors.
public enum Words {
  public struct Declaration: Sendable {
    public let word: String
    public let usage: String
    public let summary: String
    public let example: String
  }

  public static let declarations: [Declaration] = [
    Declaration(
      word: "study", usage: "study \"name\"",
      summary: "keep every evaluation in the file name.study, and answer known points from it",
      example: "study \"bnh\""),
    Declaration(
      word: "seed", usage: "seed N",
      summary: "choose the random streams; the same seed gives the same points",
      example: "seed 7"),
    Declaration(
      word: "arg", usage: "arg name = default",
      summary: "a value that the command line may set: dmo script.dmo name=value",
      example: "arg budget = 1500"),
    Declaration(
      word: "param", usage: "param name in [low, high] \"unit\" log when condition",
      summary:
        "declare a parameter: [low, high] real, low..high integer, {\"a\", \"b\"} categorical, name[4] a vector",
      example: "param gNa in [0.05, 0.5] \"S/cm2\" log"),
    Declaration(
      word: "const", usage: "const name = value", summary: "name a value that stays as it is",
      example: "const fI = [4, 9, 12]"),
    Declaration(
      word: "let", usage: "let name = value or verb",
      summary: "name a value, what a verb returns, or a formula over parameters and outputs",
      example: "let x = 2 * 21"),
    Declaration(
      word: "def", usage: "def f(a, b) = value    or    def f(a) { ... return value }",
      summary: "define a function", example: "def square(a) = a^2"),
    Declaration(
      word: "simulator", usage: "simulator name { run = \"program\" ... output y \"unit\" ... }",
      summary: "the program that is evaluated, how to talk to it, and its outputs (docs/simulators.md)",
      example: "simulator cell {\n  run = \"./cell.py\"\n  output rate \"Hz\"\n}"),
    Declaration(
      word: "minimize", usage: "minimize name = formula \"unit\"",
      summary: "an objective that should be small",
      example: "param x in [0, 1]\nminimize f = x^2"),
    Declaration(
      word: "maximize", usage: "maximize name = formula \"unit\"",
      summary: "an objective that should be large",
      example: "param x in [0, 1]\nmaximize f = sqrt(x)"),
    Declaration(
      word: "constraint", usage: "constraint name: condition",
      summary: "what a point must satisfy; a comparison also has a margin",
      example: "param x in [0, 1]\nconstraint small: x <= 0.5"),
  ]

  public static let control = ["if", "else", "for", "while", "return"]

  /// What help says about control flow.
  static let controlHelp: [Declaration] = [
    Declaration(
      word: "if", usage: "if condition { ... } else { ... }    or    if condition then a else b",
      summary:
        "run statements, or choose a value, by a condition; the second form is a formula where it depends on parameters",
      example: "let n = 3\nif n > 2 {\n  \"large\"\n} else {\n  \"small\"\n}"),
    Declaration(
      word: "else", usage: "if condition { ... } else { ... }",
      summary: "the other way of an 'if', on the line of its closing brace",
      example: "let sign = if 2 < 3 then -1 else 1"),
    Declaration(
      word: "for", usage: "for name in list { ... }", summary: "run statements for each value of a list",
      example: "for i in 1..3 {\n  i^2\n}"),
    Declaration(
      word: "while", usage: "while condition { ... }", summary: "run statements as long as a condition holds",
      example: "let i = 3\nwhile i > 0 {\n  let i = i - 1\n}"),
    Declaration(
      word: "return", usage: "return value", summary: "end a function with a value",
      example: "def larger(a, b) {\n  if a > b { return a }\n  return b\n}\nlarger(2, 3)"),
  ]
  /// Words of other languages, with what does their work here.
  static let foreign: [String: String] = {
    let groups: [(words: [String], hint: String)] = [
      (["print", "println", "echo", "disp", "display", "show"], "a value on a line of its own is shown"),
      (["var", "set", "local", "global", "assign"], "write 'let name = value'"),
      (["function", "fn", "func", "fun", "lambda", "define"], "write 'def name(argument) = value'"),
      (["parameter", "variable", "dim"], "write 'param name in [low, high]'"),
      (["objective", "goal", "min", "max"], "write 'minimize name = formula' or 'maximize name = formula'"),
      (["subject", "st", "require", "assert"], "write 'constraint name: condition'"),
      (["quit", "bye", "q"], "write 'exit'"),
      (["elif", "elsif", "elseif"], "write 'else if'"),
      (["include", "source", "use"], "write 'run \"file.dmo\"'"),
      (["notebook"], "a page is written by 'dmo notebook script.dmo' on the command line"),
      (["slurm", "sbatch"], "a batch script is printed by 'dmo slurm script.dmo' on the command line"),
      (["end", "begin", "do", "endif", "done", "fi"], "blocks are in braces: { ... }"),
    ]
    return Dictionary(
      groups.flatMap { group in group.words.map { ($0, group.hint) } }, uniquingKeysWith: { $1 })
  }()
  public static let operators = [
    "and", "or", "not", "in", "then", "true", "false", "where", "to", "when", "tol",
  ]

  /// What a reserved word is, for messages; nil for a free name.
  static func reserved(_ word: String) -> String? {
    if declarations.contains(where: { $0.word == word }) || control.contains(word) || operators.contains(word)
    {
      return "a word of the language"
    }
    if Verb.named(word) != nil { return "a verb" }
    return nil
  }
}
