/// Reports the progress of a part as progress of the whole.
final class PartialObserver: Observer {
  private let whole: any Observer
  private let activity: String
  private let offset: Int
  private let total: Int

  init(_ whole: any Observer, activity: String, offset: Int, total: Int) {
    (self.whole, self.activity, self.offset, self.total) = (whole, activity, offset, total)
  }

  var interruption: Interruption { whole.interruption }

  func note(_ text: String) { whole.note(text) }

  func report(_ progress: Progress) {
    whole.report(
      Progress(
        activity: activity, done: offset + progress.done, total: total,
        failed: progress.failed, running: progress.running))
  }
}
