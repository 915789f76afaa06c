package rope4j.bench;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// Writes a Llama-architecture GGUF of any size with random weights, so that speed and memory can
/// be measured without downloading anything. What it says means nothing.
///
/// ```sh
/// java bench/src/main/java/rope4j/bench/RandomModel.java model.gguf LAYERS WIDTH HEADS KV_HEADS HIDDEN VOCABULARY F32|F16|Q8_0|Q4_0|Q4_K|Q6_K|Q4_K_M
/// ```
public final class RandomModel {

  private static final int ALIGNMENT = 32;
  private static final int FIRST_BYTE = 3;
  private static final int FIRST_WORD = FIRST_BYTE + 256;

  private record Tensor(String name, int columns, int rows, boolean matrix) {}

  private enum Storage {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q8_0(8, 32, 34),
    Q4_0(2, 32, 18),
    Q4_K(12, 256, 144),
    Q6_K(14, 256, 210);

    final int id;
    final int blockElements;
    final int blockBytes;

    Storage(int id, int blockElements, int blockBytes) {
      this.id = id;
      this.blockElements = blockElements;
      this.blockBytes = blockBytes;
    }
  }

  private final ByteArrayOutputStream header = new ByteArrayOutputStream();
  private final Random random = new Random(1);
  private int keys;

  private RandomModel() {}

