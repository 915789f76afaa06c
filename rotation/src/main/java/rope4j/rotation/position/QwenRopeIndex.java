package rope4j.rotation.position;

import java.util.Arrays;

/// Positions of text, images and videos on three axes, as Qwen2-VL gives them.
///
/// A run of text counts up on all axes alike. The patches of an image or video share a start, from
/// which each axis counts its own way: time by `interval` per frame, height and width by merged
/// patch. What follows goes on from the start plus the larger of height and width: time is not
/// considered, so that a long video overlaps with the text behind it.
///
/// Source: Transformers `modeling_qwen2_vl.py`, `get_rope_index`. Qwen2.5-VL's interval is
/// `tokens_per_second * int(seconds_per_grid)`.
///
/// @param positions `[3][tokens]`: time, height, width; 0 at masked tokens
/// @param delta what is added to the number of attended tokens so far to go on after these (
///   `mrope_position_delta`)
public record QwenRopeIndex(int[][] positions, int delta) {

  /// What a token stands for.
  public enum Kind {
    /// A text token.
    TEXT,
    /// A merged patch of an image.
    IMAGE,
    /// A merged patch of a video.
    VIDEO
  }

  /// The sizes of one image or video in patches, before merging.
  ///
  /// @param frames along time
  /// @param height along height
  /// @param width along width
  public record Grid(int frames, int height, int width) {

    public Grid {
      if (frames < 1 || height < 1 || width < 1) {
        throw new IllegalArgumentException(
            "a grid must be at least 1 x 1 x 1, but it is "
                + frames
                + " x "
                + height
                + " x "
                + width);
      }
    }

    private int tokens(int merge) {
      return frames * (height / merge) * (width / merge);
    }
  }

  public QwenRopeIndex {
    positions = Arrays.stream(positions).map(int[]::clone).toArray(int[][]::new);
  }

  /// A copy of the positions, axis-major.
  @Override
  public int[][] positions() {
    return Arrays.stream(positions).map(int[]::clone).toArray(int[][]::new);
  }

  /// @param kinds one per token
  /// @param attended one per token; false for padding, which gets position 0
  /// @param images the images' sizes in order
  /// @param videos the videos' sizes in order
  /// @param merge patches per token along height and along width (`spatial_merge_size`)
  /// @param interval time steps per frame, 1 in Qwen2-VL
  /// @throws IllegalArgumentException when grids and tokens do not match
  public static QwenRopeIndex of(
      Kind[] kinds, boolean[] attended, Grid[] images, Grid[] videos, int merge, int interval) {
    if (kinds.length != attended.length) {
      throw new IllegalArgumentException(
          "there are " + kinds.length + " tokens but " + attended.length + " mask entries");
    }
    int[] tokens = new int[kinds.length];
    int count = 0;
    for (int t = 0; t < kinds.length; t++) {
      if (attended[t]) {
        tokens[count++] = t;
      }
    }
    int[][] positions = new int[3][kinds.length];
    int next = 0;
    int image = 0;
    int video = 0;
    for (int n = 0; n < count; ) {
      Kind kind = kinds[tokens[n]];
      if (kind == Kind.TEXT) {
        set(positions, tokens[n], next, next, next);
        next++;
        n++;
        continue;
      }
      Grid grid = kind == Kind.IMAGE ? take(images, image++, kind) : take(videos, video++, kind);
      requireRun(kinds, tokens, n, count, grid.tokens(merge), kind);
      place(positions, tokens, n, grid, merge, interval, next);
      next += Math.max(grid.height, grid.width) / merge;
      n += grid.tokens(merge);
    }
    return new QwenRopeIndex(positions, largest(positions) + 1 - count);
  }

  private static Grid take(Grid[] grids, int index, Kind kind) {
    if (index >= grids.length) {
      throw new IllegalArgumentException(
          "there are tokens of kind " + kind + " beyond the " + grids.length + " grids given");
    }
    return grids[index];
  }

  private static void requireRun(
      Kind[] kinds, int[] tokens, int from, int count, int length, Kind kind) {
    for (int n = from; n < from + length; n++) {
      if (n >= count || kinds[tokens[n]] != kind) {
        throw new IllegalArgumentException(
            "a grid of kind "
                + kind
                + " needs "
                + length
                + " tokens, but only "
                + (n - from)
                + " follow");
      }
    }
  }

  private static void place(
      int[][] positions, int[] tokens, int from, Grid grid, int merge, int interval, int start) {
    int n = from;
    for (int t = 0; t < grid.frames; t++) {
      for (int h = 0; h < grid.height / merge; h++) {
        for (int w = 0; w < grid.width / merge; w++) {
          set(positions, tokens[n++], start + t * interval, start + h, start + w);
        }
      }
    }
  }

  private static void set(int[][] positions, int token, int t, int h, int w) {
    positions[0][token] = t;
    positions[1][token] = h;
    positions[2][token] = w;
  }

  private static int largest(int[][] positions) {
    return Arrays.stream(positions).flatMapToInt(Arrays::stream).max().orElse(-1);
  }
}
