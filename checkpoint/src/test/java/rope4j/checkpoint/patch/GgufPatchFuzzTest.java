package rope4j.checkpoint.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.GgufWriter;
import rope4j.checkpoint.MetadataType;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.checkpoint.TensorType;
import rope4j.checkpoint.patch.FactorTensors.Given;

/// Damaged models: a patched file is whole, or there is none. `-Drope4j.seed` and `-Drope4j.fuzz`
/// choose seed and number of cases.
class GgufPatchFuzzTest {

  private static final long SEED = Long.getLong("rope4j.seed", 20261122L);
  private static final int CASES = Integer.getInteger("rope4j.fuzz", 500);

  @TempDir Path folder;

  private static GgufWriter model() {
    return GgufWriter.llama()
        .put("llama.rope.freq_base", MetadataType.FLOAT32, 10000f)
        .put("llama.rope.scaling.type", MetadataType.STRING, "yarn")
        .put("llama.rope.scaling.factor", MetadataType.FLOAT32, 2f)
        .put(
            "tokens",
            MetadataType.ARRAY,
            new GgufWriter.ArrayOf(MetadataType.STRING, List.of("a", "bc", "")))
        .floats("rope_freqs.weight", 1, 1, 1, 2, 4, 8, 8, 8)
        .tensor("token_embd.weight", TensorType.Q8_0, new byte[2 * 34 * 8], 64, 8);
  }

  @Test
  void aDamagedModelGivesAWholeFileOrNone() throws IOException {
    byte[] whole = model().bytes();
    Path in = folder.resolve("in.gguf");
    Path out = folder.resolve("out.gguf");
    int written = 0;
    for (int n = 0; n < CASES; n++) {
      Random random = new Random(SEED + n);
      byte[] damaged = damaged(whole, random);
      Files.write(in, damaged);
      try (GgufFile file = GgufFile.open(in)) {
        RopePatch patch =
            RopePatch.of(
                file,
                RopeOverrides.NONE.withScalingType(RopeScalingType.YARN).withScale(4),
                OptionalInt.of(2048),
                new FactorTensors(
                    Optional.of(new Given(List.of(1., 1., 1., 1., 2., 2., 2., 2.))),
                    Optional.empty(),
                    Optional.empty()),
                Set.of());
        GgufPatcher.write(file, patch.patch(), out, false, patch.rotation()::accept);
        assertThat(out).exists();
        GgufFile.open(out).close();
        Files.delete(out);
        written++;
      } catch (CheckpointException e) {
        assertThat(e.getMessage()).as("seed %d", SEED + n).isNotBlank().doesNotContain("\n");
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + (SEED + n), e);
      }
      try (Stream<Path> left = Files.list(folder)) {
        assertThat(left).as("seed %d", SEED + n).containsExactly(in);
      }
    }
    // Both happen, or the test does not reach what it is for.
    assertThat(written).isBetween(CASES / 20, CASES * 19 / 20);
  }

  private static byte[] damaged(byte[] whole, Random random) {
    if (random.nextInt(4) == 0) {
      return Arrays.copyOf(whole, random.nextInt(whole.length));
    }
    byte[] damaged = whole.clone();
    for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return damaged;
  }
}
