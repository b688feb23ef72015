import Testing

@testable import Lang

struct CompletionTests {
  private static let declarations = """
    param gNa in [0, 1]
    param gCaL in [0, 1]
    param kind in {"one", "two"}
    minimize f1 = gNa
    minimize f2 = gCaL
    constraint early: gNa > 0.5
    constraint late: gNa < 0.9
    simulator cell {
      run = "./cell"
      output rate[3] "Hz"
      output rest "mV"
    }
    benchmark
    let front = sample mc 4
    def helper(a) = a
    """

  private func complete(_ line: String) throws -> Completion {
    try session(Self.declarations).0.complete(line)
  }
  private func candidates(_ line: String) throws -> [String] { try complete(line).candidates }

  @Test func statements() throws {
    #expect(try candidates("sam") == ["sample"])
    #expect(try candidates("par").sorted() == ["param", "pareto"])
    #expect(try candidates("").contains("evaluate"))
    #expect(try candidates("").contains("gNa"))
    #expect(try candidates("gN") == ["gNa"])
    #expect(try candidates("1 + 1; sam") == ["sample"])
    #expect(try candidates("if gNa > 1 {\n  sam") == ["sample"])
    #expect(try candidates("zzz") == [])
  }

  @Test func argumentsOfVerbs() throws {
    #expect(try candidates("sample ").starts(with: ["mc", "lh"]))
    #expect(try candidates("sample so") == ["sobol"])
    #expect(try candidates("sample sobol 10 w") == ["where"])
    #expect(try candidates("optimize pop") == ["population="])
    #expect(try candidates("optimize nsga") == ["nsga2", "nsga3"])
    #expect(try candidates("optimize sm") == ["smpso"])
    #expect(try candidates("optimize surrogate=").contains("gpr"))
    #expect(try candidates("optimize surrogate=no") == ["none"])
    #expect(try candidates("optimize stop=").starts(with: ["any(", "all(", "evaluations("]))
    #expect(try candidates("optimize stop=any(stag") == ["stagnation("])
    #expect(try candidates("optimize stop=any(hv(1%), conv") == ["convergence("])
    #expect(try candidates("optimize stop=any(hv(1%)) stag") == [])
    #expect(!(try candidates("optimize population=10 ")).contains("population="))
    #expect(try candidates("plot f1 f2 of=") == ["front"])
    #expect(try candidates("plot f1 f2 kind=p") == ["parallel"])
    #expect(try candidates("table f1 b") == ["by="])
    #expect(try candidates("table f") == ["f1", "f2", "front", "floor"])
    #expect(try candidates("help san") == [])
    #expect(try candidates("help sam") == ["sample"])
    #expect(try candidates("export ").contains("pareto"))
    #expect(try candidates("timing o") == ["on", "off"])
    #expect(try candidates("pareto t") == ["tradeoff", "topsis", "top="])
    #expect(try candidates("indicators ag") == ["against="])
    #expect(try candidates("indicators of=") == ["front"])
    #expect(try candidates("constraints whatif=") == ["early", "late"])
    #expect(try complete("compare \"runs/a").wantsFiles)
  }

  @Test func members() throws {
    #expect(try candidates("minimize e = cell.") == ["rate", "rest"])
    #expect(try candidates("minimize e = cell.res") == ["rest"])
    #expect(try candidates("minimize e = nothing.") == [])
    #expect(try candidates("let a = cell.rate[1] + cell.re") == ["rest"])
  }

  @Test func declarations() throws {
    #expect(try candidates("let a = par") == ["pareto"])
    #expect(try candidates("let a = g") == ["gNa", "gCaL"])
    #expect(try candidates("minimize e = sq") == ["sqrt"])
    #expect(try candidates("minimize e = help") == ["helper"])
    #expect(try candidates("constraint c: gNa > 1 an").contains("and"))
    #expect(try candidates("simulator s {\n  ti") == ["timeout"])
    #expect(try candidates("simulator s {\n  mode = ") == ["once", "persistent"])
    #expect(try candidates("simulator s {\n  mode = per") == ["persistent"])
    #expect(try candidates("simulator s {\n  run = \"a\"\n  out") == ["output", "output_limit"])
    #expect(try candidates("simulator s {\n  env = {A: 1}\n  output y in") == ["int"])
    #expect(try candidates("simulator s {\n  run = \"a\"\n}\nsam") == ["sample"])
  }

  @Test func filesInsideQuotes() throws {
    let found = try complete("import \"da")
    #expect(found == Completion(range: 8..<10, candidates: [], wantsFiles: true))
    #expect(try complete("let s = \"a\" + ").wantsFiles == false)
    #expect(try complete("run \"a\\\"b").wantsFiles)
    #expect(
      try complete("benchmark \"dtlz1")
        == Completion(range: 11..<16, candidates: ["dtlz1\""], wantsFiles: false))
    #expect(try candidates("seed 1; benchmark \"cre2").count == 5)
    #expect(try candidates("sample lh 4\nbenchmark \"").count == BenchmarkProblem.all.count)
    #expect(try complete("import \"dtlz").wantsFiles)
  }

  /// What a verb takes is the same where its result gets a name.
  @Test(arguments: [
    "trace con", "trace constraint co", "train g", "validate gpr f", "sample ", "train gpr on=",
  ])
  func afterLet(_ line: String) throws {
    let found = try candidates("let t = " + line)
    #expect(try found == candidates(line) && !found.isEmpty)
  }

  @Test func ranges() throws {
    #expect(try complete("sam").range == 0..<3)
    #expect(try complete("let é = gN").range == 9..<11)
    #expect(try complete("sample ").range == 7..<7)
    #expect(try complete("f1 +").range == 4..<4)
  }
}
