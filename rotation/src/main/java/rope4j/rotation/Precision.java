package rope4j.rotation;

/// In which arithmetic an angle is formed. Engines differ here by more than rounding: at position
/// 100 000 a float32 angle is off by some thousandths of a radian.
public enum Precision {
  /// Angle, cosine and sine in float64 with the product's rounding error carried along, rounded to
  /// float32 once: right to one unit in the last place at every position up to 2^31 - 1.
  EXACT,

  /// Float32 in the order of ggml's CPU operator (`ggml_rope_cache_init`): the angle of pair `i` is
  /// a running product. What llama.cpp prints can only be met with this one.
  LLAMA_CPP,

  /// Float32 in Transformers' order: frequencies in float32, one float32 product with the position,
  /// then cosine, sine and attention factor in float32.
  TRANSFORMERS,

  /// Float32 in vLLM's order: as Transformers, but linear scaling divides the position instead of
  /// the frequency.
  VLLM
}
