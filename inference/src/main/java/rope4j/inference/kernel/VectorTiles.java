package rope4j.inference.kernel;

import static rope4j.inference.kernel.Kernels.TILE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Products with tiles of tokens, [Kernels#multiply] in the Vector API: a factor is spread over all
/// lanes and multiplied with two vectors of tokens at a time.
final class VectorTiles {

  private static final VectorSpecies<Float> SPECIES = VectorKernels.SPECIES;
  private static final int LANES = SPECIES.length();

  /// Processors with 512-bit vectors have 32 of them; others 16.
  private static final boolean MANY_REGISTERS = SPECIES.vectorBitSize() == 512;

  private VectorTiles() {}

  static void multiply(
      float[] a,
      int aOffset,
      int aRow,
      int aDepth,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int rows,
      int depth,
      boolean accumulate) {
    for (int t = 0; t < TILE; t += 2 * LANES) {
      int r = 0;
      for (; MANY_REGISTERS && aDepth == 1 && r + 8 <= rows; r += 8) {
        eightRows(
            a,
            aOffset + r * aRow,
            aRow,
            b,
            bOffset + t,
            c,
            cOffset + r * TILE + t,
            depth,
            accumulate);
      }
      for (; r + 4 <= rows; r += 4) {
        fourRows(
            a,
            aOffset + r * aRow,
            aRow,
            aDepth,
            b,
            bOffset + t,
            c,
            cOffset + r * TILE + t,
            depth,
            accumulate);
      }
      for (; r < rows; r++) {
        oneRow(
            a,
            aOffset + r * aRow,
            aDepth,
            b,
            bOffset + t,
            c,
            cOffset + r * TILE + t,
            depth,
            accumulate);
      }
    }
  }

  // Rows whose columns are neighbours, so that the compiler sees that no index leaves the array.
  // Sixteen accumulators: each loaded factor is used twice, each loaded vector eight times, so that
  // the multipliers are the limit and not the loads.
  private static void eightRows(
      float[] a,
      int aOffset,
      int aRow,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int depth,
      boolean accumulate) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s40 = s00;
    FloatVector s41 = s00;
    FloatVector s50 = s00;
    FloatVector s51 = s00;
    FloatVector s60 = s00;
    FloatVector s61 = s00;
    FloatVector s70 = s00;
    FloatVector s71 = s00;
    if (accumulate) {
      s00 = FloatVector.fromArray(SPECIES, c, cOffset);
      s01 = FloatVector.fromArray(SPECIES, c, cOffset + LANES);
      s10 = FloatVector.fromArray(SPECIES, c, cOffset + TILE);
      s11 = FloatVector.fromArray(SPECIES, c, cOffset + TILE + LANES);
      s20 = FloatVector.fromArray(SPECIES, c, cOffset + 2 * TILE);
      s21 = FloatVector.fromArray(SPECIES, c, cOffset + 2 * TILE + LANES);
      s30 = FloatVector.fromArray(SPECIES, c, cOffset + 3 * TILE);
      s31 = FloatVector.fromArray(SPECIES, c, cOffset + 3 * TILE + LANES);
      s40 = FloatVector.fromArray(SPECIES, c, cOffset + 4 * TILE);
      s41 = FloatVector.fromArray(SPECIES, c, cOffset + 4 * TILE + LANES);
      s50 = FloatVector.fromArray(SPECIES, c, cOffset + 5 * TILE);
      s51 = FloatVector.fromArray(SPECIES, c, cOffset + 5 * TILE + LANES);
      s60 = FloatVector.fromArray(SPECIES, c, cOffset + 6 * TILE);
      s61 = FloatVector.fromArray(SPECIES, c, cOffset + 6 * TILE + LANES);
      s70 = FloatVector.fromArray(SPECIES, c, cOffset + 7 * TILE);
      s71 = FloatVector.fromArray(SPECIES, c, cOffset + 7 * TILE + LANES);
    }
    int a1At = aOffset + aRow;
    int a2At = aOffset + 2 * aRow;
    int a3At = aOffset + 3 * aRow;
    int a4At = aOffset + 4 * aRow;
    int a5At = aOffset + 5 * aRow;
    int a6At = aOffset + 6 * aRow;
    int a7At = aOffset + 7 * aRow;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + k * TILE);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, bOffset + k * TILE + LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[a1At + k]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[a2At + k]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[a3At + k]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[a4At + k]);
      s40 = a4.fma(b0, s40);
      s41 = a4.fma(b1, s41);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[a5At + k]);
      s50 = a5.fma(b0, s50);
      s51 = a5.fma(b1, s51);
      FloatVector a6 = FloatVector.broadcast(SPECIES, a[a6At + k]);
      s60 = a6.fma(b0, s60);
      s61 = a6.fma(b1, s61);
      FloatVector a7 = FloatVector.broadcast(SPECIES, a[a7At + k]);
      s70 = a7.fma(b0, s70);
      s71 = a7.fma(b1, s71);
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + LANES);
    s10.intoArray(c, cOffset + TILE);
    s11.intoArray(c, cOffset + TILE + LANES);
    s20.intoArray(c, cOffset + 2 * TILE);
    s21.intoArray(c, cOffset + 2 * TILE + LANES);
    s30.intoArray(c, cOffset + 3 * TILE);
    s31.intoArray(c, cOffset + 3 * TILE + LANES);
    s40.intoArray(c, cOffset + 4 * TILE);
    s41.intoArray(c, cOffset + 4 * TILE + LANES);
    s50.intoArray(c, cOffset + 5 * TILE);
    s51.intoArray(c, cOffset + 5 * TILE + LANES);
    s60.intoArray(c, cOffset + 6 * TILE);
    s61.intoArray(c, cOffset + 6 * TILE + LANES);
    s70.intoArray(c, cOffset + 7 * TILE);
    s71.intoArray(c, cOffset + 7 * TILE + LANES);
  }

  // Eight accumulators: as many as two FMA units of latency four keep busy, and few enough for
  // sixteen registers.
  private static void fourRows(
      float[] a,
      int aOffset,
      int aRow,
      int aDepth,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int depth,
      boolean accumulate) {
    int c1 = cOffset + TILE;
    int c2 = c1 + TILE;
    int c3 = c2 + TILE;
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    if (accumulate) {
      s00 = FloatVector.fromArray(SPECIES, c, cOffset);
      s01 = FloatVector.fromArray(SPECIES, c, cOffset + LANES);
      s10 = FloatVector.fromArray(SPECIES, c, c1);
      s11 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
      s20 = FloatVector.fromArray(SPECIES, c, c2);
      s21 = FloatVector.fromArray(SPECIES, c, c2 + LANES);
      s30 = FloatVector.fromArray(SPECIES, c, c3);
      s31 = FloatVector.fromArray(SPECIES, c, c3 + LANES);
    }
    int row1 = aRow;
    int row2 = 2 * aRow;
    int row3 = 3 * aRow;
    int at = aOffset;
    int in = bOffset;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, in);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, in + LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[at]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[at + row1]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[at + row2]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[at + row3]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      at += aDepth;
      in += TILE;
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + LANES);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + LANES);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + LANES);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + LANES);
  }

  private static void oneRow(
      float[] a,
      int aOffset,
      int aDepth,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int depth,
      boolean accumulate) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    if (accumulate) {
      s0 = FloatVector.fromArray(SPECIES, c, cOffset);
      s1 = FloatVector.fromArray(SPECIES, c, cOffset + LANES);
    }
    for (int k = 0; k < depth; k++) {
      FloatVector factor = FloatVector.broadcast(SPECIES, a[aOffset + k * aDepth]);
      s0 = factor.fma(FloatVector.fromArray(SPECIES, b, bOffset + k * TILE), s0);
      s1 = factor.fma(FloatVector.fromArray(SPECIES, b, bOffset + k * TILE + LANES), s1);
    }
    s0.intoArray(c, cOffset);
    s1.intoArray(c, cOffset + LANES);
  }
}
