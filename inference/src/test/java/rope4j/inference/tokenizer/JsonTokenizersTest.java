package rope4j.inference.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.checkpoint.CheckpointException;

/// tokenizer.json files of the shapes that models have.
class JsonTokenizersTest {

  private static final String QWEN =
      """
      {"added_tokens": [{"id": 7, "content": "<|im_end|>", "special": true}],
       "normalizer": {"type": "NFC"},
       "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
         {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex":
           "(?i:'s|'t)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}|\\\\s+(?!\\\\S)|\\\\s+"}},
         {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
       "post_processor": {"type": "ByteLevel"},
       "model": {"type": "BPE", "merges": ["Ġ a", ["b", "b"]],
         "vocab": {"a": 0, "b": 1, "Ġ": 2, "Ġa": 3, "bb": 4, "Ã": 5, "©": 6}}}
      """;

  private static final String LLAMA2 =
      """
      {"added_tokens": [{"id": 1, "content": "<s>", "special": true}],
       "normalizer": {"type": "Sequence", "normalizers": [
         {"type": "Prepend", "prepend": "▁"},
         {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
       "pre_tokenizer": null,
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A"}}]},
       "model": {"type": "BPE", "byte_fallback": true, "fuse_unk": true, "unk_token": "<unk>",
         "merges": ["▁ a"],
         "vocab": {"<unk>": 0, "<s>": 1, "▁": 2, "a": 3, "▁a": 4, "<0xC3>": 5, "<0xA9>": 6}}}
      """;

  private static final String BERT =
      """
      {"added_tokens": [{"id": 1, "content": "[CLS]", "special": true},
         {"id": 2, "content": "[SEP]", "special": true}],
       "normalizer": {"type": "BertNormalizer", "lowercase": true},
       "pre_tokenizer": {"type": "BertPreTokenizer"},
       "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
       "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
         "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "play": 3, "##ing": 4, ".": 5}}}
      """;

  private static final String UNIGRAM =
      """
      {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [
         {"type": "WhitespaceSplit"},
         {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true}]},
       "model": {"type": "Unigram", "unk_id": 0,
         "vocab": [["<unk>", 0], ["▁a", -1.5], ["▁", -2], ["a", -2.5], ["b", -3]]}}
      """;

  @TempDir Path folder;

  private Tokenizer read(String json) {
    try {
      return Tokenizer.of(Files.writeString(folder.resolve("tokenizer.json"), json));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void byteLevelBpeOfAnExpression() {
    Tokenizer qwen = read(QWEN);
    assertThat(qwen.encode("a abb é")).containsExactly(0, 3, 4, 2, 5, 6);
    assertThat(qwen.decode(0, 3, 4, 2, 5, 6)).isEqualTo("a abb é");
    assertThat(qwen.encodeWithControls("a<|im_end|>")).containsExactly(0, 7);
    assertThat(qwen.endsGeneration(7)).isTrue();
  }

  @Test
  void theNormalFormIsTheFiles() {
    assertThat(read(QWEN).encode("e\u0301")).isEqualTo(read(QWEN).encode("é"));
  }

  @Test
  void sentencePieceWithMergesAndBytes() {
    Tokenizer llama = read(LLAMA2);
    assertThat(llama.encode("a aé")).containsExactly(4, 4, 5, 6);
    assertThat(llama.decode(4, 4, 5, 6)).isEqualTo("a aé");
    assertThat(llama.encode("zz")).containsExactly(2, 0);
    assertThat(llama.bos()).hasValue(1);
    assertThat(llama.addsBos()).isTrue();
    assertThat(llama.addsEos()).isFalse();
  }

  @Test
  void wordPieceWithBertsWords() {
    Tokenizer bert = read(BERT);
    assertThat(bert.encode("Playing.x")).containsExactly(3, 4, 5, 0);
    assertThat(bert.decode(1, 3, 4, 2)).isEqualTo("playing");
    assertThat(bert.addsEos()).isTrue();
  }

  @Test
  void unigramOfWordsWithASpaceBeforeEach() {
    assertThat(read(UNIGRAM).encode(" a\n ab")).containsExactly(1, 1, 4);
  }

  @Test
  void theEndMayStandInTheConfigurationBesideIt() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"eos_token\": {\"content\": \"<|im_end|>\"}}");
    assertThat(read(QWEN).eos()).hasValue(7);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\": {\"type\": \"WordLevel\", \"vocab\": {}}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {}}, \"normalizer\": {\"type\": \"Nmt\"}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {}}, \"pre_tokenizer\": {\"type\": \"Nmt\"}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"end_of_word_suffix\": \"</w>\"}}",
      })
  void aPartThatIsNotSupportedIsNamedWithItsPlace(String json) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tokenizer.json: ")
        .hasMessageContaining("is not supported");
  }

  @Test
  void aFileThatIsAbsentIsNamed() {
    assertThatThrownBy(() -> Tokenizer.of(folder.resolve("none.json")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("none.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {QWEN, LLAMA2, BERT, UNIGRAM})
  void damagedFilesEncodeOrAreRefused(String json) {
    for (int n = 0; n < 500; n++) {
      Random random = new Random(n);
      StringBuilder damaged = new StringBuilder(json);
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        char c = "\"{}[]:,0-9ntruea\\▁ ".charAt(random.nextInt(19));
        damaged.setCharAt(random.nextInt(damaged.length()), c);
      }
      try {
        Tokenizer tokenizer = read(damaged.toString());
        tokenizer.decode(tokenizer.encode("a ab Playing é\n"));
      } catch (CheckpointException e) {
        assertThat(e.getMessage()).isNotBlank();
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + n + " let " + e + " escape: " + damaged, e);
      }
    }
  }
}
