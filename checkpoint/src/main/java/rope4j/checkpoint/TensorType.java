package rope4j.checkpoint;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// How a tensor's elements are stored: every type of ggml.
///
/// Quantized types store elements in blocks along the first (fastest) dimension, which therefore
/// must be a multiple of [#blockElements].
///
/// Source: ggml `ggml.h` (`enum ggml_type`) and `ggml-common.h` (block structures).
public enum TensorType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q8_1(9, 32, 36),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  Q8_K(15, 256, 292),
  IQ2_XXS(16, 256, 66),
  IQ2_XS(17, 256, 74),
  IQ3_XXS(18, 256, 98),
  IQ1_S(19, 256, 50),
  IQ4_NL(20, 32, 18),
  IQ3_S(21, 256, 110),
  IQ2_S(22, 256, 82),
  IQ4_XS(23, 256, 136),
  I8(24, 1, 1),
  I16(25, 1, 2),
  I32(26, 1, 4),
  I64(27, 1, 8),
  F64(28, 1, 8),
  IQ1_M(29, 256, 56),
  BF16(30, 1, 2),
  TQ1_0(34, 256, 54),
  TQ2_0(35, 256, 66),
  MXFP4(39, 32, 17),
  NVFP4(40, 64, 36),
  Q1_0(41, 128, 18),
  Q2_0(42, 64, 18);

  private static final Map<Integer, TensorType> BY_ID =
      Arrays.stream(values()).collect(Collectors.toMap(TensorType::id, Function.identity()));

  private final int id;
  private final int blockElements;
  private final int blockBytes;

  TensorType(int id, int blockElements, int blockBytes) {
    this.id = id;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /// The number that stands for this type in a GGUF file.
  public int id() {
    return id;
  }

  /// Elements of a block; 1 for types that are not quantized.
  public int blockElements() {
    return blockElements;
  }

  /// Bytes of a block.
  public int blockBytes() {
    return blockBytes;
  }

  /// The type of a number found in a GGUF file.
  ///
  /// @throws CheckpointException when no type has this number
  public static TensorType of(int id) {
    TensorType type = BY_ID.get(id);
    if (type != null) {
      return type;
    }
    // 4, 5: Q4_2, Q4_3; 31-33, 36-38: Q4_0 and IQ4_NL repacked for one processor.
    boolean removed = id == 4 || id == 5 || (id >= 31 && id <= 33) || (id >= 36 && id <= 38);
    throw new CheckpointException(
        removed
            ? "tensor type "
                + id
                + " was removed from GGUF: convert the model again with a current llama.cpp"
            : "tensor type "
                + Integer.toUnsignedString(id)
                + " is not known: the file is damaged, or newer than this reader");
  }
}
