package rope4j.checkpoint.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;

/// Damaged configurations: only [CheckpointException] may escape, nothing hangs, and nothing is
/// allocated that the file's size does not justify.
class ConfigFuzzTest {

  private static final int RUNS = 1000;

  private static final String[] POISON = {
    "NaN",
    "Infinity",
    "-1",
    "0",
    "1e308",
    "9999999999999",
    "null",
    "true",
    "\"x\"",
    "{}",
    "[]",
    "[[[[",
    "{\"a\":",
    "0.3",
    "2147483648",
    "2000000000",
    "[2000000000, 2000000000, 1e300]",
    "\"yarn\"",
    "\"longrope\"",
    "\\u0000"
  };

  private final List<byte[]> originals =
      Stream.concat(Goldens.cases("hf_config"), Goldens.cases("hf_inv_freq"))
          .map(golden -> golden.get("config").toString().getBytes(UTF_8))
          .toList();

  private long seed;
  private Random random;

  @BeforeEach
  void seed() {
    seed = Long.getLong("rope4j.seed", 20261121);
    random = new Random(seed);
  }

  @Test
  void truncatedConfigurations() {
    for (int run = 0; run < RUNS; run++) {
      byte[] original = original();
      survives(run, Arrays.copyOf(original, random.nextInt(original.length)));
    }
  }

  @Test
  void configurationsWithChangedBytes() {
    for (int run = 0; run < RUNS; run++) {
      byte[] changed = original().clone();
      for (int i = 0; i <= random.nextInt(4); i++) {
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      }
      survives(run, changed);
    }
  }

  @Test
  void configurationsWithOtherValues() {
    for (int run = 0; run < RUNS; run++) {
      String text = new String(original(), UTF_8);
      int[] colons = IntStream.range(0, text.length()).filter(i -> text.charAt(i) == ':').toArray();
      int from = colons[random.nextInt(colons.length)] + 1;
      int to = from;
      while (to < text.length() && ",}]".indexOf(text.charAt(to)) < 0) {
        to++;
      }
      String poison = POISON[random.nextInt(POISON.length)];
      survives(run, (text.substring(0, from) + poison + text.substring(to)).getBytes(UTF_8));
    }
  }

  @Test
  void aSmallFileCanNotAskForMuchMemory() {
    // Either number would take more than the heap.
    for (String key : new String[] {"num_hidden_layers", "head_dim"}) {
      byte[] greedy =
          "{\"model_type\": \"gemma3_text\", \"%s\": 2000000000}".formatted(key).getBytes(UTF_8);
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(
              () -> RopeReading.of(HuggingFaceConfig.parse("greedy", greedy), Dialect.TRANSFORMERS))
          .withMessageContaining(key);
    }
  }

  private byte[] original() {
    return originals.get(random.nextInt(originals.size()));
  }

  private void survives(int run, byte[] bytes) {
    Assertions.assertTimeout(
        Duration.ofSeconds(2),
        () -> read(bytes),
        () -> "seed " + seed + ", run " + run + ": " + new String(bytes, UTF_8));
  }

  private static void read(byte[] bytes) {
    try {
      assertThat(HuggingFaceConfig.parse("fuzzed", bytes).facts().cache().keys(8192))
          .isNotNegative();
    } catch (CheckpointException e) {
      assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(2000);
    }
    for (Dialect dialect : Dialect.values()) {
      try {
        HuggingFaceConfig config = HuggingFaceConfig.parse("fuzzed", bytes);
        RopeReading.of(config, dialect, OptionalInt.of(8192), RopeOverrides.NONE);
      } catch (CheckpointException e) {
        assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(2000);
      }
    }
  }
}
