/// What is optimised: parameters, where outputs come from, and the formulas that judge them.
public struct Problem: Codable, Hashable, Sendable {
  public enum Sense: String, Codable, Sendable { case minimize, maximize }

  public struct Objective: Codable, Hashable, Sendable {
    public let name: String
    public let sense: Sense
    public let unit: String?
    public let formula: Formula
    public init(name: String, sense: Sense, unit: String? = nil, formula: Formula) {
      self.name = name
      self.sense = sense
      self.unit = unit
      self.formula = formula
    }
  }

  public struct Constraint: Codable, Hashable, Sendable {
    public let name: String
    /// 1 where satisfied.
    public let satisfied: Formula
    /// For a comparison: how far inside (positive) or outside (negative) the point lies. Nil for any other condition.
    public let margin: Formula?
    /// Depends on parameters only, so it is known before simulating.
    public let isAPriori: Bool
    public init(name: String, satisfied: Formula, margin: Formula?, isAPriori: Bool) {
      self.name = name
      self.satisfied = satisfied
      self.margin = margin
      self.isAPriori = isAPriori
    }
    /// How messages and tables name the class.
    public var kind: String { (margin == nil ? "yes/no" : "numeric") + (isAPriori ? ", a priori" : "") }
  }

  public var space: Space
  public var simulators: [Simulator]
  public var objectives: [Objective]
  public var constraints: [Constraint]

  public init(
    space: Space, simulators: [Simulator] = [], objectives: [Objective] = [], constraints: [Constraint] = []
  ) {
    self.space = space
    self.simulators = simulators
    self.objectives = objectives
    self.constraints = constraints
  }

  /// All output columns, simulator by simulator.
  public var outputColumns: [String] { simulators.flatMap(\.columns) }
}
