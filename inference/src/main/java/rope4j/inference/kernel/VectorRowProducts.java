package rope4j.inference.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;
import static rope4j.inference.kernel.Stored.half;
import static rope4j.inference.kernel.VectorDecoders.BYTES;
import static rope4j.inference.kernel.VectorDecoders.FLOATS;
import static rope4j.inference.kernel.VectorDecoders.INTS;
import static rope4j.inference.kernel.VectorDecoders.LANES;
import static rope4j.inference.kernel.VectorDecoders.PARTS;
import static rope4j.inference.kernel.VectorDecoders.SHORTS;
import static rope4j.inference.kernel.VectorDecoders.STEP;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import rope4j.checkpoint.TensorType;

/// [RowProduct]s in the Vector API. No vector is passed to a method: it would be put on the heap
/// wherever that method isn't inlined.
final class VectorRowProducts {

  private static final int BLOCK = 32;
  private static final int HALF = BLOCK / 2;

  /// Made once: a product asks for one, and must not allocate.
  private static final List<Optional<RowProduct>> ALL =
      Arrays.stream(TensorType.values()).map(VectorRowProducts::find).toList();

  private VectorRowProducts() {}

  /// The one for a type; empty where weights are better unpacked first.
  static Optional<RowProduct> of(TensorType type) {
    return ALL.get(type.ordinal());
  }

  private static Optional<RowProduct> find(TensorType type) {
    return switch (type) {
      case F32 -> Optional.of(VectorRowProducts::f32);
      case F16 -> Optional.of(VectorRowProducts::f16);
      case BF16 -> Optional.of(VectorRowProducts::bf16);
      case Q8_0 -> Optional.of(VectorRowProducts::q8_0);
      case Q4_0 -> Optional.of(new OneByOne(VectorRowProducts::q4_0));
      case Q4_K -> Optional.of(new OneByOne(new VectorRowsOfQ4K()));
      case Q6_K -> Optional.of(new OneByOne(new VectorRowsOfQ6K()));
      default -> Optional.empty();
    };
  }

