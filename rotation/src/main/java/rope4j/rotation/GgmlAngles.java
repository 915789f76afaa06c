package rope4j.rotation;

import java.util.Arrays;

/// Angles in float32, operation by operation as ggml's CPU backend forms them.
///
/// Source: ggml `ops.cpp`, `ggml_rope_cache_init`, `ggml_mrope_cache_init` and `rope_yarn`.
final class GgmlAngles implements Angles {

  private final float thetaScale;
  private final float frequencyScale;
  private final float extrapolationFactor;
  private final float magnitude;
  private final float rampStart;
  private final float rampEnd;
  private final float[] frequencyFactors;
  private final boolean[] restarts;

  private GgmlAngles(LlamaCppOperator operator, float[] frequencyFactors, boolean[] restarts) {
    thetaScale = (float) Math.pow(operator.base(), -2.0f / operator.dimensions());
    frequencyScale = operator.frequencyScale();
    extrapolationFactor = operator.extrapolationFactor();
    magnitude = operator.magnitude();
    rampStart = operator.rampStart();
    rampEnd = operator.rampEnd();
    this.frequencyFactors = frequencyFactors;
    this.restarts = restarts;
  }

  /// @param frequencyFactors what divides each pair's angle
  static GgmlAngles of(LlamaCppOperator operator, float[] frequencyFactors) {
    return new GgmlAngles(operator, frequencyFactors, new boolean[frequencyFactors.length]);
  }

  static GgmlAngles of(RopeParameters parameters, int contextLength) {
    LlamaCppMapping mapping = LlamaCppMapping.of(parameters, contextLength);
    return of(mapping.operator(), mapping.frequencyFactors());
  }

  /// The same angles with the running product begun anew at these pairs, as for 2-D vision.
  GgmlAngles restartingAt(boolean[] pairs) {
    return new GgmlAngles(this, magnitude, pairs);
  }

  @Override
  public Angles withAttentionFactor(double factor) {
    return new GgmlAngles(this, (float) factor, restarts);
  }

  private GgmlAngles(GgmlAngles from, float magnitude, boolean[] restarts) {
    thetaScale = from.thetaScale;
    frequencyScale = from.frequencyScale;
    extrapolationFactor = from.extrapolationFactor;
    this.magnitude = magnitude;
    rampStart = from.rampStart;
    rampEnd = from.rampEnd;
    frequencyFactors = from.frequencyFactors;
    this.restarts = Arrays.copyOf(restarts, frequencyFactors.length);
  }

  @Override
  public void fill(int position, float[] cos, float[] sin, int offset) {
    float theta = (float) position;
    for (int i = 0; i < frequencyFactors.length; i++) {
      if (restarts[i]) {
        theta = (float) position;
      }
      float extrapolated = theta / frequencyFactors[i];
      float angle = frequencyScale * extrapolated;
      if (extrapolationFactor != 0) {
        float y = (i - rampStart) / Math.max(0.001f, rampEnd - rampStart);
        float mix = (1 - Math.min(1, Math.max(0, y))) * extrapolationFactor;
        angle = angle * (1 - mix) + extrapolated * mix;
      }
      cos[offset + i] = (float) Math.cos(angle) * magnitude;
      sin[offset + i] = (float) Math.sin(angle) * magnitude;
      theta *= thetaScale;
    }
  }

  @Override
  public double attentionFactor() {
    return magnitude;
  }
}
