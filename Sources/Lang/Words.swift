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
      word: "seed", usage: "seed N", summary: "choose the random streams; the same seed gives the same points",
      example: "seed 7"),
    Declaration(
      word: "arg", usage: "arg name = default",
      summary: "a value that the command line may set: dmo script.dmo name=value", example: "arg budget = 1500"),
    Declaration(
      word: "param", usage: "param name in [low, high] \"unit\" log when condition",
      summary: "declare a parameter: [low, high] real, low..high integer, {\"a\", \"b\"} categorical, name[4] a vector",
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
      word: "minimize", usage: "minimize name = formula \"unit\"", summary: "an objective that should be small",
      example: "param x in [0, 1]\nminimize f = x^2"),
    Declaration(
      word: "maximize", usage: "maximize name = formula \"unit\"", summary: "an objective that should be large",
      example: "param x in [0, 1]\nmaximize f = sqrt(x)"),
    Declaration(
      word: "constraint", usage: "constraint name: condition",
      summary: "what a point must satisfy; a comparison also has a margin", example: "param x in [0, 1]\nconstraint small: x <= 0.5"),
  ]

  public static let control = ["if", "else", "for", "while", "return"]
  public static let operators = ["and", "or", "not", "in", "then", "true", "false", "where", "to", "when", "tol"]

  /// What a reserved word is, for messages; nil for a free name.
  static func reserved(_ word: String) -> String? {
    if declarations.contains(where: { $0.word == word }) || control.contains(word) || operators.contains(word) {
      return "a word of the language"
    }
    if Verb.named(word) != nil { return "a verb" }
    if Verb.later[word] != nil { return "the name of a verb" }
    return nil
  }
}
