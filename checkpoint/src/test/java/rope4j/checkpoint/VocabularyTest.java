package rope4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.Vocabulary.Kind;
import rope4j.checkpoint.Vocabulary.Token;

class VocabularyTest {

  @TempDir Path folder;

  private Vocabulary read(GgufWriter writer) {
    try (GgufFile file = GgufFile.open(writer.write(folder))) {
      return Vocabulary.of(file);
    }
  }

  private static GgufWriter tokens(String model) {
    return new GgufWriter()
        .put("tokenizer.ggml.model", MetadataType.STRING, model)
        .put("tokenizer.ggml.tokens", MetadataType.ARRAY, strings("<unk>", "<s>", "</s>", "▁a"));
  }

  private static GgufWriter.ArrayOf strings(String... values) {
    return new GgufWriter.ArrayOf(MetadataType.STRING, List.of(values));
  }

  private static GgufWriter.ArrayOf of(MetadataType type, Object... values) {
    return new GgufWriter.ArrayOf(type, List.of(values));
  }

  @Test
  void tokensCarryTextScoreAndKind() {
    Vocabulary vocabulary =
        read(
            tokens("llama")
                .put(
                    "tokenizer.ggml.scores",
                    MetadataType.ARRAY,
                    of(MetadataType.FLOAT32, 0f, 0f, 0f, -7.5f))
                .put(
                    "tokenizer.ggml.token_type",
                    MetadataType.ARRAY,
                    of(MetadataType.INT32, 2, 3, 3, 1)));
    assertThat(vocabulary.tokens())
        .containsExactly(
            new Token("<unk>", 0, Kind.UNKNOWN),
            new Token("<s>", 0, Kind.CONTROL),
            new Token("</s>", 0, Kind.CONTROL),
            new Token("▁a", -7.5f, Kind.NORMAL));
  }

  @Test
  void aSentencePieceVocabularyHasLlamaCppsDefaults() {
    Vocabulary vocabulary = read(tokens("llama"));
    assertThat(vocabulary.special().unknown()).hasValue(0);
    assertThat(vocabulary.special().bos()).hasValue(1);
    assertThat(vocabulary.special().eos()).hasValue(2);
    assertThat(vocabulary.rules().addsBos()).isTrue();
    assertThat(vocabulary.rules().addsSpacePrefix()).isTrue();
  }

  @Test
  void theFilesOwnSettingsWin() {
    Vocabulary vocabulary =
        read(
            tokens("llama")
                .put("tokenizer.ggml.bos_token_id", MetadataType.UINT32, 3)
                .put("tokenizer.ggml.add_bos_token", MetadataType.BOOL, false)
                .put("tokenizer.ggml.add_space_prefix", MetadataType.BOOL, false));
    assertThat(vocabulary.special().bos()).hasValue(3);
    assertThat(vocabulary.rules().addsBos()).isFalse();
    assertThat(vocabulary.rules().addsSpacePrefix()).isFalse();
  }

  @Test
  void anIdBeyondTheVocabularyIsPassedOverAsInLlamaCpp() {
    Vocabulary vocabulary =
        read(tokens("llama").put("tokenizer.ggml.bos_token_id", MetadataType.UINT32, -1));
    assertThat(vocabulary.special().bos()).hasValue(1);
  }

  @Test
  void anotherTokenizersVocabularyIsReadWithoutSentencePiecesDefaults() {
    Vocabulary vocabulary = read(tokens("gpt2"));
    assertThat(vocabulary.model()).isEqualTo("gpt2");
    assertThat(vocabulary.special().bos()).isEmpty();
    assertThat(vocabulary.rules().addsSpacePrefix()).isFalse();
  }

  @Test
  void aFileWithoutATokenizerSaysWhatToDo() {
    assertThatThrownBy(() -> read(GgufWriter.llama()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no tokenizer")
        .hasMessageContaining("token ids");
  }

  @Test
  void tooFewScoresAreAnError() {
    GgufWriter model =
        tokens("llama")
            .put("tokenizer.ggml.scores", MetadataType.ARRAY, of(MetadataType.FLOAT32, 0f));
    assertThatThrownBy(() -> read(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tokenizer.ggml.scores has 1 elements, but there are 4 tokens");
  }

  @Test
  void anUnknownKindIsAnError() {
    GgufWriter model =
        tokens("llama")
            .put(
                "tokenizer.ggml.token_type",
                MetadataType.ARRAY,
                of(MetadataType.INT32, 2, 3, 3, 77));
    assertThatThrownBy(() -> read(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("token 3 has type 77");
  }
}
