package rope4j.cli;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.StringTokenizer;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import rope4j.inference.Model;
import rope4j.inference.tokenizer.Tokenizer;

/// The text to measure on, given as text or as token ids.
final class TextInput {

  @ArgGroup(exclusive = true)
  private Choice choice = new Choice();

  private static final class Choice {
    @Option(
        names = "--text",
        paramLabel = "FILE",
        description = "A UTF-8 text; it is cut into tokens by the model's own tokenizer.")
    private Optional<Path> text = Optional.empty();

    @Option(
        names = "--tokens",
        paramLabel = "FILE",
        description =
            "Token ids separated by white space, used as they are: nothing is added, so that results can be compared"
                + " with other engines.")
    private Optional<Path> tokens = Optional.empty();
  }

  @Option(
      names = "--documents",
      paramLabel = "HOW",
      defaultValue = "auto",
      description = {
        "How --text falls into documents, each of which begins with the model's beginning-of-sequence token:",
        "whole, line, or auto, which is line where lines are as long as stories (${DEFAULT-VALUE})."
      })
  private Documents documents = Documents.AUTO;

  /// Token ids, and the one that begins a window where the text does not say.
  ///
  /// @param ids the text, without a beginning-of-sequence token
  /// @param beginning the beginning-of-sequence token to put first; empty when the ids are to be
  ///   used as they are
  record Tokens(int[] ids, OptionalInt beginning) {

    /// The whole text with its beginning.
    int[] whole() {
      return beginning.isPresent()
          ? IntStream.concat(IntStream.of(beginning.getAsInt()), Arrays.stream(ids)).toArray()
          : ids;
    }
  }

  private String description = "";

  private boolean isText() {
    return choice.text.isPresent();
  }

  /// The text to take when none was named.
  void orElse(Path text) {
    if (!isGiven()) {
      choice.text = Optional.of(text);
    }
  }

  /// Whether a text or token ids were named.
  boolean isGiven() {
    return choice.text.isPresent() || choice.tokens.isPresent();
  }

  /// The file's name, for reports.
  String name() {
    return file().getFileName().toString();
  }

  /// The name, and how the text fell into documents; known once it is read.
  String description() {
    return description;
  }

  /// Whether this is the text's own file.
  boolean isFile(Path other) {
    return Paths.same(file(), other);
  }

  /// Fails early when there is nothing to read.
  void check() {
    if (!Files.isReadable(file()) || Files.isDirectory(file())) {
      throw new InputException(unreadable());
    }
  }

  private String unreadable() {
    if (file().toString().isEmpty()) {
      return "the name of the text is empty; give a file with --text or --tokens";
    }
    if (Files.isDirectory(file())) {
      return file() + " is a folder; name a text file inside it";
    }
    return Files.exists(file())
        ? file() + " can't be read; give a readable file"
        : "there is no file " + file() + "; check the path";
  }

  Tokens read(Model model) {
    String content = content();
    if (content.isBlank()) {
      throw new InputException(file() + " is empty; give a longer text");
    }
    description = name();
    if (!isText()) {
      return new Tokens(ids(content, model.vocabularySize()), OptionalInt.empty());
    }
    Tokenizer tokenizer = model.tokenizer();
    OptionalInt beginning = tokenizer.addsBos() ? tokenizer.bos() : OptionalInt.empty();
    List<String> parts = documents.split(content);
    description =
        name() + (parts.size() > 1 ? " (" + parts.size() + " lines, each a document)" : "");
    IntStream.Builder ids = IntStream.builder();
    for (int i = 0; i < parts.size(); i++) {
      if (i > 0) {
        beginning.ifPresent(ids);
      }
      Arrays.stream(tokenizer.encode(parts.get(i))).forEach(ids);
    }
    return new Tokens(ids.build().toArray(), beginning);
  }

  private Path file() {
    return choice
        .text
        .or(() -> choice.tokens)
        .orElseThrow(() ->
            new InputException("there is no text to measure on; give one with --text or --tokens"));
  }

  private String content() {
    return content(file());
  }

  /// A file as UTF-8 text.
  static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException _) {
      throw new InputException("there is no file " + file + "; check the path");
    } catch (MalformedInputException _) {
      throw new InputException(file + " is not UTF-8 text; convert it to UTF-8 first");
    } catch (IOException e) {
      throw new InputException(file + " can't be read: " + e.getMessage());
    }
  }

  private int[] ids(String content, int vocabulary) {
    return ids(file(), content, vocabulary);
  }

  /// Token ids as a file has them.
  static int[] ids(Path file, String content, int vocabulary) {
    StringTokenizer words = new StringTokenizer(content);
    int[] ids = new int[words.countTokens()];
    for (int i = 0; i < ids.length; i++) {
      String word = words.nextToken();
      try {
        ids[i] = Integer.parseInt(word);
      } catch (NumberFormatException _) {
        throw new InputException(
            file
                + ": entry "
                + (i + 1)
                + " is '"
                + abbreviate(word)
                + "', but token ids are whole numbers"
                + " separated by white space; use --text for text");
      }
      if (ids[i] < 0 || ids[i] >= vocabulary) {
        throw new InputException(
            file
                + ": token "
                + ids[i]
                + " (entry "
                + (i + 1)
                + ") is not in the model's vocabulary of "
                + vocabulary);
      }
    }
    return ids;
  }

  private static String abbreviate(String word) {
    return word.length() <= 20 ? word : word.substring(0, 20) + "…";
  }
}
