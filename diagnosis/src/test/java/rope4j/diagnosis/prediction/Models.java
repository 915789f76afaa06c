package rope4j.diagnosis.prediction;

import rope4j.rotation.Frequencies;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;

/// The models that published figures speak of.
final class Models {

  static final RopeParameters LLAMA_2 = model(128, 10_000, 4096);
  static final RopeParameters LLAMA_3 = model(128, 500_000, 8192);
  static final RopeParameters QWEN_2_5 = model(128, 1_000_000, 32_768);

  private Models() {}

  static RopeParameters model(int dimension, double base, int trainedLength) {
    return new RopeParameters(
        dimension, dimension, base, trainedLength, Pairing.HALF, new Unscaled());
  }

  static Frequencies frequencies(RopeParameters model) {
    return model.frequencies(model.trainedLength());
  }

  static Forecast forecast(RopeParameters model, Scaling scaling, int targetLength) {
    return new Forecast(
        frequencies(model),
        model.withScaling(scaling).frequencies(targetLength),
        model.trainedLength(),
        targetLength);
  }
}
