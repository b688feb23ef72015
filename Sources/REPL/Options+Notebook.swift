import ArgumentParser
import Foundation

extension Options {
  /// What `dmo notebook` asks for.
  struct Notebook: ParsableArguments {
    @Option(
      name: [.short, .long],
      help: ArgumentHelp("The page; the script's name with .html unless given.", valueName: "page.html"))
    var output: String?

    @Flag(help: "Write the page after each cell and each epoch, too; an open one follows.")
    var watch = false

    /// The first of these options that was given.
    var first: String? { output != nil ? "--output" : watch ? "--watch" : nil }

    /// Where the page goes.
    ///
    /// - Throws: `ValidationError` where it would replace something else.
    func request(script: String?) throws -> NotebookRequest {
      guard let script else { throw ValidationError("expected a script behind 'notebook'") }
      guard script != "-" || output != nil else {
        throw ValidationError("a script from standard input has no name: say where the page goes, with -o")
      }
      let path = output ?? (script as NSString).deletingPathExtension + ".html"
      let ending = (path as NSString).pathExtension.lowercased()
      guard ["html", "htm"].contains(ending) else {
        throw ValidationError("-o: expected the name of a page, which ends in .html, found '\(path)'")
      }
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
        throw ValidationError("-o: '\(path)' is a folder")
      }
      let folder = (path as NSString).deletingLastPathComponent
      if !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) {
        throw ValidationError("-o: there is no folder '\(folder)'")
      }
      return NotebookRequest(path: path, isWatching: watch)
    }
  }
}

/// Where `dmo notebook` writes its page, and when.
struct NotebookRequest {
  let path: String
  let isWatching: Bool
}
