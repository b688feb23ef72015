/// What a plot shows, apart from where it is drawn: terminal and SVG are renderers of this one description.
public struct Figure: Sendable, Equatable {
  public struct Axis: Sendable, Equatable {
    public let label: String
    public let unit: String?
    public let isLog: Bool
    /// For a categorical axis: the labels of values 0, 1, 2, ...
    public let categories: [String]?
    public init(_ label: String, unit: String? = nil, isLog: Bool = false, categories: [String]? = nil) {
      self.label = label
      self.unit = unit
      self.isLog = isLog
      self.categories = categories
    }
  }

  /// What a mark stands for; renderers choose colour and shape, always the same for the same role.
  public enum Role: String, Sendable, CaseIterable {
    case plain, feasible, infeasible, front, reference, selected
  }

  /// Points with one number per axis of the figure.
  public struct Series: Sendable, Equatable {
    public let name: String
    public let role: Role
    /// `points[axis][i]`; a non-finite coordinate hides the point.
    public let points: [[Double]]
    public let isLine: Bool
    public init(_ name: String, role: Role = .plain, points: [[Double]], isLine: Bool = false) {
      self.name = name
      self.role = role
      self.points = points
      self.isLine = isLine
    }
  }

  public struct Bar: Sendable, Equatable {
    public let label: String
    public let value: Double
    public init(_ label: String, _ value: Double) {
      self.label = label
      self.value = value
    }
  }

  public enum Kind: Sendable, Equatable {
    /// Two axes; series are marks or lines (a hypervolume curve is a line over evaluations).
    case plane
    /// Three or more axes, each against each.
    case matrix
    /// Three or more axes side by side, a line per point.
    case parallel
    /// Horizontal bars; `unit` "%" shows percent of values in [0, 1].
    case bars([Bar], unit: String?)
  }

  public let title: String
  public let kind: Kind
  public let axes: [Axis]
  public let series: [Series]
  public let caption: String?

  public init(title: String, kind: Kind, axes: [Axis] = [], series: [Series] = [], caption: String? = nil) {
    self.title = title
    self.kind = kind
    self.axes = axes
    self.series = series
    self.caption = caption
  }
}
