package rope4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import rope4j.inference.Model;
import rope4j.inference.tokenizer.Tokenizer;

/// The texts to search on, document by document.
final class TuningTexts {

  @ArgGroup(exclusive = true)
  private Choice choice = new Choice();

  private static final class Choice {
    @Option(
        names = "--text",
        paramLabel = "FILE",
        split = ",",
        description =
            "A UTF-8 text; may be repeated. Half of its documents are searched on, the other half proves"
                + " the result.")
    private List<Path> texts = List.of();

    @Option(
        names = "--tokens",
        paramLabel = "FILE",
        split = ",",
        description = "Token ids separated by white space, each file a document; may be repeated.")
    private List<Path> tokens = List.of();
  }

  @Option(
      names = "--documents",
      paramLabel = "HOW",
      defaultValue = "auto",
      description =
          "How each --text falls into documents: whole, line, or auto, which is line where lines are as"
              + " long as stories (${DEFAULT-VALUE}).")
  private Documents documents = Documents.AUTO;

  /// @param ids of each document
  /// @param beginning the beginning-of-sequence token; empty when ids are used as they are
  record Read(List<int[]> ids, OptionalInt beginning) {}

  /// The text to take when none was named.
  void orElse(Path text) {
    if (choice.texts.isEmpty() && choice.tokens.isEmpty()) {
      choice.texts = List.of(text);
    }
  }

  private List<Path> files() {
    return choice.texts.isEmpty() ? choice.tokens : choice.texts;
  }

  /// The files' names, for reports.
  String name() {
    return files().stream()
        .map(file -> String.valueOf(file.getFileName()))
        .collect(Collectors.joining(", "));
  }

  /// Fails early when there is nothing to read.
  void check() {
    if (files().isEmpty()) {
      throw new InputException(
          "there is no text to search on; give one with --text or --tokens, more than once if need be");
    }
    for (Path file : files()) {
      if (Files.isDirectory(file)) {
        throw new InputException(file + " is a folder; name a text file inside it");
      }
      if (!Files.isReadable(file)) {
        throw new InputException(
            Files.exists(file)
                ? file + " can't be read; give a readable file"
                : "there is no file " + file + "; check the path");
      }
    }
  }

  Read read(Model model) {
    List<int[]> ids = new ArrayList<>();
    if (choice.texts.isEmpty()) {
      for (Path file : choice.tokens) {
        ids.add(TextInput.ids(file, TextInput.content(file), model.vocabularySize()));
      }
      return new Read(ids, OptionalInt.empty());
    }
    Tokenizer tokenizer = model.tokenizer();
    for (Path file : choice.texts) {
      String content = TextInput.content(file);
      if (content.isBlank()) {
        throw new InputException(file + " is empty; give a longer text");
      }
      documents.split(content).forEach(document -> ids.add(tokenizer.encode(document)));
    }
    return new Read(ids, tokenizer.addsBos() ? tokenizer.bos() : OptionalInt.empty());
  }
}
