package rope4j.diagnosis.rules;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A GGUF file written down as text, so that a fixture can be read. Lines are one of
///
/// ```
/// # a comment
/// llama.context_length: u32 131072
/// general.name: str Llama 3.1 8B
/// tokenizer.ggml.tokens: arr str a b c
/// tensor rope_freqs.weight F32 [4] = 1 1 8 8
/// tensor rope_freqs.weight F32 [64] fill 1
/// tensor token_embd.weight F16 [64, 300]
/// ```
///
/// Types are u32, i32, u64, f32, bool, str and `arr` of those.
public final class GgufText {

  private static final List<String> TYPES =
      List.of(
          "u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "str", "arr", "u64", "i64", "f64");

  private static final int ALIGNMENT = 32;

  private record Tensor(String name, int type, long[] shape, byte[] data) {}

  private final ByteArrayOutputStream pairs = new ByteArrayOutputStream();
  private final List<Tensor> tensors = new ArrayList<>();
  private int pairCount;

  private GgufText() {}

  /// The file that a text describes.
  public static byte[] bytes(Path text) throws IOException {
    GgufText gguf = new GgufText();
    for (String line : Files.readAllLines(text)) {
      if (line.startsWith("tensor ")) {
        gguf.tensor(line);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        gguf.pair(line);
      }
    }
    return gguf.file();
  }

  private void pair(String line) {
    int colon = line.indexOf(": ");
    string(pairs, line.substring(0, colon));
    String[] words = line.substring(colon + 2).split(" ", 2);
    integer(pairs, TYPES.indexOf(words[0]), 4);
    if (words[0].equals("arr")) {
      List<String> elements = List.of(words[1].split(" "));
      integer(pairs, TYPES.indexOf(elements.getFirst()), 4);
      integer(pairs, elements.size() - 1L, 8);
      elements.stream().skip(1).forEach(element -> value(elements.getFirst(), element));
    } else {
      value(words[0], words[1]);
    }
    pairCount++;
  }

  private void value(String type, String word) {
    switch (type) {
      case "u32", "i32" -> integer(pairs, Long.parseLong(word), 4);
      case "u64", "i64" -> integer(pairs, Long.parseUnsignedLong(word), 8);
      case "f32" -> integer(pairs, Float.floatToRawIntBits(Float.parseFloat(word)), 4);
      case "bool" -> integer(pairs, Boolean.parseBoolean(word) ? 1 : 0, 1);
      case "str" -> string(pairs, word);
      default -> throw new IllegalArgumentException("no such type: " + type);
    }
  }

  private void tensor(String line) {
    int open = line.indexOf('[');
    int close = line.indexOf(']');
    String[] head = line.substring(0, open).split(" ");
    long[] shape =
        Arrays.stream(line.substring(open + 1, close).split(","))
            .mapToLong(size -> Long.parseLong(size.strip()))
            .toArray();
    int width = head[2].equals("F16") ? 2 : 4;
    long elements = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    String[] rest = line.substring(close + 1).strip().split(" ");
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (int i = 0; i < elements; i++) {
      float value =
          switch (rest[0]) {
            case "=" -> Float.parseFloat(rest[1 + i]);
            case "fill" -> Float.parseFloat(rest[1]);
            default -> 0;
          };
      integer(
          data, width == 4 ? Float.floatToRawIntBits(value) : Float.floatToFloat16(value), width);
    }
    tensors.add(new Tensor(head[1], width == 4 ? 0 : 1, shape, data.toByteArray()));
  }

  private byte[] file() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    integer(out, 3, 4);
    integer(out, tensors.size(), 8);
    integer(out, pairCount, 8);
    out.writeBytes(pairs.toByteArray());
    long offset = 0;
    for (Tensor tensor : tensors) {
      string(out, tensor.name);
      integer(out, tensor.shape.length, 4);
      for (long size : tensor.shape) {
        integer(out, size, 8);
      }
      integer(out, tensor.type, 4);
      integer(out, offset, 8);
      offset += (tensor.data.length + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
    }
    for (Tensor tensor : tensors) {
      pad(out);
      out.writeBytes(tensor.data);
    }
    pad(out);
    return out.toByteArray();
  }

  private static void pad(ByteArrayOutputStream out) {
    while (out.size() % ALIGNMENT != 0) {
      out.write(0);
    }
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    integer(out, bytes.length, 8);
    out.writeBytes(bytes);
  }

  private static void integer(ByteArrayOutputStream out, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >> (8 * i)));
    }
  }
}
