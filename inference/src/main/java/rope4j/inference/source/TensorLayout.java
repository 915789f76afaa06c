package rope4j.inference.source;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import rope4j.checkpoint.TensorType;

/// What tells a tensor of a Hugging Face folder from the same one in a GGUF file. Shapes have the
/// outermost dimension first.
enum TensorLayout {
  /// Nothing.
  AS_IT_IS,

  /// Norms whose weight is stored as its distance from 1.
  PLUS_ONE,

  /// `[…, inputs, outputs]` instead of `[…, outputs, inputs]`.
  TRANSPOSED,

  /// Rows for queries, keys and values group by group, where a group of query heads shares a key:
  /// `[groups][queries…, key, value][channels]` instead of all queries, all keys, all values.
  BY_GROUP,

  /// Transposed, and of the outputs those at even places.
  EVEN_COLUMNS,

  /// Transposed, and of the outputs those at odd places.
  ODD_COLUMNS,

  /// Of the last dimension those at even places.
  EVEN_ELEMENTS,

  /// Of the last dimension those at odd places.
  ODD_ELEMENTS;

  /// Heads of a model, which say how fused rows lie.
  record Heads(int queries, int keys, int channels) {}

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort LITTLE_SHORT = SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat LITTLE_FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static TensorLayout of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /// What it means for a bias beside the weight.
  TensorLayout ofBias() {
    return this == BY_GROUP ? BY_GROUP : AS_IT_IS;
  }

  /// The shape after it.
  List<Long> shape(List<Long> shape) {
    List<Long> after = new ArrayList<>(shape);
    int last = shape.size() - 1;
    switch (this) {
      case AS_IT_IS, PLUS_ONE, BY_GROUP -> {}
      case TRANSPOSED -> swap(after);
      case EVEN_COLUMNS, ODD_COLUMNS -> {
        after.set(last, shape.get(last) / 2);
        swap(after);
      }
      case EVEN_ELEMENTS, ODD_ELEMENTS -> after.set(last, shape.get(last) / 2);
    }
    return after;
  }

  /// Dimensions that there must be at least; the last must be even where it is halved.
  boolean fits(List<Long> shape) {
    return switch (this) {
      case AS_IT_IS, PLUS_ONE -> true;
      case BY_GROUP -> !shape.isEmpty();
      case TRANSPOSED -> shape.size() >= 2;
      case EVEN_COLUMNS, ODD_COLUMNS -> shape.size() >= 2 && shape.getLast() % 2 == 0;
      case EVEN_ELEMENTS, ODD_ELEMENTS -> !shape.isEmpty() && shape.getLast() % 2 == 0;
    };
  }

  /// How the elements are stored after it.
  TensorType type(TensorType stored) {
    return this == PLUS_ONE ? TensorType.F32 : stored;
  }

  /// The bytes after it: the same segment where nothing changes, else a copy.
  ///
  /// @param shape before it, which must fit
  MemorySegment apply(
      MemorySegment data, List<Long> shape, TensorType type, Heads heads, Arena arena) {
    return switch (this) {
      case AS_IT_IS -> data;
      case PLUS_ONE -> plusOne(data, type, arena);
      case BY_GROUP -> byGroup(data, shape.getFirst(), heads, arena);
      case TRANSPOSED -> columns(data, shape, type, 0, 1, arena);
      case EVEN_COLUMNS -> columns(data, shape, type, 0, 2, arena);
      case ODD_COLUMNS -> columns(data, shape, type, 1, 2, arena);
      case EVEN_ELEMENTS -> elements(data, type, 0, arena);
      case ODD_ELEMENTS -> elements(data, type, 1, arena);
    };
  }

  private static void swap(List<Long> shape) {
    int last = shape.size() - 1;
    shape.set(last - 1, shape.set(last, shape.get(last - 1)));
  }

  private static MemorySegment plusOne(MemorySegment data, TensorType type, Arena arena) {
    long count = data.byteSize() / type.blockBytes();
    MemorySegment sums = arena.allocate(count * Float.BYTES, Float.BYTES);
    for (long i = 0; i < count; i++) {
      float value =
          switch (type) {
            case F32 -> data.get(LITTLE_FLOAT, i * Float.BYTES);
            case F16 -> Float.float16ToFloat(data.get(LITTLE_SHORT, i * Short.BYTES));
            default -> Float.intBitsToFloat(data.get(LITTLE_SHORT, i * Short.BYTES) << 16);
          };
      sums.set(LITTLE_FLOAT, i * Float.BYTES, 1 + value);
    }
    return sums;
  }

  private static MemorySegment byGroup(MemorySegment data, long rows, Heads heads, Arena arena) {
    long group = heads.queries / heads.keys;
    long expected = heads.keys * (group + 2) * heads.channels;
    // With one group the orders are the same; another number of rows is the reader's to refuse.
    if (heads.keys == 1 || rows != expected) {
      return data;
    }
    long head = data.byteSize() / rows * heads.channels;
    MemorySegment sorted = arena.allocate(data.byteSize(), Float.BYTES);
    for (long g = 0; g < heads.keys; g++) {
      long from = g * (group + 2) * head;
      MemorySegment.copy(data, from, sorted, g * group * head, group * head);
      MemorySegment.copy(data, from + group * head, sorted, (heads.queries + g) * head, head);
      MemorySegment.copy(
          data, from + (group + 1) * head, sorted, (heads.queries + heads.keys + g) * head, head);
    }
    return sorted;
  }

  /// Every `step`-th column from `first` on becomes a row, matrix by matrix.
  private static MemorySegment columns(
      MemorySegment data, List<Long> shape, TensorType type, int first, int step, Arena arena) {
    long columns = shape.getLast();
    long rows = shape.get(shape.size() - 2);
    int size = type.blockBytes();
    MemorySegment turned = arena.allocate(data.byteSize() / step, Float.BYTES);
    long matrices = data.byteSize() / (rows * columns * size);
    long at = 0;
    for (long m = 0; m < matrices; m++) {
      for (long column = first; column < columns; column += step) {
        for (long row = 0; row < rows; row++) {
          copy(data, ((m * rows + row) * columns + column) * size, turned, at, size);
          at += size;
        }
      }
    }
    return turned;
  }

  private static MemorySegment elements(
      MemorySegment data, TensorType type, int first, Arena arena) {
    int size = type.blockBytes();
    MemorySegment half = arena.allocate(data.byteSize() / 2, Float.BYTES);
    for (long at = 0; at < half.byteSize(); at += size) {
      copy(data, 2 * at + (long) first * size, half, at, size);
    }
    return half;
  }

  private static void copy(MemorySegment from, long at, MemorySegment to, long there, int size) {
    if (size == Short.BYTES) {
      to.set(SHORT, there, from.get(SHORT, at));
    } else {
      to.set(INT, there, from.get(INT, at));
    }
  }
}
