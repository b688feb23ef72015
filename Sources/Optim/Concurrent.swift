import Foundation

/// `body` of 0..<count on all processors, in that order; throws the error of the first index that has one.
func concurrentMap<T: Sendable>(_ count: Int, _ body: @Sendable (Int) throws -> T) throws -> [T] {
  var results = [Result<T, any Error>?](repeating: nil, count: count)
  results.withUnsafeMutableBufferPointer { buffer in
    // Every iteration writes a place of its own.
    nonisolated(unsafe) let places = buffer
    DispatchQueue.concurrentPerform(iterations: count) { k in
      places[k] = Result { try body(k) }
    }
  }
  return try results.map { try $0!.get() }
}
