package rope4j.rotation;

import java.util.Arrays;
import java.util.stream.IntStream;

/// Which axis of a multi-axis position each pair reads: time, height and width of an image patch
/// instead of one position. Pair `i` keeps the frequency `i`; only the position differs.
///
/// Axes are numbered as the positions are given: `0` time, `1` height, `2` width, and `3` the
/// fourth where a model has one.
///
/// @param axis one axis per pair, from 0
/// @param restarts whether an engine that forms angles by a running product starts anew at this
///   pair
public record PairAxes(int[] axis, boolean[] restarts) {

  public PairAxes {
    axis = axis.clone();
    restarts = restarts.clone();
    if (axis.length != restarts.length) {
      throw new IllegalArgumentException(
          "there are "
              + axis.length
              + " axes but "
              + restarts.length
              + " restarts; both are per pair");
    }
    for (int a : axis) {
      if (a < 0) {
        throw new IllegalArgumentException("an axis must be 0 or more, but it is " + a);
      }
    }
  }

  private static PairAxes continuous(int[] axis) {
    return new PairAxes(axis, new boolean[axis.length]);
  }

  /// All pairs read axis 0: an ordinary one-axis rotation.
  public static PairAxes single(int pairs) {
    return continuous(new int[pairs]);
  }

  /// M-RoPE and xD-RoPE: the first `sections[0]` pairs read axis 0, the next `sections[1]` axis 1,
  /// and so on.
  ///
  /// Source: Transformers `modeling_qwen2_vl.py`, `apply_multimodal_rotary_pos_emb`; vLLM
  /// `mrope.py` and `xdrope.py`.
  public static PairAxes sections(int... sections) {
    int[] axis = new int[IntStream.of(checked(sections)).sum()];
    int from = 0;
    for (int a = 0; a < sections.length; a++) {
      Arrays.fill(axis, from, from + sections[a], a);
      from += sections[a];
    }
    return continuous(axis);
  }

  /// ggml's M-RoPE: [#sections], repeated when they do not fill the pairs.
  ///
  /// Source: ggml `ops.cpp`, `ggml_mrope_cache_init`.
  public static PairAxes llamaCppSections(int pairs, int... sections) {
    int[] once = sections(sections).axis;
    return continuous(IntStream.range(0, pairs).map(i -> once[i % once.length]).toArray());
  }

  /// Interleaved M-RoPE: pair `i` reads height when `i % 3 == 1` and `i < 3 height`, width when `i
  /// % 3 == 2` and `i < 3 width`, and time otherwise, the tail included.
  ///
  /// Source: Transformers `modeling_qwen3_vl.py`, `apply_interleaved_mrope`; vLLM `mrope.py`.
  public static PairAxes interleaved(int time, int height, int width) {
    checked(time, height, width);
    return continuous(
        IntStream.range(0, time + height + width)
            .map(i -> i % 3 == 1 && i < 3 * height ? 1 : i % 3 == 2 && i < 3 * width ? 2 : 0)
            .toArray());
  }

  /// ggml's interleaved M-RoPE: as [#interleaved], but the pairs that belong to none of the three
  /// sections read the *fourth* axis, which is 0 for text, so that they do not turn.
  ///
  /// Source: ggml `ops.cpp`, `ggml_mrope_cache_init` with `is_imrope`.
  public static PairAxes llamaCppInterleaved(int pairs, int... sections) {
    int all = IntStream.of(checked(sections)).sum();
    return continuous(
        IntStream.range(0, pairs)
            .map(i -> i % all)
            .map(i -> i % 3 < sections.length && i < 3 * sections[i % 3] ? i % 3 : 3)
            .toArray());
  }

  /// ERNIE-4.5-VL: the first `height + width` pairs alternate between height and width, the last
  /// `time` pairs read time.
  ///
  /// Source: Transformers `modeling_ernie4_5_vl_moe.py`; vLLM `ernie45_vl_rope.py`.
  public static PairAxes ernie(int height, int width, int time) {
    checked(height, width, time);
    if (height != width) {
      throw new IllegalArgumentException(
          "mrope_section of ERNIE needs as many pairs for height as for width, but they are "
              + height
              + " and "
              + width);
    }
    return continuous(
        IntStream.range(0, height + width + time)
            .map(i -> i >= height + width ? 0 : 1 + i % 2)
            .toArray());
  }

