@testable import Lang

/// A session that has run a text, for tests that look inside.
func session(_ text: String) throws -> (Session, TestHost) {
  let host = TestHost()
  let session = try Session(host: host, directory: "/nonexistent", workers: 1)
  try session.run(try Parser.parseWhole(Source(name: "test", text: text)))
  return (session, host)
}
