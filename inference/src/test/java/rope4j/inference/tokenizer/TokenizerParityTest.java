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
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.Vocabulary;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// llama.cpp's own tokenization of texts and of whole stories. The vocabularies belong to others
/// and are not part of this project: `-Drope4j.parity=DIR` names the folder that has them, and
/// without one these tests are skipped.
class TokenizerParityTest {

  private static final Path PARITY =
      Path.of(System.getProperty("rope4j.parity", "../../shared/parity"));

  private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

  @TempDir Path folder;

  private static Path fixture(String name) {
    Path file = PARITY.resolve(name);
    assumeTrue(Files.exists(file), () -> "no " + file + "; name a folder with -Drope4j.parity");
    return file;
  }

  private static Tokenizer tokenizer(Path model) {
    try (GgufFile file = GgufFile.open(model)) {
      return Tokenizer.of(Vocabulary.of(file));
    }
  }

  private Tokenizer packedTokenizer(String name) throws IOException {
    Path packed = fixture("tokenizers/ggml-vocab-" + name + ".gguf.gz");
    Path model = folder.resolve("vocabulary.gguf");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
      Files.copy(in, model, StandardCopyOption.REPLACE_EXISTING);
    }
    return tokenizer(model);
  }

  /// The texts of a fixture; a separator follows each, the last one too.
  private static List<String> texts(String name) throws IOException {
    String all = Files.readString(fixture("tokenizers/ggml-vocab-" + name + ".gguf.inp"));
    List<String> texts = new ArrayList<>(List.of(all.split(SEPARATOR, -1)));
    assertThat(texts.removeLast()).isEmpty();
    return texts;
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-spm", "phi-3", "gpt-2", "llama-bpe", "qwen2"})
  void textsHaveTheTokensLlamaCppGivesThem(String name) throws IOException {
    Tokenizer tokenizer = packedTokenizer(name);
    List<String> texts = texts(name);
    List<String> expected =
        Files.readAllLines(fixture("tokenizers/ggml-vocab-" + name + ".gguf.out"));
    assertThat(expected).hasSameSizeAs(texts).hasSizeGreaterThan(40);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(tokenizer.encode(texts.get(i)))
          .as("'%s'", texts.get(i))
          .isEqualTo(ids(expected.get(i)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-spm", "phi-3", "gpt-2", "llama-bpe", "qwen2"})
  void textsComeBackFromTheirTokens(String name) throws IOException {
    Tokenizer tokenizer = packedTokenizer(name);
    for (String text : texts(name)) {
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
  }

  private static int[] ids(String line) {
    return line.isBlank()
        ? new int[0]
        : java.util.Arrays.stream(line.strip().split("\\s+")).mapToInt(Integer::parseInt).toArray();
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
