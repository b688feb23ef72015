/// Every message about a program, its wording apart from its detection. `Tests/Scripts` holds a failing script for each case.
public enum Fault: Sendable {
  // MARK: Characters and tokens
  case unexpectedCharacter(String, instead: String? = nil)
  case numberTooLarge(String)
  case numberSuffix(String)
  case unknownEscape(String)
  case unterminatedString
  case notText(byte: String, offset: Int)

  // MARK: Syntax
  case expected(String, found: String)
  case unclosed(String, openedAt: String)
  case tooDeep(limit: Int)
  case assignmentWithoutLet(String)
  case comparisonWithAssign
  case elseOnItsOwn
  case strayClosing(String)
  case reservedName(String, what: String)

  // MARK: Names and declarations
  case unknownName(String, hint: String?)
  case alreadyDeclared(String, asWhat: String, at: String)
  case duplicateName(String, what: String)
  case noSuchMember(String, of: String, known: [String], hint: String?)
  case outputWithoutSimulator(String, candidates: [String])
  case notCallable(String, what: String)
  case functionNeedsArguments(String, usage: String)
  case argumentCount(String, expected: String, found: Int)
  case conditionOnLater(String)
  case dependentBreaks(String, reason: String)
  case refersToItself(String)

  // MARK: Kinds, lengths, units, ranges
  case wrongKind(expected: String, found: String)
  case operandKinds(String, left: String, right: String)
  case lengthsDiffer(left: String, leftCount: Int, right: String, rightCount: Int)
  case unitsDiffer(left: String, leftUnit: String, right: String, rightUnit: String)
  case indexOutOfRange(Int, count: Int)
  case notWhole(String)
  case emptyList(String)
  case emptyRange(String, lower: String, upper: String)
  case rangePair(found: Int)
  case notFinite(String)
  case logRange(String, lower: String)
  case valueRange(String, expected: String, found: String)
  case stepRange(String, step: String)
  case emptySet(String)
  case duplicateValue(String)
  case notNumericChoice(String, choices: [String])
  case notAChoice(String, of: String, choices: [String], hint: String?)
  case branchDependsOnParameter
  case branchKinds(then: String, else: String)
  case constraintKind(String)
  case toleranceWithoutEquality
  case tooManySteps(Int)
  case tooMuchRecursion(String, limit: Int)
  case tooLarge(String, limit: Int)

  // MARK: Verbs, options, settings
  case unknownVerb(String, hint: String?)
  case unknownOption(String, of: String, known: [String], hint: String?)
  case missingArgument(String, of: String)
  case tooManyArguments(String, usage: String)
  case duplicateOption(String)
  case unknownChoice(String, what: String, choices: [String], hint: String?)
  case unknownSetting(String, known: [String], hint: String?)
  case missingSetting(String, example: String)
  case settingConflict(String)
  case noDestination(String)
  case noCondition(String)
  case unknownTopic(String, hint: String?)
  case unknownBenchmark(String, known: [String], hint: String?)

  // MARK: What must be there before something can run
  case missingDeclaration(String, example: String)
  case unknownArgument(String, known: [String])
  case badPattern(String, reason: String)
  case returnOutside
  case notInScript(String)

  // MARK: Running
  case runtime(String)
  case missingFile(String)
  case includeCycle(String)
}

extension Fault {
  /// The case's name, which the tests use to find the script that shows it.
  public var id: String {
    Mirror(reflecting: self).children.first?.label ?? "\(self)"
  }
}
