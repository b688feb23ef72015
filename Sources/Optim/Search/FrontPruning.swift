/// `count` rows of a front that keep its spread: with two objectives those that are left after dropping the
/// row with the least hypervolume of its own again and again, with more those with the best survival scores
/// (`FrontGeometry`), whose cost grows with objectives only linearly.
func spread(_ front: [Int], to count: Int, costs: [[Double]]) -> [Int] {
  guard front.count > count, count > 0, costs.count > 1 else { return Array(front.prefix(count)) }
  if costs.count == 2 { return prunedByArea(front, to: count, costs) }
  let score = FrontGeometry(costs, front).survival(count)
  return largest(Array(front.indices), count, by: score).map { front[$0] }
}

/// Two objectives. The ends are kept.
private func prunedByArea(_ front: [Int], to count: Int, _ costs: [[Double]]) -> [Int] {
  let x = front.map { bounded(costs[0][$0]) }
  let y = front.map { bounded(costs[1][$0]) }
  let order = ascendingOrder(x)
  var before = [Int](repeating: -1, count: front.count)
  var after = before
  for k in order.indices.dropFirst() {
    before[order[k]] = order[k - 1]
    after[order[k - 1]] = order[k]
  }
  // What no other row of the front dominates: a rectangle up to the neighbours.
  let area = { (row: Int, before: [Int], after: [Int]) in
    before[row] < 0 || after[row] < 0
      ? Double.infinity : (x[after[row]] - x[row]) * (y[before[row]] - y[row])
  }
  var areas = front.indices.map { area($0, before, after) }
  var isKept = [Bool](repeating: true, count: front.count)
  for _ in count..<front.count {
    var least = -1
    for row in areas.indices where isKept[row] && (least < 0 || areas[row] < areas[least]) { least = row }
    isKept[least] = false
    let (left, right) = (before[least], after[least])
    if left >= 0 { after[left] = right }
    if right >= 0 { before[right] = left }
    for row in [left, right] where row >= 0 { areas[row] = area(row, before, after) }
  }
  return front.indices.filter { isKept[$0] }.map { front[$0] }
}
