package rope4j.rotation.kernel;

/// Plain Java.
record ScalarRotationKernel() implements RotationKernel {

  @Override
  public void half(
      float[] x,
      int offset,
      int heads,
      int headDimension,
      float[] cos,
      float[] sin,
      int angle,
      int pairs) {
    for (int h = 0; h < heads; h++) {
      int head = offset + h * headDimension;
      for (int i = 0; i < pairs; i++) {
        rotate(x, head + i, head + i + pairs, cos[angle + i], sin[angle + i]);
      }
    }
  }

  @Override
  public void interleaved(
      float[] x,
      int offset,
      int heads,
      int headDimension,
      float[] cos,
      float[] sin,
      int angle,
      int pairs) {
    for (int h = 0; h < heads; h++) {
      int head = offset + h * headDimension;
      for (int i = 0; i < pairs; i++) {
        rotate(x, head + 2 * i, head + 2 * i + 1, cos[angle + i], sin[angle + i]);
      }
    }
  }

  static void rotate(float[] x, int first, int second, float cos, float sin) {
    float a = x[first];
    float b = x[second];
    x[first] = a * cos - b * sin;
    x[second] = b * cos + a * sin;
  }
}
