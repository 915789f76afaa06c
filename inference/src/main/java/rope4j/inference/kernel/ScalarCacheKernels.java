package rope4j.inference.kernel;

/// Plain Java. The compiler vectorizes the conversions of binary16 by itself.
record ScalarCacheKernels() implements CacheKernels {

  private static final float LARGEST = 127;

  @Override
  public void widen(short[] from, int fromOffset, float[] to, int toOffset, int count) {
    for (int i = 0; i < count; i++) {
      to[toOffset + i] = Float.float16ToFloat(from[fromOffset + i]);
    }
  }

  @Override
  public void narrow(float[] from, int fromOffset, short[] to, int toOffset, int count) {
    for (int i = 0; i < count; i++) {
      to[toOffset + i] = Float.floatToFloat16(from[fromOffset + i]);
    }
  }

  @Override
  public void dequantize(
      byte[] from, short[] scales, int fromOffset, float[] to, int toOffset, int count) {
    for (int block = 0; block < count; block += BLOCK) {
      float scale = Float.float16ToFloat(scales[(fromOffset + block) / BLOCK]);
      for (int i = block; i < block + BLOCK; i++) {
        to[toOffset + i] = from[fromOffset + i] * scale;
      }
    }
  }

  @Override
  public void quantize(
      float[] from, int fromOffset, byte[] to, short[] scales, int toOffset, int count) {
    for (int block = 0; block < count; block += BLOCK) {
      float most = 0;
      for (int i = block; i < block + BLOCK; i++) {
        most = Math.max(most, Math.abs(from[fromOffset + i]));
      }
      float scale = most / LARGEST;
      float inverse = scale == 0 ? 0 : 1 / scale;
      scales[(toOffset + block) / BLOCK] = Float.floatToFloat16(scale);
      for (int i = block; i < block + BLOCK; i++) {
        to[toOffset + i] = (byte) Math.rint(from[fromOffset + i] * inverse);
      }
    }
  }
}
