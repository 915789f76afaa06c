package rope4j.diagnosis.prediction;

import rope4j.checkpoint.TensorType;

/// How keys and values are stored: what llama.cpp takes for `--cache-type-k`, and the 8-bit floats
/// of vLLM and SGLang.
public enum CacheType {
  F32(TensorType.F32),
  F16(TensorType.F16),
  BF16(TensorType.BF16),
  /// Either 8-bit float (`fp8_e4m3`, `fp8_e5m2`); its few scales are not counted.
  FP8(1, 1),
  Q8_0(TensorType.Q8_0),
  Q5_1(TensorType.Q5_1),
  Q5_0(TensorType.Q5_0),
  Q4_1(TensorType.Q4_1),
  Q4_0(TensorType.Q4_0);

  private final int blockElements;
  private final int blockBytes;

  CacheType(TensorType type) {
    this(type.blockElements(), type.blockBytes());
  }

  CacheType(int blockElements, int blockBytes) {
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /// Elements of a block; 1 for types that are not quantized.
  public int blockElements() {
    return blockElements;
  }

  /// Bytes of a block.
  public int blockBytes() {
    return blockBytes;
  }
}
