/// Names of the signals that end programs, with what they mean to someone who does not know them.
enum SignalName {
  private static let names: [Int32: String] = [
    1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL: invalid instruction", 5: "SIGTRAP",
    6: "SIGABRT: the program gave up", 7: "SIGBUS: invalid memory access", 8: "SIGFPE: division by zero",
    9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV: invalid memory access", 12: "SIGUSR2", 13: "SIGPIPE",
    14: "SIGALRM",
    15: "SIGTERM", 24: "SIGXCPU: processor time limit", 25: "SIGXFSZ: file size limit", 31: "SIGSYS",
  ]

  static func of(_ number: Int32) -> String { names[number] ?? "signal \(number)" }
}
