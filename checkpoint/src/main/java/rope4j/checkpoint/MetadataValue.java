package rope4j.checkpoint;

import java.util.List;

/// A metadata value of a GGUF file.
public sealed interface MetadataValue {

  /// The type it has in the file.
  MetadataType type();

  /// An integer of any width. A `uint64` above [Long#MAX_VALUE] appears as the negative number with
  /// the same bits.
  record Int(MetadataType type, long value) implements MetadataValue {}

  /// A float32 or float64.
  record Real(MetadataType type, double value) implements MetadataValue {}

  /// A truth value.
  record Bool(boolean value) implements MetadataValue {
    @Override
    public MetadataType type() {
      return MetadataType.BOOL;
    }
  }

  /// A string. Bytes that are not UTF-8 appear as U+FFFD.
  record Text(String value) implements MetadataValue {
    @Override
    public MetadataType type() {
      return MetadataType.STRING;
    }
  }

  /// An array. It is a view into the mapped file: nothing is decoded before it is asked for, and
  /// nothing can be asked for once the file is closed.
  sealed interface Array extends MetadataValue permits MappedArray {

    @Override
    default MetadataType type() {
      return MetadataType.ARRAY;
    }

    /// The type of every element.
    MetadataType elementType();

    /// Number of elements.
    int size();

    /// All elements, decoded now.
    List<MetadataValue> values();

    /// All elements of an array of strings, decoded now.
    ///
    /// @throws CheckpointException when the elements are not strings
    List<String> strings();

    /// All elements of an array of numbers, decoded now; integers are rounded to float32.
    ///
    /// @throws CheckpointException when the elements are not numbers
    float[] floats();

    /// All elements of an array of integers of any width, decoded now.
    ///
    /// @throws CheckpointException when the elements are not integers, or one is beyond 64 signed
    ///   bits
    long[] integers();
  }
}
