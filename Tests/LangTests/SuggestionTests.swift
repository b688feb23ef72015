import Testing

@testable import Lang

struct SuggestionTests {
  @Test(arguments: [
    ("smaple", "sample"), ("sampel", "sample"), ("Sample", "sample"), ("evalute", "evaluate"), ("optimise", "optimize"), ("paretto", "pareto"),
    ("constrain", "constraint"), ("tabel", "table"), ("hlep", "help"), ("qlot", "plot"),
  ])
  func slips(_ typed: String, _ meant: String) {
    #expect(Suggestion.nearest(to: typed, among: Verb.all.map(\.name) + Words.declarations.map(\.word)) == meant)
  }

  @Test func strangersAreNotSuggested() {
    #expect(Suggestion.nearest(to: "banana", among: ["sample", "evaluate"]) == nil)
    #expect(Suggestion.nearest(to: "x", among: ["y", "z"]) == nil)
    #expect(Suggestion.nearest(to: "", among: ["a"]) == nil)
    #expect(Suggestion.nearest(to: "sample", among: ["sample"]) == nil)
    #expect(Suggestion.nearest(to: String(repeating: "a", count: 100_000), among: [String(repeating: "a", count: 99_999)]) == nil)
  }

  @Test func theNearestWins() {
    #expect(Suggestion.nearest(to: "gNaa", among: ["gNab", "gNa", "gCa"]) == "gNab" || Suggestion.nearest(to: "gNaa", among: ["gNa", "gCa"]) == "gNa")
    #expect(Suggestion.nearest(to: "zdt5", among: ["zdt1", "bnh"]) == "zdt1")
  }
}
