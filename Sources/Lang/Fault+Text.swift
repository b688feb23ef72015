extension Fault {
  /// What is wrong, in one sentence, with what was found and what was expected.
  public var message: String {
    syntaxMessage ?? nameMessage ?? kindMessage ?? verbMessage
  }

  private var syntaxMessage: String? {
    switch self {
    case .unexpectedCharacter(let character, _): "unexpected character \(character)"
    case .numberTooLarge(let text): "the number '\(text.prefix(30))' is too large"
    case .numberSuffix(let suffix): "a number cannot be followed by '\(suffix.prefix(30))'"
    case .unknownEscape(let character): "unknown escape '\\\(character)' in a text"
    case .unterminatedString: "this text has no closing '\"' on its line"
    case .notText(let byte, let offset):
      "this is not UTF-8 text: found the byte \(byte) at position \(offset)"
    case .expected(let what, let found): "expected \(what), found \(found)"
    case .unclosed(let bracket, let place): "'\(bracket)' from \(place) is never closed"
    case .tooDeep(let limit): "this is nested more than \(limit) deep"
    case .assignmentWithoutLet(let name): "'\(name) = ...' does not bind a name"
    case .comparisonWithAssign: "'=' does not compare"
    case .elseOnItsOwn: "'else' without 'if'"
    case .strayClosing(let bracket): "'\(bracket)' closes nothing"
    case .reservedName(let name, let what): "'\(name)' is \(what) and cannot name anything else"
    default: nil
    }
  }

  private var nameMessage: String? {
    switch self {
    case .unknownName(let name, _): "unknown name '\(name)'"
    case .alreadyDeclared(let name, let what, let place): "'\(name)' is already \(what), declared at \(place)"
    case .duplicateName(let name, let what): "the \(what) '\(name)' is given twice"
    case .noSuchMember(let name, let owner, _, _): "'\(owner)' has no '\(name)'"
    case .outputWithoutSimulator(let name, _):
      "'\(name)' is an output and needs its simulator's name in front"
    case .notCallable(let name, let what): "'\(name)' is \(what), not a function"
    case .functionNeedsArguments(let name, _): "'\(name)' is a function and needs its arguments"
    case .argumentCount(let name, let expected, let found): "'\(name)' takes \(expected), found \(found)"
    case .conditionOnLater(let name):
      "this condition can only look at parameters declared before it, and '\(name)' is not one of them"
    case .dependentBreaks(let name, let reason): "this would break '\(name)': \(reason)"
    case .refersToItself(let name): "'\(name)' cannot depend on itself"
    default: nil
    }
  }

  private var kindMessage: String? {
    switch self {
    case .wrongKind(let expected, let found): "expected \(expected), found \(found)"
    case .operandKinds(let sign, let left, let right): "'\(sign)' does not work between \(left) and \(right)"
    case .lengthsDiffer(let left, let leftCount, let right, let rightCount):
      "these lists differ in length: \(left) has \(Self.values(leftCount)), \(right) has \(rightCount)"
    case .unitsDiffer(let left, let leftUnit, let right, let rightUnit):
      "these units differ: \(left) is in \"\(leftUnit)\", \(right) in \"\(rightUnit)\""
    case .indexOutOfRange(let index, let count):
      count == 0
        ? "there is no element \(index): the list is empty"
        : "there is no element \(index): the list has elements 1 to \(count)"
    case .notWhole(let text): "expected a whole number, found \(text)"
    case .emptyList(let what): "an empty list has no \(what)"
    case .emptyRange(let name, let lower, let upper):
      "the range of '\(name)' is empty: \(lower) is not below \(upper)"
    case .rangePair(let found): "a range is two numbers [lower, upper], found \(Self.values(found))"
    case .notFinite(let text): "expected a finite number, found \(text)"
    case .logRange(let name, let lower):
      "the range of '\(name)' is logarithmic and must start above 0, found \(lower)"
    case .valueRange(let what, let expected, let found): "\(what): expected \(expected), found \(found)"
    case .stepRange(let name, let step):
      "the step of '\(name)' must be positive and fit into its range, found \(step)"
    case .emptySet(let name): "the set of values of '\(name)' is empty"
    case .duplicateValue(let value): "the value \"\(value)\" is given twice"
    case .notNumericChoice(let found, _):
      "a categorical parameter can only be compared with its labels, found \(found)"
    case .notAChoice(let label, let what, _, _): "\"\(label)\" is not a value of \(what)"
    case .branchDependsOnParameter:
      "this condition depends on parameters or outputs, so no branch can be chosen here"
    case .branchKinds(let yes, let no):
      "both sides must be of one kind: 'then' gives \(yes), 'else' gives \(no)"
    case .constraintKind(let found): "a constraint is one yes/no condition, found \(found)"
    case .toleranceWithoutEquality: "'tol' belongs to '==' and '!='"
    case .tooManySteps(let limit): "this has run more than \(limit) steps"
    case .tooMuchRecursion(let name, let limit): "'\(name)' calls itself more than \(limit) times"
    case .tooLarge(let what, let limit): "this \(what) is too large: the limit is \(limit)"
    default: nil
    }
  }

  private var verbMessage: String {
    switch self {
    case .unknownVerb(let word, _): "unknown verb '\(word)'"
    case .unknownOption(let name, let verb, _, _): "'\(verb)' has no option '\(name)'"
    case .missingArgument(let name, let verb): "'\(verb)' needs the \(name)"
    case .tooManyArguments(let verb, _): "too many arguments for '\(verb)'"
    case .duplicateOption(let name): "the option '\(name)' is given twice"
    case .unknownChoice(let word, let what, _, _): "unknown \(what): '\(word)'"
    case .unknownSetting(let name, _, _): "a simulator has no setting '\(name)'"
    case .missingSetting(let name, _): "the simulator's \(name) is missing"
    case .settingConflict(let reason): reason
    case .noDestination(let verb): "'\(verb)' writes no file, so it takes no 'to'"
    case .noCondition(let verb): "'\(verb)' takes no 'where'"
    case .unknownTopic(let word, _): "there is no help on '\(word)'"
    case .unknownBenchmark(let name, _, _): "unknown benchmark problem \"\(name)\""
    case .missingDeclaration(let what, _): "there is no \(what) yet"
    case .unknownArgument(let name, _): "the script has no 'arg \(name)'"
    case .badPattern(let pattern, let reason): "the pattern \"\(pattern)\" cannot be used: \(reason)"
    case .returnOutside: "'return' belongs inside a function"
    case .notInScript(let what): "\(what) cannot stand inside a function"
    case .runtime(let reason): reason
    case .missingFile(let reason): reason
    case .includeCycle(let path): "'\(path)' includes itself"
    default: "unknown fault"
    }
  }

  private static func values(_ count: Int) -> String { "\(count) value\(count == 1 ? "" : "s")" }

  /// A few words behind the caret.
  public var hint: String? {
    switch self {
    case .unexpectedCharacter(_, let instead): instead.map { "write \($0)" }
    case .unknownName(_, let hint), .noSuchMember(_, _, _, let hint),
      .notAChoice(_, _, _, let hint), .unknownVerb(_, let hint), .unknownOption(_, _, _, let hint),
      .unknownChoice(_, _, _, let hint), .unknownSetting(_, _, let hint), .unknownTopic(_, let hint),
      .unknownBenchmark(_, _, let hint):
      hint
    case .outputWithoutSimulator(_, let candidates): "write \(candidates.joined(separator: " or "))"
    default: nil
    }
  }

  /// What would help, each a line of its own.
  public var help: [String] {
    switch self {
    case .numberSuffix:
      ["durations are written 90s, 20min, 2h, sizes 500MB, 4GB, 2GiB; a product needs '*'"]
    case .unknownEscape: ["a text knows \\n \\t \\\" \\\\ \\{ \\}; for a backslash write \\\\"]
    case .assignmentWithoutLet(let name):
      ["to bind it write 'let \(name) = ...', to compare write '\(name) == ...'"]
    case .tooDeep, .tooLarge("chain of operators", _): ["give parts of it names with 'let'"]
    case .comparisonWithAssign: ["to compare write '=='"]
    case .elseOnItsOwn: ["it stands on the line of the brace that closes its 'if': } else {"]
    case .notCallable(let name, _): ["an element is \(name)[1], a product needs '*'"]
    case .unknownVerb(_, nil): ["'help' lists the verbs"]
    case .reservedName: ["choose another name"]
    case .functionNeedsArguments(_, let usage): ["use it as \(usage)"]
    case .noSuchMember(_, let owner, let known, _): ["'\(owner)' has: \(known.joined(separator: ", "))"]
    case .notNumericChoice(_, let choices), .notAChoice(_, _, let choices, _):
      ["its values are \(choices.map { "\"\($0)\"" }.joined(separator: ", "))"]
    case .branchDependsOnParameter: ["as an expression it can be a formula: if condition then a else b"]
    case .constraintKind: ["for several conditions write all([...]) or join them with 'and'"]
    case .tooManyArguments(_, let usage): ["use it as: \(usage)"]
    case .unknownOption(_, let verb, let known, _):
      [
        known.isEmpty
          ? "'\(verb)' has no options" : "the options of '\(verb)' are: \(known.joined(separator: ", "))"
      ]
    case .unknownChoice(_, _, let choices, _): ["it can be: \(choices.joined(separator: ", "))"]
    case .unknownSetting(_, let known, _): ["the settings are: \(known.joined(separator: ", "))"]
    case .missingSetting(_, let example): ["for example: \(example)"]
    case .missingDeclaration(_, let example):
      [
        "declare one first, for example: \(example)",
        "or take a problem that is built in: benchmark \"zdt1\"",
      ]
    case .unknownArgument(_, let known):
      [known.isEmpty ? "it declares none" : "it declares: \(known.joined(separator: ", "))"]
    case .unknownBenchmark(_, let known, _): ["'benchmark' alone lists the \(known.count) there are"]
    case .unknownTopic: ["'help' lists everything, 'apropos word' searches"]
    case .refersToItself: ["a formula can use what is declared before it, but not its own result"]
    default: []
    }
  }
}
