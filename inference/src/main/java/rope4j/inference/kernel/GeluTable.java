package rope4j.inference.kernel;

/// ggml's GELU: the tanh formula through a table of all float16 numbers, so that input and result
/// are rounded to float16; the identity from 10 on, and 0 up to -10.
///
/// Source: ggml `vec.h`, `ggml_vec_gelu_f32`; `ggml-cpu.c`, `ggml_table_gelu_f16`.
public final class GeluTable {

  private static final float BOUND = 10;
  private static final float COEFFICIENT = 0.044715f;
  private static final float SQRT_2_OVER_PI = 0.7978846f;

  private static final float[] TABLE = table();

  private GeluTable() {}

  private static float[] table() {
    float[] table = new float[1 << 16];
    for (int bits = 0; bits < table.length; bits++) {
      float x = Float.float16ToFloat((short) bits);
      float inner = SQRT_2_OVER_PI * x * (1 + COEFFICIENT * x * x);
      float y = 0.5f * x * (1 + (float) Math.tanh(inner));
      table[bits] = Float.float16ToFloat(Float.floatToFloat16(y));
    }
    return table;
  }

  /// `x = gelu(x)`, element by element.
  public static void apply(float[] x, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      x[i] = gelu(x[i]);
    }
  }

  /// `gate = gelu(gate) * up`, element by element.
  public static void multiply(float[] gate, int gateOffset, float[] up, int upOffset, int length) {
    for (int i = 0; i < length; i++) {
      gate[gateOffset + i] = gelu(gate[gateOffset + i]) * up[upOffset + i];
    }
  }

  private static float gelu(float x) {
    if (x <= -BOUND) {
      return 0;
    }
    return x >= BOUND ? x : TABLE[Float.floatToFloat16(x) & 0xFFFF];
  }
}