  /// openPangu: axes are dealt out one by one to whichever is furthest behind its share and was not
  /// dealt last; of three axes, the very last pair is axis 0.
  ///
  /// Source: vLLM `mrope_interleaved.py`, `get_mrope_interleaved_id_list`.
  public static PairAxes balanced(int... sections) {
    int[] counts = checked(sections).clone();
    if (counts.length != 2 && counts.length != 3) {
      throw new IllegalArgumentException(
          "mrope_section of openPangu must have 2 or 3 entries, but it has " + counts.length);
    }
    int[] axis = new int[IntStream.of(counts).sum()];
    boolean lastIsFirstAxis = counts.length == 3;
    if (lastIsFirstAxis) {
      counts[0]--;
    }
    int[] placed = new int[counts.length];
    int dealt = axis.length - (lastIsFirstAxis ? 1 : 0);
    int last = -1;
    for (int i = 0; i < dealt; i++) {
      last = furthestBehind(counts, placed, last);
      placed[last]++;
      axis[i] = last;
    }
    return continuous(axis);
  }

  private static int furthestBehind(int[] counts, int[] placed, int last) {
    int best = -1;
    for (int a = 0; a < counts.length; a++) {
      boolean candidate = placed[a] < counts[a] && a != last;
      if (candidate
          && (best < 0 || (double) placed[a] / counts[a] < (double) placed[best] / counts[best])) {
        best = a;
      }
    }
    return best < 0 ? last : best;
  }

  /// 2-D vision: the first half of the pairs reads axis 0, the second axis 1, and each half begins
  /// with the fastest frequency again.
  ///
  /// Source: Transformers `VisionRotaryEmbedding`; ggml's VISION mode.
  public static PairAxes vision(int pairs) {
    return llamaCppVision(pairs, pairs / 2, pairs - pairs / 2);
  }

  /// ggml's VISION mode for any sections.
  public static PairAxes llamaCppVision(int pairs, int... sections) {
    int[] once = sections(sections).axis;
    int[] axis = IntStream.range(0, pairs).map(i -> once[i % once.length]).toArray();
    boolean[] restarts = new boolean[pairs];
    for (int i = 0; i < pairs; i++) {
      int sector = i % once.length;
      restarts[i] = sector == 0 || once[sector] != once[sector - 1];
    }
    return new PairAxes(axis, restarts);
  }

  /// A copy of the axis of each pair.
  @Override
  public int[] axis() {
    return axis.clone();
  }

  /// A copy of the restarts.
  @Override
  public boolean[] restarts() {
    return restarts.clone();
  }

  /// The axis of one pair.
  public int axis(int pair) {
    return axis[pair];
  }

  /// Whether a running product begins anew at this pair.
  public boolean restarts(int pair) {
    return restarts[pair];
  }

  /// Number of pairs.
  public int pairs() {
    return axis.length;
  }

  /// How many axes a position must have.
  public int axes() {
    return IntStream.of(axis).max().orElse(0) + 1;
  }

  /// The pairs listed axis by axis in this order: how ERNIE's classes store their frequencies.
  public int[] pairsByAxis(int... order) {
    return IntStream.of(order)
        .flatMap(a -> IntStream.range(0, axis.length).filter(i -> axis[i] == a))
        .toArray();
  }

  private static int[] checked(int... sections) {
    for (int section : sections) {
      if (section < 0) {
        throw new IllegalArgumentException(
            "every entry of mrope_section must be 0 or more, but one is " + section);
      }
    }
    if (IntStream.of(sections).sum() == 0) {
      throw new IllegalArgumentException(
          "mrope_section must have at least one pair, but it is " + Arrays.toString(sections));
    }
    return sections;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PairAxes that
        && Arrays.equals(axis, that.axis)
        && Arrays.equals(restarts, that.restarts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(axis);
  }

  @Override
  public String toString() {
    return "PairAxes" + Arrays.toString(axis);
  }
}
