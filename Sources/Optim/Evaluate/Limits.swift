/// Bounds that keep one bad simulator from harming the rest. Documented in docs/simulators.md.
public struct Limits: Sendable {
  /// Seconds between the request to end (SIGTERM) and the end (SIGKILL).
  public var grace = 2.0
  /// Seconds that output may still arrive after the program has ended (from processes it left behind).
  public var linger = 0.25
  /// Bytes that one run may write to standard output, or into its answer file.
  public var flood = 16 << 20
  /// Bytes kept of the end of standard error.
  public var errorTail = 4096
  /// Folders of failed runs kept for one simulator with `keep = failed`; later ones are removed.
  public var keptFolders = 100

  /// Finished runs needed before a limit in medians holds.
  static let runsForMedian = 5
  /// A limit in medians is never shorter than this: the start of a process alone varies by more than a short
  /// median.
  static let shortestMedianLimit = 1.0
  /// Seconds that a killed process may take to vanish before it is left to the system (one stuck in a dead
  /// file server).
  static let vanish = 5.0

  public init() {}
}
