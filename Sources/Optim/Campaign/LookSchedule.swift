/// When a search asks for a point where its model expects nothing: where ten epochs have brought less than 2 %, at epochs that lie
/// ever farther apart (a quarter as far again), so that it costs a handful of evaluations.
struct LookSchedule: Sendable {
  private static let span = 10
  private static let least = 1.02
  private static let fewestEpochs = 5
  private var next = LookSchedule.span

  /// - Parameter hypervolumes: by epoch, the initial sample first; nil or 0 where there was no feasible point.
  mutating func isDue(_ hypervolumes: [Double?]) -> Bool {
    let epoch = hypervolumes.count - 1
    guard epoch >= next, let now = hypervolumes[epoch], let before = hypervolumes[epoch - Self.span],
      before > 0, now < Self.least * before
    else { return false }
    next = epoch + max(epoch / 4, Self.fewestEpochs)
    return true
  }
}
