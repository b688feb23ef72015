/// dmo's version, which all processes of a run must share.
public let dmoVersion = "0.1.0"
