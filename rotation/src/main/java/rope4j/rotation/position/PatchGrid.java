package rope4j.rotation.position;

/// The coordinates of image patches in the order a vision tower sees them, axis-major.
public final class PatchGrid {

  private PatchGrid() {}

  /// Rows and columns (`[2][height * width]`), row by row.
  public static int[][] rowMajor(int height, int width) {
    int[][] coordinates = new int[2][height * width];
    for (int n = 0; n < height * width; n++) {
      coordinates[0][n] = n / width;
      coordinates[1][n] = n % width;
    }
    return coordinates;
  }

  /// Rows and columns of every frame, block by block: the patches that merge into one token follow
  /// each other.
  ///
  /// Source: Transformers `modeling_qwen2_vl.py`, `rot_pos_emb`.
  ///
  /// @param merge side of a block (`spatial_merge_size`); divides height and width
  public static int[][] blockMajor(int frames, int height, int width, int merge) {
    if (merge < 1 || height % merge != 0 || width % merge != 0) {
      throw new IllegalArgumentException(
          "spatial_merge_size must divide height and width, but it is "
              + merge
              + " and they are "
              + height
              + " and "
              + width);
    }
    int[][] coordinates = new int[2][frames * height * width];
    int n = 0;
    for (int frame = 0; frame < frames; frame++) {
      for (int block = 0; block < height / merge * (width / merge); block++) {
        int top = block / (width / merge) * merge;
        int left = block % (width / merge) * merge;
        for (int inner = 0; inner < merge * merge; inner++) {
          coordinates[0][n] = top + inner / merge;
          coordinates[1][n++] = left + inner % merge;
        }
      }
    }
    return coordinates;
  }

  /// Llama 4's: column and row counted from 1, row by row, and last the class token at 0, which
  /// does not turn.
  public static int[][] llama4(int side) {
    int[][] coordinates = new int[2][side * side + 1];
    for (int n = 0; n < side * side; n++) {
      coordinates[0][n] = n % side + 1;
      coordinates[1][n] = n / side + 1;
    }
    return coordinates;
  }
}
