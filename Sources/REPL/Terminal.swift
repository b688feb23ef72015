import Foundation

/// What the terminal at the other end of a stream can do.
///
/// Nothing is cached: the size is asked on every use, so a window may be resized at any time.
struct Terminal: Sendable {
  enum ColorChoice: String, CaseIterable, Sendable { case auto, always, never }
  enum Stream: Int32, Sendable { case input = 0, output, error }

  /// What the system says about a stream that is a terminal.
  struct Window: Sendable, Equatable {
    let columns: Int
    let rows: Int
  }

  let color: ColorChoice
  private let environment: [String: String]
  private let window: @Sendable (Stream) -> Window?

  /// `window` answers nil for a stream that is not a terminal; it is replaced in tests.
  init(
    color: ColorChoice = .auto, environment: [String: String] = ProcessInfo.processInfo.environment,
    window: @escaping @Sendable (Stream) -> Window? = Terminal.systemWindow
  ) {
    self.color = color
    self.environment = environment
    self.window = window
  }

  /// Under an MPI launcher no stream counts as a terminal: standard output claims to be one there even
  /// when it ends in a pipe.
  func isTTY(_ stream: Stream) -> Bool { !isUnderMPI && window(stream) != nil }

  func width(of stream: Stream = .output) -> Int { size(of: stream).columns }
  func height(of stream: Stream = .output) -> Int { size(of: stream).rows }

  /// The window's size; where the stream has none, COLUMNS and LINES, and 80 x 24 at last.
  func size(of stream: Stream = .output) -> Window {
    let known = isTTY(stream) ? window(stream) : nil
    return Window(
      columns: firstPositive(known?.columns, environment["COLUMNS"].flatMap { Int($0) }) ?? 80,
      rows: firstPositive(known?.rows, environment["LINES"].flatMap { Int($0) }) ?? 24)
  }

  func usesColor(on stream: Stream = .output) -> Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto:
      isTTY(stream) && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
  }

  /// Whether the locale is UTF-8; DMO_ASCII=1 asks for ASCII in any locale.
  var usesUnicode: Bool {
    if let wish = environment["DMO_ASCII"], !wish.isEmpty, wish != "0" { return false }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    let name = (locale ?? "").uppercased()
    return name.contains("UTF-8") || name.contains("UTF8")
  }

  /// Whether cursor movement within a line can be trusted (a progress line may be redrawn).
  func canRedraw(_ stream: Stream) -> Bool { isTTY(stream) && environment["TERM"] != "dumb" }

  /// OMPI_MCA_* and the like are settings which people keep in their shell profile; the other variables
  /// of these families come from a launcher only.
  var isUnderMPI: Bool {
    environment.keys.contains { name in
      let settings = ["OMPI_MCA_", "OMPI_ALLOW_RUN_AS_ROOT", "PMIX_MCA_"]
      return ["OMPI_", "PMIX_", "PMI_"].contains { name.hasPrefix($0) }
        && !settings.contains { name.hasPrefix($0) }
    }
  }

  @Sendable static func systemWindow(_ stream: Stream) -> Window? {
    guard isatty(stream.rawValue) == 1 else { return nil }
    var size = winsize()
    guard ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0 else { return Window(columns: 0, rows: 0) }
    return Window(columns: Int(size.ws_col), rows: Int(size.ws_row))
  }

  private func firstPositive(_ candidates: Int?...) -> Int? {
    candidates.lazy.compactMap { $0 }.first { $0 > 0 }
  }
}

/// Select graphic rendition: the few text attributes in use. `isOn` false leaves the text as it is.
enum Paint {
  static func bold(_ text: String, _ isOn: Bool) -> String { wrap(text, "1", isOn) }
  static func dim(_ text: String, _ isOn: Bool) -> String { wrap(text, "2", isOn) }

  /// A colour of the 256-colour palette; nil is the terminal's own foreground.
  static func color(_ text: String, _ index: Int?, _ isOn: Bool) -> String {
    guard let index else { return text }
    return wrap(text, "38;5;\(index)", isOn)
  }

  private static func wrap(_ text: String, _ code: String, _ isOn: Bool) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