  /// Writes one file; see the class.
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 8) {
      throw new IllegalArgumentException(
          "give: FILE LAYERS WIDTH HEADS KV_HEADS HIDDEN VOCABULARY F32|F16|Q8_0|Q4_0|Q4_K|Q6_K|Q4_K_M");
    }
    int[] n = new int[6];
    for (int i = 0; i < n.length; i++) {
      n[i] = Integer.parseInt(arguments[i + 1]);
    }
    new RandomModel()
        .write(
            Path.of(arguments[0]),
            n[0],
            n[1],
            n[2],
            n[3],
            n[4],
            n[5],
            Storage.valueOf(arguments[7]));
  }

  private void write(
      Path file,
      int layers,
      int width,
      int heads,
      int keyHeads,
      int hidden,
      int vocabulary,
      Storage storage)
      throws IOException {
    int keyWidth = width / heads * keyHeads;
    if (width % storage.blockElements != 0 || hidden % storage.blockElements != 0) {
      throw new IllegalArgumentException(
          storage + " needs a WIDTH and HIDDEN that are multiples of " + storage.blockElements);
    }
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(new Tensor("token_embd.weight", width, vocabulary, true));
    for (int i = 0; i < layers; i++) {
      String layer = "blk." + i + ".";
      tensors.add(new Tensor(layer + "attn_norm.weight", width, 1, false));
      tensors.add(new Tensor(layer + "attn_q.weight", width, width, true));
      tensors.add(new Tensor(layer + "attn_k.weight", width, keyWidth, true));
      tensors.add(new Tensor(layer + "attn_v.weight", width, keyWidth, true));
      tensors.add(new Tensor(layer + "attn_output.weight", width, width, true));
      tensors.add(new Tensor(layer + "ffn_norm.weight", width, 1, false));
      tensors.add(new Tensor(layer + "ffn_gate.weight", width, hidden, true));
      tensors.add(new Tensor(layer + "ffn_up.weight", width, hidden, true));
      tensors.add(new Tensor(layer + "ffn_down.weight", hidden, width, true));
    }
    tensors.add(new Tensor("output_norm.weight", width, 1, false));

    text("general.architecture", "llama");
    number("llama.context_length", 2048);
    number("llama.embedding_length", width);
    number("llama.block_count", layers);
    number("llama.feed_forward_length", hidden);
    number("llama.attention.head_count", heads);
    number("llama.attention.head_count_kv", keyHeads);
    number("llama.rope.dimension_count", width / heads);
    key("llama.attention.layer_norm_rms_epsilon", 6);
    put(4).putFloat(1e-5f);
    flush();
    vocabulary(vocabulary);
    byte[] metadata = header.toByteArray();
    header.reset();

    long offset = 0;
    for (Tensor tensor : tensors) {
      Storage own = tensor.matrix ? storage : Storage.F32;
      string(tensor.name);
      put(4).putInt(tensor.matrix ? 2 : 1);
      flush();
      put(8).putLong(tensor.columns);
      flush();
      if (tensor.matrix) {
        put(8).putLong(tensor.rows);
        flush();
      }
      put(12).putInt(own.id).putLong(offset);
      flush();
      offset = aligned(offset + bytes(tensor, own));
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      ByteBuffer start = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
      start
          .put("GGUF".getBytes(StandardCharsets.US_ASCII))
          .putInt(3)
          .putLong(tensors.size())
          .putLong(keys);
      out.write(start.array());
      out.write(metadata);
      out.write(header.toByteArray());
      long written = 24L + metadata.length + header.size();
      out.write(new byte[(int) (aligned(written) - written)]);
      for (Tensor tensor : tensors) {
        data(out, tensor, tensor.matrix ? storage : Storage.F32);
      }
    }
  }

  private static long bytes(Tensor tensor, Storage storage) {
    return (long) tensor.columns / storage.blockElements * storage.blockBytes * tensor.rows;
  }

  private static long aligned(long offset) {
    return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private void data(OutputStream out, Tensor tensor, Storage storage) throws IOException {
    float scale = tensor.matrix ? (float) (1 / Math.sqrt(tensor.columns)) : 0;
    long length = bytes(tensor, storage);
    ByteBuffer row =
        ByteBuffer.allocate((int) (length / tensor.rows)).order(ByteOrder.LITTLE_ENDIAN);
    for (int r = 0; r < tensor.rows; r++) {
      row.clear();
      while (row.hasRemaining()) {
        switch (storage) {
          case F32 -> row.putFloat(tensor.matrix ? scale * (float) random.nextGaussian() : 1);
          case F16 ->
              row.putShort(Float.floatToFloat16(scale * (random.nextFloat() * 3.4f - 1.7f)));
          // Divided by the standard deviation of what the random bits stand for.
          case Q8_0 -> half(row, scale / 73).put(randomBytes(32));
          case Q4_0 -> half(row, scale / 4.6f).put(randomBytes(16));
          case Q4_K -> {
            half(half(row, scale / 169), scale / 169 * 7.5f);
            // Each group's minimum is its scale, so that its mean is zero.
            byte[] sixBits = randomBytes(4);
            row.put(sixBits).put(sixBits);
            for (byte upper : randomBytes(4)) {
              row.put((byte) ((upper & 15) * 17));
            }
            row.put(randomBytes(128));
          }
          case Q6_K -> half(row.put(randomBytes(208)), scale / 1370);
        }
      }
      out.write(row.array());
    }
    out.write(new byte[(int) (aligned(length) - length)]);
  }

  private static ByteBuffer half(ByteBuffer row, float value) {
    return row.putShort(Float.floatToFloat16(value));
  }

  private byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /// A SentencePiece vocabulary of the 256 bytes, without which other engines refuse a file, and of
  /// made-up words.
  private void vocabulary(int size) {
    if (size < FIRST_WORD) {
      throw new IllegalArgumentException("VOCABULARY must be at least " + FIRST_WORD);
    }
    text("tokenizer.ggml.model", "llama");
    array("tokenizer.ggml.tokens", 8, size);
    for (int i = 0; i < size; i++) {
      string(word(i));
    }
    array("tokenizer.ggml.scores", 6, size);
    for (int i = 0; i < size; i++) {
      put(4).putFloat(-i);
      flush();
    }
    array("tokenizer.ggml.token_type", 5, size);
    for (int i = 0; i < size; i++) {
      put(4).putInt(i < FIRST_BYTE ? 3 : i < FIRST_WORD ? 6 : 1);
      flush();
    }
  }

  private static String word(int token) {
    if (token < FIRST_BYTE) {
      return List.of("<unk>", "<s>", "</s>").get(token);
    }
    return token < FIRST_WORD
        ? String.format(Locale.ROOT, "<0x%02X>", token - FIRST_BYTE)
        : "w" + token;
  }

  private ByteBuffer pending = ByteBuffer.allocate(0);

  private ByteBuffer put(int bytes) {
    pending = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return pending;
  }

  private void flush() {
    header.writeBytes(pending.array());
  }

  private void string(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    put(8).putLong(bytes.length);
    flush();
    header.writeBytes(bytes);
  }

  private void key(String name, int type) {
    keys++;
    string(name);
    put(4).putInt(type);
    flush();
  }

  private void text(String name, String value) {
    key(name, 8);
    string(value);
  }

  private void number(String name, int value) {
    key(name, 4);
    put(4).putInt(value);
    flush();
  }

  private void array(String name, int elementType, int size) {
    key(name, 9);
    put(12).putInt(elementType).putLong(size);
    flush();
  }
}
