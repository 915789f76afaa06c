package rope4j.inference.kernel;

import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static rope4j.inference.kernel.VectorDecoders.BYTES;
import static rope4j.inference.kernel.VectorDecoders.INTS;
import static rope4j.inference.kernel.VectorDecoders.LANES;
import static rope4j.inference.kernel.VectorDecoders.PARTS;
import static rope4j.inference.kernel.VectorDecoders.STEP;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// The Vector API where the compiler does not find vectors by itself: reading quantized rows, which
/// happens once per token and key, while a row is written once.
record VectorCacheKernels() implements CacheKernels {

  private static final ScalarCacheKernels SCALAR = new ScalarCacheKernels();

  @Override
  public void widen(short[] from, int fromOffset, float[] to, int toOffset, int count) {
    SCALAR.widen(from, fromOffset, to, toOffset, count);
  }

  @Override
  public void narrow(float[] from, int fromOffset, short[] to, int toOffset, int count) {
    SCALAR.narrow(from, fromOffset, to, toOffset, count);
  }

  @Override
  public void dequantize(
      byte[] from, short[] scales, int fromOffset, float[] to, int toOffset, int count) {
    for (int block = 0; block < count; block += BLOCK) {
      float scale = Float.float16ToFloat(scales[(fromOffset + block) / BLOCK]);
      for (int i = block; i < block + BLOCK; i += STEP) {
        ByteVector bytes = ByteVector.fromArray(BYTES, from, fromOffset + i);
        for (int part = 0; part < PARTS; part++) {
          IntVector value = (IntVector) bytes.convertShape(B2I, INTS, part);
          ((FloatVector) value.convert(I2F, 0))
              .mul(scale)
              .intoArray(to, toOffset + i + part * LANES);
        }
      }
    }
  }

  @Override
  public void quantize(
      float[] from, int fromOffset, byte[] to, short[] scales, int toOffset, int count) {
    SCALAR.quantize(from, fromOffset, to, scales, toOffset, count);
  }
}
