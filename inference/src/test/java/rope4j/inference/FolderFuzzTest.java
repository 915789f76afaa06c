package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.FolderWriter.Stored;
import rope4j.inference.FolderWriter.Tensor;

/// Whatever the files of a folder hold, loading and scoring end in a number or in the reader's own
/// exception.
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FolderFuzzTest {

  private static final long SEED = Long.getLong("rope4j.seed", 20261122L);
  private static final int CASES = Integer.getInteger("rope4j.fuzz", 5000);
  private static final int WIDTH = 8;
  private static final int[] TOKENS = {1, 2, 3, 4};
  private static final String WEIGHTS = "model.safetensors";
  private static final String CONFIG = "config.json";

  @TempDir private Path folder;
  private byte[] weights = {};
  private byte[] config = {};

  @BeforeEach
  void aSmallMixture() throws IOException {
    FolderWriter writer =
        new FolderWriter(
            """
            {"model_type": "qwen3_moe", "hidden_act": "silu", "num_hidden_layers": 1,
             "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 4, "num_experts": 2,
             "num_experts_per_tok": 1, "norm_topk_prob": true, "max_position_embeddings": 16,
             "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": true,
             "rope_scaling": {"rope_type": "yarn", "factor": 2.0}}
            """);
    String layer = "model.layers.0.";
    put(writer, "model.embed_tokens", 8, WIDTH);
    put(writer, "model.norm", WIDTH);
    put(writer, layer + "input_layernorm", WIDTH);
    put(writer, layer + "post_attention_layernorm", WIDTH);
    for (String norm : List.of("q_norm", "k_norm")) {
      put(writer, layer + "self_attn." + norm, 4);
    }
    put(writer, layer + "self_attn.q_proj", 8, WIDTH);
    put(writer, layer + "self_attn.k_proj", 4, WIDTH);
    put(writer, layer + "self_attn.v_proj", 4, WIDTH);
    put(writer, layer + "self_attn.o_proj", WIDTH, 8);
    put(writer, layer + "mlp.gate", 2, WIDTH);
    for (int e = 0; e < 2; e++) {
      put(writer, layer + "mlp.experts." + e + ".gate_proj", 6, WIDTH);
      put(writer, layer + "mlp.experts." + e + ".up_proj", 6, WIDTH);
      put(writer, layer + "mlp.experts." + e + ".down_proj", WIDTH, 6);
    }
    writer.write(folder, Stored.BF16);
    weights = Files.readAllBytes(folder.resolve(WEIGHTS));
    config = Files.readAllBytes(folder.resolve(CONFIG));
  }

  private static void put(FolderWriter writer, String name, Integer... shape) {
    int elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    Random random = new Random(name.hashCode());
    float[] values = new float[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = (float) random.nextGaussian() / 2;
    }
    writer.put(name + ".weight", new Tensor(List.of(shape), values));
  }

  @Test
  void truncatedFilesAreRefused() throws IOException {
    for (int n = 0; n < CASES / 5; n++) {
      Random random = new Random(SEED + n);
      boolean inConfig = random.nextInt(4) == 0;
      byte[] whole = inConfig ? config : weights;
      byte[] cut = Arrays.copyOf(whole, random.nextInt(whole.length));
      assertThat(run(inConfig ? cut : config, inConfig ? weights : cut))
          .as("seed %d: a truncated file must not load", SEED + n)
          .isFalse();
    }
  }

  @Test
  void foldersWithFlippedBitsLoadOrAreRefused() throws IOException {
    int loaded = 0;
    int header = new String(weights, StandardCharsets.ISO_8859_1).indexOf("}}") + 2;
    for (int n = 0; n < CASES; n++) {
      Random random = new Random(SEED + n);
      byte[] weightsNow = weights.clone();
      byte[] configNow = config.clone();
      for (int flip = random.nextInt(1, 5); flip > 0; flip--) {
        switch (random.nextInt(4)) {
          case 0 -> flip(random, configNow, configNow.length);
          case 1 -> flip(random, weightsNow, header);
          default -> flip(random, weightsNow, weightsNow.length);
        }
      }
      if (run(configNow, weightsNow)) {
        loaded++;
      }
    }
    // Otherwise the test would only have seen refusals.
    assertThat(loaded).isBetween(CASES / 20, CASES);
  }

  @Test
  void configurationsWithOtherNumbersLoadOrAreRefused() throws IOException {
    String text = new String(config, StandardCharsets.UTF_8);
    String[] values = {"0", "-1", "1", "3", "1e300", "2147483647", "9e18", "null", "\"x\"", "[]"};
    for (int n = 0; n < CASES / 5; n++) {
      Random random = new Random(SEED + n);
      String[] parts = text.split("(?<=[:,{}])", -1);
      parts[random.nextInt(parts.length)] =
          values[random.nextInt(values.length)] + (random.nextBoolean() ? "," : "}");
      run(String.join("", parts).getBytes(StandardCharsets.UTF_8), weights);
      String other = text.replaceFirst("(: ?)" + "2(?=[,}])", "$1" + values[n % values.length]);
      run(other.getBytes(StandardCharsets.UTF_8), weights);
    }
  }

  private static void flip(Random random, byte[] bytes, int range) {
    bytes[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
  }

  /// Whether the model gave numbers; anything but a CheckpointException fails the test.
  private boolean run(byte[] configNow, byte[] weightsNow) throws IOException {
    Files.write(folder.resolve(WEIGHTS), weightsNow);
    Files.write(folder.resolve(CONFIG), configNow);
    try (Model model = Model.load(folder, 1)) {
      if (model.vocabularySize() > 4) {
        assertThat(model.scorer().score(TOKENS, model.rotation(RopeOverrides.NONE, 16)))
            .doesNotContain(Double.NaN);
      }
      return true;
    } catch (CheckpointException e) {
      assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
      return false;
    }
  }
}
