package rope4j.rotation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Moves the channels of a rotated block from one pairing's order to the other's, in place and
/// without a buffer: along the cycles of the permutation.
final class ChannelPermutation {

  /// Cycles one after another, each as its length and then its channels in the order of moving.
  private final int[] cycles;

  private ChannelPermutation(int[] cycles) {
    this.cycles = cycles;
  }

  static ChannelPermutation between(Pairing from, Pairing to, int pairs) {
    if (from == to) {
      return new ChannelPermutation(new int[0]);
    }
    int[] source = new int[2 * pairs];
    for (int i = 0; i < pairs; i++) {
      source[first(to, i)] = first(from, i);
      source[second(to, i, pairs)] = second(from, i, pairs);
    }
    return new ChannelPermutation(cyclesOf(source));
  }

  private static int first(Pairing pairing, int i) {
    return switch (pairing) {
      case HALF -> i;
      case INTERLEAVED -> 2 * i;
    };
  }

  private static int second(Pairing pairing, int i, int pairs) {
    return switch (pairing) {
      case HALF -> i + pairs;
      case INTERLEAVED -> 2 * i + 1;
    };
  }

  private static int[] cyclesOf(int[] source) {
    int[] cycles = new int[2 * source.length];
    int used = 0;
    boolean[] seen = new boolean[source.length];
    for (int start = 0; start < source.length; start++) {
      if (seen[start] || source[start] == start) {
        continue;
      }
      int lengthAt = used++;
      for (int c = start; !seen[c]; c = source[c]) {
        seen[c] = true;
        cycles[used++] = c;
      }
      cycles[lengthAt] = used - lengthAt - 1;
    }
    return Arrays.copyOf(cycles, used);
  }

  boolean isIdentity() {
    return cycles.length == 0;
  }

  void apply(float[] x, int offset) {
    for (int at = 0; at < cycles.length; at += cycles[at] + 1) {
      int last = at + cycles[at];
      float carried = x[offset + cycles[at + 1]];
      for (int i = at + 1; i < last; i++) {
        x[offset + cycles[i]] = x[offset + cycles[i + 1]];
      }
      x[offset + cycles[last]] = carried;
    }
  }

  void apply(MemorySegment x, ElementType type, long offset) {
    if (type.bytes() == 4) {
      applyInts(x, offset);
    } else {
      applyShorts(x, offset);
    }
  }

  private void applyInts(MemorySegment x, long offset) {
    ValueLayout.OfInt layout = ValueLayout.JAVA_INT_UNALIGNED;
    for (int at = 0; at < cycles.length; at += cycles[at] + 1) {
      int last = at + cycles[at];
      int carried = x.get(layout, offset + 4L * cycles[at + 1]);
      for (int i = at + 1; i < last; i++) {
        x.set(layout, offset + 4L * cycles[i], x.get(layout, offset + 4L * cycles[i + 1]));
      }
      x.set(layout, offset + 4L * cycles[last], carried);
    }
  }

  private void applyShorts(MemorySegment x, long offset) {
    ValueLayout.OfShort layout = ValueLayout.JAVA_SHORT_UNALIGNED;
    for (int at = 0; at < cycles.length; at += cycles[at] + 1) {
      int last = at + cycles[at];
      short carried = x.get(layout, offset + 2L * cycles[at + 1]);
      for (int i = at + 1; i < last; i++) {
        x.set(layout, offset + 2L * cycles[i], x.get(layout, offset + 2L * cycles[i + 1]));
      }
      x.set(layout, offset + 2L * cycles[last], carried);
    }
  }
}
