extension SurrogateEntry {
  /// The joint model: one network family for all objectives and constraints together.
  static let joint = SurrogateEntry(
    "joint", "an FT-Transformer and a residual network for all objectives and constraints together",
    version: 2
  ) { set, options, stream, warm, observer in
    try NetworkFit(.joint(set, options), set, stream: stream, warm: warm, observer: observer).run()
  }

  /// The residual perceptron with the same heads.
  static let resnet = SurrogateEntry(
    "resnet", "a residual network for all objectives and constraints together", version: 2
  ) { set, options, stream, warm, observer in
    try NetworkFit(.resnet(set, options), set, stream: stream, warm: warm, observer: observer).run()
  }
}