  static void f32(
      MemorySegment data,
      long first,
      long second,
      int columns,
      float[] x,
      int xAt,
      float[] y,
      int yFirst,
      int ySecond,
      boolean accumulate,
      float[] scratch) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    FloatVector more0 = sum0;
    FloatVector more1 = sum0;
    int k = 0;
    for (; k + 2 * LANES <= columns; k += 2 * LANES) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + k);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xAt + k + LANES);
      long p = first + 4L * k;
      long q = second + 4L * k;
      sum0 = FloatVector.fromMemorySegment(FLOATS, data, p, LITTLE_ENDIAN).fma(x0, sum0);
      sum1 = FloatVector.fromMemorySegment(FLOATS, data, q, LITTLE_ENDIAN).fma(x0, sum1);
      more0 =
          FloatVector.fromMemorySegment(FLOATS, data, p + 4 * LANES, LITTLE_ENDIAN).fma(x1, more0);
      more1 =
          FloatVector.fromMemorySegment(FLOATS, data, q + 4 * LANES, LITTLE_ENDIAN).fma(x1, more1);
    }
    sum0 = sum0.add(more0);
    sum1 = sum1.add(more1);
    float a = sum0.reduceLanes(ADD);
    float b = sum1.reduceLanes(ADD);
    for (; k < columns; k++) {
      a += Stored.single(data, first + 4L * k) * x[xAt + k];
      b += Stored.single(data, second + 4L * k) * x[xAt + k];
    }
    float before = accumulate ? y[yFirst] : 0;
    float beforeSecond = accumulate ? y[ySecond] : 0;
    y[yFirst] = before + a;
    y[ySecond] = beforeSecond + b;
  }

  /// A half float's sign and fraction are moved to their places in a float, whose exponent then
  /// counts from 112 too low. Infinities and NaN become large numbers: weights have none.
  static void f16(
      MemorySegment data,
      long first,
      long second,
      int columns,
      float[] x,
      int xAt,
      float[] y,
      int yFirst,
      int ySecond,
      boolean accumulate,
      float[] scratch) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    FloatVector more0 = sum0;
    FloatVector more1 = sum0;
    int k = 0;
    for (; k + 2 * LANES <= columns; k += 2 * LANES) {
      long p = first + 2L * k;
      long q = second + 2L * k;
      FloatVector w00 =
          ((IntVector)
                  ShortVector.fromMemorySegment(SHORTS, data, p, LITTLE_ENDIAN)
                      .convertShape(S2I, INTS, 0))
              .lanewise(LSHL, 13)
              .and(0x8FFF_E000)
              .reinterpretAsFloats()
              .mul(0x1p112f);
      FloatVector w01 =
          ((IntVector)
                  ShortVector.fromMemorySegment(SHORTS, data, p + 2 * LANES, LITTLE_ENDIAN)
                      .convertShape(S2I, INTS, 0))
              .lanewise(LSHL, 13)
              .and(0x8FFF_E000)
              .reinterpretAsFloats()
              .mul(0x1p112f);
      FloatVector w10 =
          ((IntVector)
                  ShortVector.fromMemorySegment(SHORTS, data, q, LITTLE_ENDIAN)
                      .convertShape(S2I, INTS, 0))
              .lanewise(LSHL, 13)
              .and(0x8FFF_E000)
              .reinterpretAsFloats()
              .mul(0x1p112f);
      FloatVector w11 =
          ((IntVector)
                  ShortVector.fromMemorySegment(SHORTS, data, q + 2 * LANES, LITTLE_ENDIAN)
                      .convertShape(S2I, INTS, 0))
              .lanewise(LSHL, 13)
              .and(0x8FFF_E000)
              .reinterpretAsFloats()
              .mul(0x1p112f);
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + k);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xAt + k + LANES);
      sum0 = w00.fma(x0, sum0);
      sum1 = w10.fma(x0, sum1);
      more0 = w01.fma(x1, more0);
      more1 = w11.fma(x1, more1);
    }
    sum0 = sum0.add(more0);
    sum1 = sum1.add(more1);
    float a = sum0.reduceLanes(ADD);
    float b = sum1.reduceLanes(ADD);
    for (; k < columns; k++) {
      a += Stored.half(data, first + 2L * k) * x[xAt + k];
      b += Stored.half(data, second + 2L * k) * x[xAt + k];
    }
    float before = accumulate ? y[yFirst] : 0;
    float beforeSecond = accumulate ? y[ySecond] : 0;
    y[yFirst] = before + a;
    y[ySecond] = beforeSecond + b;
  }

  static void bf16(
      MemorySegment data,
      long first,
      long second,
      int columns,
      float[] x,
      int xAt,
      float[] y,
      int yFirst,
      int ySecond,
      boolean accumulate,
      float[] scratch) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    FloatVector more0 = sum0;
    FloatVector more1 = sum0;
    int k = 0;
    for (; k + 2 * LANES <= columns; k += 2 * LANES) {
      long p = first + 2L * k;
      long q = second + 2L * k;
      FloatVector w00 =
          ((IntVector)
                  ShortVector.fromMemorySegment(SHORTS, data, p, LITTLE_ENDIAN)
                      .convertShape(S2I, INTS, 0))
              .lanewise(LSHL, 16)
              .reinterpretAsFloats();
      FloatVector w01 =
          ((IntVector)
                  ShortVector.fromMemorySegment(SHORTS, data, p + 2 * LANES, LITTLE_ENDIAN)
                      .convertShape(S2I, INTS, 0))
              .lanewise(LSHL, 16)
              .reinterpretAsFloats();
      FloatVector w10 =
          ((IntVector)
                  ShortVector.fromMemorySegment(SHORTS, data, q, LITTLE_ENDIAN)
                      .convertShape(S2I, INTS, 0))
              .lanewise(LSHL, 16)
              .reinterpretAsFloats();
      FloatVector w11 =
          ((IntVector)
                  ShortVector.fromMemorySegment(SHORTS, data, q + 2 * LANES, LITTLE_ENDIAN)
                      .convertShape(S2I, INTS, 0))
              .lanewise(LSHL, 16)
              .reinterpretAsFloats();
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + k);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xAt + k + LANES);
      sum0 = w00.fma(x0, sum0);
      sum1 = w10.fma(x0, sum1);
      more0 = w01.fma(x1, more0);
      more1 = w11.fma(x1, more1);
    }
    sum0 = sum0.add(more0);
    sum1 = sum1.add(more1);
    float a = sum0.reduceLanes(ADD);
    float b = sum1.reduceLanes(ADD);
    for (; k < columns; k++) {
      a += Stored.brain(data, first + 2L * k) * x[xAt + k];
      b += Stored.brain(data, second + 2L * k) * x[xAt + k];
    }
    float before = accumulate ? y[yFirst] : 0;
    float beforeSecond = accumulate ? y[ySecond] : 0;
    y[yFirst] = before + a;
    y[ySecond] = beforeSecond + b;
  }

  static void q8_0(
      MemorySegment data,
      long first,
      long second,
      int columns,
      float[] x,
      int xAt,
      float[] y,
      int yFirst,
      int ySecond,
      boolean accumulate,
      float[] scratch) {
    FloatVector sum = FloatVector.zero(FLOATS);
    FloatVector sumSecond = sum;
    long block = first;
    long between = second - first;
    for (int k = xAt; k < xAt + columns; k += BLOCK, block += 34) {
      FloatVector product = FloatVector.zero(FLOATS);
      FloatVector productSecond = product;
      for (int i = 0; i < BLOCK; i += STEP) {
        ByteVector w = ByteVector.fromMemorySegment(BYTES, data, block + 2 + i, LITTLE_ENDIAN);
        ByteVector v =
            ByteVector.fromMemorySegment(BYTES, data, block + between + 2 + i, LITTLE_ENDIAN);
        for (int part = 0; part < PARTS; part++) {
          FloatVector xs = FloatVector.fromArray(FLOATS, x, k + i + part * LANES);
          product = ((FloatVector) w.convertShape(B2F, FLOATS, part)).fma(xs, product);
          productSecond = ((FloatVector) v.convertShape(B2F, FLOATS, part)).fma(xs, productSecond);
        }
      }
      sum = product.fma(FloatVector.broadcast(FLOATS, half(data, block)), sum);
      sumSecond =
          productSecond.fma(FloatVector.broadcast(FLOATS, half(data, block + between)), sumSecond);
    }
    float before = accumulate ? y[yFirst] : 0;
    float beforeSecond = accumulate ? y[ySecond] : 0;
    y[yFirst] = before + sum.reduceLanes(ADD);
    y[ySecond] = beforeSecond + sumSecond.reduceLanes(ADD);
  }

  static float q4_0(
      MemorySegment data, long row, int columns, float[] x, int xAt, float[] scratch) {
    FloatVector sum = FloatVector.zero(FLOATS);
    long block = row;
    for (int k = xAt; k < xAt + columns; k += BLOCK, block += 18) {
      float scale = half(data, block);
      FloatVector product = FloatVector.zero(FLOATS);
      for (int i = 0; i < HALF; i += STEP) {
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, data, block + 2 + i, LITTLE_ENDIAN);
        for (int part = 0; part < PARTS; part++) {
          int at = k + i + part * LANES;
          IntVector pair = (IntVector) bytes.convertShape(ZERO_EXTEND_B2I, INTS, part);
          product =
              ((FloatVector) pair.and(15).sub(8).convert(I2F, 0))
                  .fma(FloatVector.fromArray(FLOATS, x, at), product);
          product =
              ((FloatVector) pair.lanewise(LSHR, 4).sub(8).convert(I2F, 0))
                  .fma(FloatVector.fromArray(FLOATS, x, at + HALF), product);
        }
      }
      sum = product.fma(FloatVector.broadcast(FLOATS, scale), sum);
    }
    return sum.reduceLanes(ADD);
  }
}
