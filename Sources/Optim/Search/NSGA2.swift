/// NSGA-II.
///
/// Source: Deb, Pratap, Agarwal, Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II",
/// 2002. Parents by binary tournament on constrained dominance and crowding; the next population is the best
/// of parents and children. One difference: the last front is pruned point by point (Kukkonen and Deb 2006).
typealias NSGA2 = Generational<CrowdingSelection>

struct CrowdingSelection: Selection {
  private var tournament = Tournament()

  init(options: SearchOptions) {}

  mutating func survivors(of all: Population, _ count: Int, _ random: inout RandomStream) -> [Int] {
    let order = Ranking(costs: all.costs, violation: all.violation)
    let chosen = order.best(count, costs: all.costs)
    let ranking = order.within(best: chosen)
    let costs = all.costs.map { column in chosen.map { column[$0] } }
    tournament = Tournament(ranks: ranking.ranks, score: ranking.crowding(costs: costs))
    return chosen
  }

  func winner(_ a: Int, _ b: Int, _ population: Population, _ random: inout RandomStream) -> Int {
    tournament.winner(a, b, population)
  }
}
