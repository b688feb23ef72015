/// How a long operation tells where it is; the terminal decides what to show of it.
public struct Progress: Sendable {
  public let activity: String
  public let done: Int
  public let total: Int
  public let failed: Int
  /// Units being worked on now.
  public let running: Int
  /// What else is worth knowing now, such as a loss.
  public let detail: String?
  public init(
    activity: String, done: Int, total: Int, failed: Int = 0, running: Int = 0, detail: String? = nil
  ) {
    self.activity = activity
    self.done = done
    self.total = total
    self.failed = failed
    self.running = running
    self.detail = detail
  }
}

/// Receives progress and answers whether to go on.
public protocol Observer: AnyObject {
  func report(_ progress: Progress)
  /// Asked often; must be cheap.
  var interruption: Interruption { get }
  /// Takes what people should hear while it goes on.
  func note(_ text: String)
}

extension Observer {
  public func note(_ text: String) {}
}
