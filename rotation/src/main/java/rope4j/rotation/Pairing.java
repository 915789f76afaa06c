package rope4j.rotation;

/// Which two channels of a head turn together.
public enum Pairing {
  /// Pair `i` is the channels `(i, i + d/2)`: "NeoX", `rotate_half`; nearly all Hugging Face
  /// models.
  HALF,

  /// Pair `i` is the channels `(2i, 2i + 1)`: "GPT-J", complex numbers; llama-family GGUF files.
  INTERLEAVED
}
