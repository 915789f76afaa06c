package rope4j.rotation;

/// In which arithmetic an angle is formed. Engines differ here by more than rounding: at position
/// 100 000 a float32 angle is off by some thousandths of a radian.
public enum Precision {
  /// Angle, cosine and sine in float64, rounded to float32 once.
  EXACT,

  /// Float32 in the order of ggml's CPU operator (`ggml_rope_cache_init`): the angle of pair `i` is
  /// a running product. What llama.cpp prints can only be met with this one.
  LLAMA_CPP
}
