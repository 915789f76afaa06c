package rope4j.inference;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.TensorType;
import rope4j.inference.kernel.Kernels;
import rope4j.inference.kernel.RoundedRowProduct;
import rope4j.inference.kernel.RoundedToken;
import rope4j.inference.kernel.RowProduct;
import rope4j.inference.kernel.WeightDecoder;

/// A mapped weight matrix, read in pieces: it is never copied to the heap as a whole.
///
/// @param rows outputs
/// @param columns inputs; consecutive in the file, whole blocks of the type
/// @param type how the file stores a row
/// @param data the mapped bytes of all rows
/// @param interleaved a copy of them for single tokens, as far as it was made
record WeightMatrix(
    int rows, int columns, TensorType type, MemorySegment data, InterleavedRows interleaved) {

  private static final Kernels SCALAR = Kernels.scalar();

  WeightMatrix(int rows, int columns, TensorType type, MemorySegment data) {
    this(rows, columns, type, data, new InterleavedRows(rows));
  }

  /// Whether this engine can read the type.
  static boolean supports(TensorType type) {
    return SCALAR.decoder(type).isPresent();
  }

  /// What reads this matrix with these kernels, for [#unpack].
  WeightDecoder decoder(Kernels kernels) {
    // Asked for every panel of every token: a supplier that captures the type would be an object
    // each
    // time wherever the compiler doesn't see through it.
    Optional<WeightDecoder> decoder = kernels.decoder(type);
    if (decoder.isEmpty()) {
      throw new CheckpointException("tensor type " + type + " can't be read by this engine");
    }
    return decoder.get();
  }

  /// The byte where a column of a row starts.
  ///
  /// @param column a multiple of the type's block
  long offset(int row, int column) {
    return ((long) row * columns + column) / type.blockElements() * type.blockBytes();
  }

  /// Reads part of a row as float32.
  ///
  /// @param decoder the one for this matrix
  /// @param column first column; it and `count` are multiples of the type's block
  void unpack(WeightDecoder decoder, int row, int column, int count, float[] into, int offset) {
    decoder.decode(data, offset(row, column), into, offset, count);
  }

  /// The same for a single row, such as that of an embedding, where speed doesn't matter.
  void unpack(int row, int column, int count, float[] into, int offset) {
    unpack(decoder(SCALAR), row, column, count, into, offset);
  }

  /// Multiplies some rows with one token: the first half of them in one stream, the second in
  /// another.
  ///
  /// @param product the one for this matrix's type
  void multiply(
      RowProduct product,
      int firstRow,
      int count,
      float[] x,
      int xAt,
      float[] y,
      int yAt,
      boolean accumulate,
      float[] scratch) {
    product.prepare(x, xAt, columns, scratch);
    int half = (count + 1) / 2;
    for (int r = 0; r < half; r++) {
      // The middle row of an odd count goes with itself.
      int other = r + half < count ? r + half : r;
      product.multiply(
          data,
          offset(firstRow + r, 0),
          offset(firstRow + other, 0),
          columns,
          x,
          xAt,
          y,
          yAt + r,
          yAt + other,
          accumulate,
          scratch);
    }
  }

  /// The same with a token rounded to eight bits.
  ///
  /// @param product the one for this matrix's type
  void multiply(
      RoundedRowProduct product,
      int firstRow,
      int count,
      RoundedToken x,
      float[] y,
      int yAt,
      boolean accumulate,
      float[] scratch) {
    product.prepare(x, columns, scratch);
    int half = (count + 1) / 2;
    for (int r = 0; r < half; r++) {
      int other = r + half < count ? r + half : r;
      product.multiply(
          data,
          offset(firstRow + r, 0),
          offset(firstRow + other, 0),
          columns,
          x,
          y,
          yAt + r,
          yAt + other,
          accumulate,
          scratch);
    }
  }

  /// All of it, for vectors such as norm weights.
  float[] toArray() {
    float[] values = new float[Math.multiplyExact(rows, columns)];
    for (int row = 0; row < rows; row++) {
      unpack(row, 0, columns, values, row * columns);
    }
    return values;
  }
}
