package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.kernel.Kernels;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Models in quantized types: embeddings, every product of a layer and the output.
class QuantizedModelTest {

  private static final Path EVERY_TYPE = Path.of("src/test/resources/quantized/every-type.gguf");
  private static final JsonNode REFERENCE =
      JsonMapper.shared()
          .readTree(Path.of("src/test/resources/quantized/every-type.json").toFile());
  private static final int[] TOKENS =
      StreamSupport.stream(REFERENCE.get("tokens").spliterator(), false)
          .mapToInt(JsonNode::asInt)
          .toArray();

  @TempDir private Path folder;

  @Test
  void aModelOfEveryTypeScoresAsInFloat64() {
    double[] expected = ParityFixture.doubles(REFERENCE.get("nll"));
    for (Kernels kernels : new Kernels[] {Kernels.scalar(), Kernels.best()}) {
      try (Model model = Model.load(EVERY_TYPE, 2, kernels)) {
        double[] nll = model.scorer().score(TOKENS, rotation(model, TOKENS.length));
        assertThat(nll).hasSameSizeAs(expected);
        for (int i = 0; i < nll.length; i++) {
          assertThat(nll[i]).as("position %d", i).isCloseTo(expected[i], within(1e-4));
        }
      }
    }
  }

  @Test
  void aTypeThatCannotRunIsNamedBesideThoseThatCan() throws IOException {
    byte[] bytes = Files.readAllBytes(EVERY_TYPE);
    byte[] name = "blk.0.attn_output.weight".getBytes(StandardCharsets.US_ASCII);
    int at =
        IntStream.range(0, bytes.length)
            .filter(i -> Arrays.equals(bytes, i, i + name.length, name, 0, name.length))
            .findFirst()
            .orElseThrow();
    // Behind the name: number of dimensions, two dimensions, type. IQ4_NL is as large as Q4_0.
    bytes[at + name.length + Integer.BYTES + 2 * Long.BYTES] = 20;
    Path file = Files.write(folder.resolve("model.gguf"), bytes);
    assertThatThrownBy(() -> Model.load(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file
                + ": tensor blk.0.attn_output.weight has type IQ4_NL, which this engine can't run; it"
                + " runs F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, BF16,"
                + " MXFP4, so convert or quantize the model to one of these");
  }

  @Test
  void aDamagedScaleIsReportedInsteadOfALikelihoodThatIsNoNumber() throws IOException {
    byte[] bytes = Files.readAllBytes(EVERY_TYPE);
    try (GgufFile gguf = GgufFile.open(EVERY_TYPE)) {
      int scale = Math.toIntExact(gguf.tensor("output.weight").orElseThrow().offset());
      // Of the first block of Q4_K: a half float that is NaN.
      bytes[scale + 1] = 0x7E;
    }
    try (Model model = Model.load(Files.write(folder.resolve("model.gguf"), bytes))) {
      Scorer scorer = model.scorer();
      ModelRotation rotation = rotation(model, TOKENS.length);
      assertThatThrownBy(() -> scorer.score(TOKENS, rotation))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith("the logits at position 0 are not finite numbers");
    }
  }

  @Test
  void eightBitsCostATrainedModelLessThanAThousandthOfANat() {
    assertThat(meanOfTrained("babyllama-tok105-q8_0"))
        .isCloseTo(meanOfTrained("babyllama-tok105"), within(1e-3));
  }

  @Test
  void fourBitsCostASmallTrainedModelAboutATenthOfANat() {
    double added = meanOfTrained("babyllama-tok105-q4_0") - meanOfTrained("babyllama-tok105");
    assertThat(added).isBetween(0.05, 0.15);
  }

  /// Mean NLL of stories within the trained length, each from its beginning.
  private static double meanOfTrained(String name) {
    Path file = Path.of("../../shared/models", name + ".gguf");
    Path text = Path.of("../../shared/texts/TinyStories-valid-30k.txt");
    assumeTrue(Files.exists(file) && Files.exists(text), "the real models are not here");
    try (Model model = Model.load(file)) {
      int bos = model.tokenizer().bos().orElseThrow();
      Scorer scorer = model.scorer();
      ModelRotation rotation = rotation(model, 256);
      return Files.readAllLines(text).stream()
          .limit(40)
          .map(story ->
              IntStream.concat(IntStream.of(bos), Arrays.stream(model.tokenizer().encode(story)))
                  .limit(256)
                  .toArray())
          .flatMapToDouble(tokens -> Arrays.stream(scorer.score(tokens, rotation)))
          .average()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ModelRotation rotation(Model model, int context) {
    return model.rotation(RopeOverrides.NONE, context);
  }
}
