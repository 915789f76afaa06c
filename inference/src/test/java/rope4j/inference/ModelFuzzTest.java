package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;

/// Whatever a file holds, loading and scoring end in a number or in the reader's own exception.
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ModelFuzzTest {

  private static final long SEED = Long.getLong("rope4j.seed", 20261121L);
  private static final int CASES = Integer.getInteger("rope4j.fuzz", 500);
  private static final int[] TOKENS = {1, 20, 3, 44, 5, 60, 7, 80};

  private static final List<String> MODELS =
      List.of(
          "quantized/every-type",
          "parity/zoo/models/llama-gqa",
          "parity/zoo/models/llama-moe",
          "parity/zoo/models/deepseek2-v3",
          "parity/zoo/models/gpt-oss",
          "parity/zoo/models/gemma3",
          "parity/zoo/models/gpt2",
          "parity/zoo/models/mpt",
          "parity/zoo/models/phi3");

  @TempDir private Path folder;

  @Test
  void truncatedModelsAreRefused() throws IOException {
    for (int n = 0; n < CASES; n++) {
      Random random = new Random(SEED + n);
      byte[] whole = model(random);
      byte[] cut = Arrays.copyOf(whole, random.nextInt(whole.length));
      assertThat(run(cut)).as("seed %d: a truncated file must not load", SEED + n).isFalse();
    }
  }

  @Test
  void modelsWithFlippedBitsLoadOrAreRefused() throws IOException {
    int loaded = 0;
    for (int n = 0; n < CASES; n++) {
      Random random = new Random(SEED + n);
      byte[] bytes = model(random);
      // Half of the flips in the header, where they do most harm.
      int range = random.nextBoolean() ? 3000 : bytes.length;
      for (int flip = random.nextInt(1, 9); flip > 0; flip--) {
        bytes[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
      }
      if (run(bytes)) {
        loaded++;
      }
    }
    // Otherwise the test would only have seen refusals.
    assertThat(loaded).isBetween(CASES / 10, CASES);
  }

  @Test
  void damagedBlocksOfEveryQuantizedTypeGiveNumbersOrAreRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Path.of("src/test/resources/quantized/every-type.gguf"));
    for (int n = 0; n < 2 * CASES; n++) {
      Random random = new Random(SEED + n);
      byte[] bytes = whole.clone();
      for (int flip = random.nextInt(1, 65); flip > 0; flip--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      run(bytes);
    }
  }

  /// Whether the model gave numbers; anything but a CheckpointException fails the test.
  private boolean run(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("model.gguf"), bytes);
    try (Model model = Model.load(file, 1)) {
      ModelRotation rotation = model.rotation(RopeOverrides.NONE, 64);
      if (model.vocabularySize() <= 80) {
        return true;
      }
      assertThat(model.scorer().score(TOKENS, rotation)).doesNotContain(Double.NaN);
      model.tokenizer().encode("once upon a time");
      return true;
    } catch (CheckpointException e) {
      assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
      return false;
    }
  }

  private static byte[] model(Random random) throws IOException {
    String name = MODELS.get(random.nextInt(MODELS.size()));
    return Files.readAllBytes(Path.of("src/test/resources", name + ".gguf"));
  }
}
