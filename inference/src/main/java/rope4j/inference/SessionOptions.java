package rope4j.inference;

/// How a [Session] keeps its text.
///
/// @param keys how keys are stored
/// @param values how values are stored; not read by models whose values are part of their keys
///   (multi-head latent attention)
/// @param change what is done to cached keys when a rotation that follows the length changes; a
///   rotation for a fixed context never does
/// @param stride such a rotation is that of the length rounded up to a multiple of this; 1 for the
///   length itself
/// @param activations what is multiplied with weights of four and six bits
public record SessionOptions(
    KeyValueType keys,
    KeyValueType values,
    RotationChange change,
    int stride,
    Activations activations) {

  /// Nothing is rounded: float32, recomputed at every change.
  public static final SessionOptions EXACT =
      new SessionOptions(
          KeyValueType.F32, KeyValueType.F32, RotationChange.RECOMPUTE, 1, Activations.FLOATS);

  /// What becomes of the tokens a session holds when their rotation changes with its length.
  public enum RotationChange {
    /// All tokens go through the model again, so that the logits are those of a text that is fed at
    /// once. LongRoPE changes once, at its original length; dynamic NTK at every token beyond the
    /// trained length, which makes a text of `n` tokens cost `n` times its prefill unless the
    /// stride is larger.
    RECOMPUTE,
    /// Cached keys turn from the old frequencies to the new ones and take the new attention factor.
    /// Exact in the first layer; keys and values of deeper ones were made of what attention under
    /// the old frequencies answered, and keep that.
    REROTATE
  }

  /// What becomes of activations before they are multiplied with weights of four and six bits
  /// (Q4_0, Q4_1, Q4_K, Q6_K). With all other weights they stay float32.
  public enum Activations {
    /// Nothing.
    FLOATS,
    /// They are rounded to eight bits in blocks of 32 channels, as llama.cpp does for Q4_0, so that
    /// prompts are read faster. Logits move by about as much as llama.cpp's differ from the exact
    /// ones.
    ///
    /// Single tokens are multiplied with a rearranged copy of the weights of Q4_0, Q4_K and Q6_K.
    /// It is made as they come (an expert's when it is first chosen), belongs to the model, and
    /// takes as many bytes on the heap as the weights in the file. Where that would be more than
    /// half of the heap, or than the sessions in use leave free, the rest of the weights is used as
    /// it is stored, and decodes at half the speed.
    EIGHT_BITS
  }

  /// @throws IllegalArgumentException when the stride is below 1
  public SessionOptions {
    if (stride < 1) {
      throw new IllegalArgumentException("the stride must be at least 1 token, not " + stride);
    }
  }

  /// Keys and values stored as these types.
  public SessionOptions withTypes(KeyValueType keyType, KeyValueType valueType) {
    return new SessionOptions(keyType, valueType, change, stride, activations);
  }

  /// Another way to follow a rotation that changes.
  public SessionOptions withChange(RotationChange other, int everyTokens) {
    return new SessionOptions(keys, values, other, everyTokens, activations);
  }

  /// Another way to multiply with weights of four and six bits.
  public SessionOptions withActivations(Activations other) {
    return new SessionOptions(keys, values, change, stride, other);
  }

  /// The length whose rotation a text of so many tokens gets.
  int rotationLength(int tokens) {
    return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv((long) tokens, stride) * stride);
  }
}
