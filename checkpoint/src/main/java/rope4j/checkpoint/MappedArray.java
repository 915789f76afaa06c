package rope4j.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// An array whose lengths were all checked when the file was opened.
record MappedArray(
    MetadataType elementType, int size, MemorySegment file, long start, String key, int depth)
    implements MetadataValue.Array {

  @Override
  public List<MetadataValue> values() {
    GgufReader reader = new GgufReader(file, start);
    List<MetadataValue> values = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      values.add(reader.value(elementType, key, depth + 1));
    }
    return List.copyOf(values);
  }

  @Override
  public List<String> strings() {
    require(elementType == MetadataType.STRING, "strings");
    GgufReader reader = new GgufReader(file, start);
    List<String> strings = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      strings.add(reader.text(key));
    }
    return List.copyOf(strings);
  }

  @Override
  public float[] floats() {
    require(
        elementType == MetadataType.FLOAT32
            || elementType == MetadataType.FLOAT64
            || elementType.isInteger(),
        "numbers");
    GgufReader reader = new GgufReader(file, start);
    float[] floats = new float[size];
    for (int i = 0; i < size; i++) {
      floats[i] =
          switch (elementType) {
            case FLOAT32 -> reader.float32(key);
            case FLOAT64 -> (float) reader.float64(key);
            default -> (float) integer(reader);
          };
    }
    return floats;
  }

  @Override
  public long[] integers() {
    require(elementType.isInteger(), "integers");
    GgufReader reader = new GgufReader(file, start);
    long[] integers = new long[size];
    for (int i = 0; i < size; i++) {
      integers[i] = integer(reader);
    }
    return integers;
  }

  private long integer(GgufReader reader) {
    return Metadata.signed(key, (MetadataValue.Int) reader.value(elementType, key, depth + 1));
  }

  private void require(boolean right, String expected) {
    if (!right) {
      throw new CheckpointException(
          key
              + " is an array of "
              + elementType.label()
              + ", but an array of "
              + expected
              + " was expected: convert the model again");
    }
  }

  @Override
  public String toString() {
    return "array of " + size + " " + elementType.label();
  }
}
