package rope4j.inference;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How a session stores the keys or values of its tokens. Named as llama.cpp's `--cache-type-k`.
public enum KeyValueType {
  /// binary32: what was computed.
  F32(1, 4),
  /// binary16: eleven significant bits.
  F16(1, 2),
  /// Blocks of 32 channels of a head with one binary16 scale: seven bits and a sign. A head must
  /// consist of whole blocks.
  Q8_0(32, 34);

  private final int blockChannels;
  private final int blockBytes;

  KeyValueType(int blockChannels, int blockBytes) {
    this.blockChannels = blockChannels;
    this.blockBytes = blockBytes;
  }

  /// The type of a name such as `q8_0`; empty for one that is not known.
  public static Optional<KeyValueType> of(String name) {
    return Arrays.stream(values()).filter(type -> type.label().equals(name)).findFirst();
  }

  /// The name on the command line.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Channels that share a scale; 1 for types without.
  public int blockChannels() {
    return blockChannels;
  }

  /// Bytes of one head of one token.
  ///
  /// @param channels of the head, whole blocks
  public long bytes(int channels) {
    return (long) channels / blockChannels * blockBytes;
  }

  /// @throws IllegalArgumentException when a head is not made of whole blocks
  void requireFits(String what, int channels) {
    if (channels % blockChannels != 0) {
      throw new IllegalArgumentException(
          "the "
              + what
              + " of this model have heads of "
              + channels
              + " channels, which can't be stored as "
              + label()
              + ": it needs a multiple of "
              + blockChannels
              + "; use f16");
    }
  }
}
