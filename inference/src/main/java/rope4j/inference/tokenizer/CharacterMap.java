package rope4j.inference.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import rope4j.checkpoint.CheckpointException;

/// SentencePiece's table of characters and what they are replaced by: a compressed trie, then the
/// replacements, each with a zero behind it.
///
/// Source: S. Kanda, Space- and Time-Efficient String Dictionaries (2018); SentencePiece
/// `normalizer.cc`.
final class CharacterMap implements Normalizer {

  private final int[] nodes;
  private final byte[] replacements;

  /// Reads a table.
  ///
  /// @throws CheckpointException when it is damaged
  CharacterMap(ByteBuffer table) {
    ByteBuffer in = table.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long bytes = in.remaining() < 4 ? -1 : Integer.toUnsignedLong(in.getInt());
    if (bytes < 4 || bytes % 4 != 0 || bytes >= in.remaining()) {
      throw damaged();
    }
    nodes = new int[(int) bytes / 4];
    in.asIntBuffer().get(nodes);
    in.position(in.position() + (int) bytes);
    replacements = new byte[in.remaining()];
    in.get(replacements);
    if (replacements[replacements.length - 1] != 0) {
      throw damaged();
    }
  }

  @Override
  public String apply(String text, boolean first) {
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(in.length);
    int at = 0;
    while (at < in.length) {
      long match = longest(in, at);
      if (match >= 0) {
        int from = (int) match;
        int to = from;
        while (replacements[to] != 0) {
          to++;
        }
        out.write(replacements, from, to - from);
        at += (int) (match >>> 32);
      } else {
        int length = length(in[at]);
        out.write(in, at, length);
        at += length;
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /// The longest entry the text has here: its length and the place of its replacement, or -1.
  private long longest(byte[] text, int begin) {
    long found = -1;
    int node = base(nodes[0]);
    for (int at = begin; at < text.length && text[at] != 0; at++) {
      int c = text[at] & 0xff;
      node ^= c;
      int packed = node(node);
      if ((packed & (1 << 31 | 0xff)) != c) {
        break;
      }
      node ^= base(packed);
      if ((packed >>> 8 & 1) != 0) {
        int place = node(node) & Integer.MAX_VALUE;
        if (place >= replacements.length) {
          throw damaged();
        }
        found = (long) (at + 1 - begin) << 32 | place;
      }
    }
    return found;
  }

  private int node(int index) {
    if (index < 0 || index >= nodes.length) {
      throw damaged();
    }
    return nodes[index];
  }

  private static int base(int packed) {
    return packed >>> 10 << ((packed & 1 << 9) >>> 6);
  }

  private static int length(byte first) {
    int c = first & 0xff;
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  }

  private static CheckpointException damaged() {
    return new CheckpointException(
        "the tokenizer's table of characters (precompiled_charsmap) is damaged: convert the model"
            + " again");
  }
}
