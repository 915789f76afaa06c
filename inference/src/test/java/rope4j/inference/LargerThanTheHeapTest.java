package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.RopeOverrides;
import rope4j.rotation.Rotation;

/// Weights are mapped: a file may be larger than the heap.
class LargerThanTheHeapTest {

  private static final int WIDTH = 64;
  private static final int HIDDEN = 16_384;
  private static final int LAYERS = 32;

  @TempDir private Path folder;

  /// Runs in a JVM of its own.
  static final class Small {
    private Small() {}

    static void main(String[] arguments) {
      try (Model model = Model.load(Path.of(arguments[0]), 2)) {
        Session session = model.session(model.rotation(RopeOverrides.NONE, 64), 64);
        System.out.println("logits " + session.feed(1, 2, 3).length);
      }
    }
  }

  @Test
  void aFileThreeTimesTheHeapRuns() throws Exception {
    Path file = write(folder.resolve("large.gguf"));
    assertThat(Files.size(file)).isGreaterThan(192L << 20);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                classPath(),
                Small.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).contains("logits 300");
  }

  private static String classPath() {
    return Stream.of(Small.class, Model.class, GgufFile.class, Rotation.class)
        .map(LargerThanTheHeapTest::location)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String location(Class<?> of) {
    try {
      return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A Llama whose weights are zero: its bytes are a hole in the file.
  private static Path write(Path path) throws IOException {
    record Tensor(String name, int columns, int rows) {}
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(new Tensor("token_embd.weight", WIDTH, 300));
    for (int layer = 0; layer < LAYERS; layer++) {
      String name = "blk." + layer + ".";
      tensors.add(new Tensor(name + "attn_norm.weight", WIDTH, 0));
      for (String each : List.of("q", "k", "v", "output")) {
        tensors.add(new Tensor(name + "attn_" + each + ".weight", WIDTH, WIDTH));
      }
      tensors.add(new Tensor(name + "ffn_norm.weight", WIDTH, 0));
      tensors.add(new Tensor(name + "ffn_gate.weight", WIDTH, HIDDEN));
      tensors.add(new Tensor(name + "ffn_up.weight", WIDTH, HIDDEN));
      tensors.add(new Tensor(name + "ffn_down.weight", HIDDEN, WIDTH));
    }
    tensors.add(new Tensor("output_norm.weight", WIDTH, 0));
    ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    out.put("GGUF".getBytes(StandardCharsets.US_ASCII))
        .putInt(3)
        .putLong(tensors.size())
        .putLong(8);
    text(out, "general.architecture").putInt(8);
    text(out, "llama");
    number(out, "llama.context_length", 64);
    number(out, "llama.embedding_length", WIDTH);
    number(out, "llama.block_count", LAYERS);
    number(out, "llama.feed_forward_length", HIDDEN);
    number(out, "llama.attention.head_count", 2);
    number(out, "llama.rope.dimension_count", WIDTH / 2);
    text(out, "llama.attention.layer_norm_rms_epsilon").putInt(6).putFloat(1e-5f);
    long offset = 0;
    for (Tensor tensor : tensors) {
      text(out, tensor.name).putInt(tensor.rows == 0 ? 1 : 2).putLong(tensor.columns);
      if (tensor.rows > 0) {
        out.putLong(tensor.rows);
      }
      // Vectors are F32, matrices F16.
      out.putInt(tensor.rows == 0 ? 0 : 1).putLong(offset);
      offset +=
          tensor.rows == 0
              ? (long) tensor.columns * Float.BYTES
              : (long) tensor.columns * tensor.rows * Short.BYTES;
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(out.array(), 0, out.position());
      file.setLength((out.position() + 31) / 32 * 32 + offset);
    }
    return path;
  }

  private static ByteBuffer text(ByteBuffer out, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return out.putLong(bytes.length).put(bytes);
  }

  private static void number(ByteBuffer out, String key, int value) {
    text(out, key).putInt(4).putInt(value);
  }
}
