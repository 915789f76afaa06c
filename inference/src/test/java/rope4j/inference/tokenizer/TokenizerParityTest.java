package rope4j.inference.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.Vocabulary;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// llama.cpp's own tokenization of texts and of whole stories. GPT-2's and Phi-3's vocabularies are
/// here; `-Drope4j.parity=DIR` names a folder with others. Without one the tests that need those
/// are skipped.
class TokenizerParityTest {

  private static final Path HERE = Path.of("src/test/resources/parity");
  private static final Path SHARED = Path.of("../../shared/parity");

  private static final Path PARITY =
      System.getProperty("rope4j.parity") != null
          ? Path.of(System.getProperty("rope4j.parity"))
          : Files.exists(SHARED) ? SHARED : HERE;

  private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

  @TempDir Path folder;

  private static Path fixture(String name) {
    Path file = PARITY.resolve(name);
    assumeTrue(Files.exists(file), () -> "no " + file + "; name a folder with -Drope4j.parity");
    return file;
  }

  /// The vocabularies of the folder that have texts, packed or not.
  static List<String> vocabularies() throws IOException {
    Path tokenizers = PARITY.resolve("tokenizers");
    try (Stream<Path> files =
        Files.list(Files.exists(tokenizers) ? tokenizers : HERE.resolve("tokenizers"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".gguf.inp"))
          .map(name -> name.substring(0, name.length() - ".gguf.inp".length()))
          .sorted()
          .toList();
    }
  }

  private static Tokenizer tokenizer(Path model) {
    try (GgufFile file = GgufFile.open(model)) {
      return Tokenizer.of(Vocabulary.of(file));
    }
  }

  private Path unpacked(String name) throws IOException {
    Path there = PARITY.resolve("tokenizers/" + name + ".gguf");
    if (Files.exists(there)) {
      return there;
    }
    Path model = folder.resolve(name + ".gguf");
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(fixture("tokenizers/" + name + ".gguf.gz")))) {
      Files.copy(in, model, StandardCopyOption.REPLACE_EXISTING);
    }
    return model;
  }

  /// The texts of a fixture; a separator follows each, the last one too.
  private static List<String> texts(String name) throws IOException {
    String all = Files.readString(fixture("tokenizers/" + name + ".gguf.inp"));
    List<String> texts = new ArrayList<>(List.of(all.split(SEPARATOR, -1)));
    assertThat(texts.removeLast()).isEmpty();
    return texts;
  }

  @ParameterizedTest
  @MethodSource("vocabularies")
  void textsHaveTheTokensLlamaCppGivesThem(String name) throws IOException {
    Tokenizer tokenizer = tokenizer(unpacked(name));
    List<String> texts = texts(name);
    List<String> expected = Files.readAllLines(fixture("tokenizers/" + name + ".gguf.out"));
    assertThat(expected).hasSameSizeAs(texts).hasSizeGreaterThan(40);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(tokenizer.encode(texts.get(i)))
          .as("'%s'", texts.get(i))
          .isEqualTo(ids(expected.get(i)));
    }
  }

  @ParameterizedTest
  @MethodSource("vocabularies")
  void textsComeBackFromTheirTokens(String name) throws IOException {
    Tokenizer tokenizer = tokenizer(unpacked(name));
    // Upper case, accents and some white space are lost in WordPiece and Unigram.
    assumeTrue(keepsAll(name));
    for (String text : texts(name)) {
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
  }

  private boolean keepsAll(String name) throws IOException {
    try (GgufFile file = GgufFile.open(unpacked(name))) {
      String model = Vocabulary.of(file).model();
      return model.equals("llama") || model.equals("gpt2");
    }
  }

  private static int[] ids(String line) {
    return line.isBlank()
        ? new int[0]
        : java.util.Arrays.stream(line.strip().split("\\s+")).mapToInt(Integer::parseInt).toArray();
  }

  @ParameterizedTest
  @MethodSource("vocabularies")
  void tokensOneByOneGiveTheTextOfAll(String name) throws IOException {
    Tokenizer tokenizer = tokenizer(unpacked(name));
    for (String text : texts(name)) {
      int[] ids = tokenizer.encode(text);
      TextDecoder decoder = new TextDecoder(tokenizer);
      StringBuilder grown = new StringBuilder();
      for (int id : ids) {
        grown.append(decoder.add(id));
      }
      grown.append(decoder.end());
      // The decoder does not know where a text begins, so the space before it stays.
      String whole = tokenizer.decode(ids);
      assertThat(grown.toString()).isIn(whole, " " + whole);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"stories260K", "babyllama-tok105"})
  void storiesHaveTheTokensLlamaCppGivesThem(String name) throws IOException {
    Path fixture = fixture("real/" + name + "-real.json");
    JsonNode json = new ObjectMapper().readTree(fixture.toFile());
    Tokenizer tokenizer = tokenizer(fixture.resolveSibling(json.get("model").asString()));
    List<Integer> stream = new ArrayList<>();
    for (String story : Files.readAllLines(fixture("real/tinystories-15docs.txt"))) {
      stream.add(tokenizer.bos().orElseThrow());
      for (int id : tokenizer.encode(story)) {
        stream.add(id);
      }
    }
    List<Integer> expected = new ArrayList<>();
    json.get("tokens").forEach(id -> expected.add(id.asInt()));
    assertThat(stream.subList(0, expected.size())).isEqualTo(expected);
  }

  @Test
  void aLineFeedTheVocabularyLacksIsUnknown() {
    Tokenizer tokenizer = tokenizer(fixture("real/models/babyllama-tok105.gguf"));
    int[] ids = tokenizer.encode("once upon\n");
    assertThat(ids[ids.length - 1]).isZero();
    assertThat(tokenizer.decode(ids)).isEqualTo("once upon");
  }
}
