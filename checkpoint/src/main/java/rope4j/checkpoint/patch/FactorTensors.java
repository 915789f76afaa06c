package rope4j.checkpoint.patch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.ModelDescription;
import rope4j.rotation.dialect.GgufRope;
import rope4j.rotation.dialect.RopeSettings;

/// Frequency factors that a GGUF file carries as tensors, one divisor a pair.
///
/// @param all for every context: `rope_freqs.weight`
/// @param longContext for contexts beyond the trained length: `rope_factors_long.weight`
/// @param shortContext for the others: `rope_factors_short.weight`
public record FactorTensors(
    Optional<Divisors> all, Optional<Divisors> longContext, Optional<Divisors> shortContext) {

  /// No such tensors.
  public static final FactorTensors NONE =
      new FactorTensors(Optional.empty(), Optional.empty(), Optional.empty());

  static final String FREQS = "rope_freqs.weight";
  static final String LONG = "rope_factors_long.weight";
  static final String SHORT = "rope_factors_short.weight";

  /// Where divisors come from.
  public sealed interface Divisors {}

  /// A list.
  public record Given(List<Double> values) implements Divisors {

    /// @throws IllegalArgumentException when a value is not finite and above 0, as float32 holds it
    public Given {
      values = List.copyOf(values);
      for (int i = 0; i < values.size(); i++) {
        float value = values.get(i).floatValue();
        if (!(value > 0) || Float.isInfinite(value)) {
          throw new IllegalArgumentException(
              "frequency factor %d is %s, but each must be a finite float32 above 0"
                  .formatted(i, values.get(i)));
        }
      }
    }
  }

  /// Llama 3.1's rule.
  ///
  /// @param factor context length over trained length
  /// @param low turns up to which a pair is interpolated
  /// @param high turns from which a pair keeps its frequency
  /// @param originalLength tokens the model was trained on; empty for what the file says
  public record Llama3Rule(double factor, double low, double high, OptionalInt originalLength)
      implements Divisors {

    /// The rule as a rope dictionary of a config.json.
    Map<String, Object> dictionary(int trainedLength) {
      return Map.of(
          "rope_type",
          "llama3",
          "factor",
          factor,
          "low_freq_factor",
          low,
          "high_freq_factor",
          high,
          "original_max_position_embeddings",
          (double) originalLength.orElse(trainedLength));
    }
  }

  boolean isEmpty() {
    return equals(NONE);
  }

  /// The divisors of a model's pairs.
  ///
  /// @param base the base they are for
  /// @throws CheckpointException when a list has another length than there are pairs
  static float[] values(Divisors divisors, String tensor, ModelDescription model, double base) {
    int pairs = model.rotaryDimension() / 2;
    return switch (divisors) {
      case Given(List<Double> values) -> {
        if (values.size() != pairs) {
          throw new CheckpointException(
              tensor
                  + " needs "
                  + pairs
                  + " values, one for each pair that rotates, but "
                  + values.size()
                  + " are given");
        }
        float[] floats = new float[pairs];
        for (int i = 0; i < pairs; i++) {
          floats[i] = values.get(i).floatValue();
        }
        yield floats;
      }
      case Llama3Rule rule -> {
        Map<String, Object> dictionary = new HashMap<>(rule.dictionary(model.trainedLength()));
        dictionary.put("rope_theta", base);
        yield Objects.requireNonNull(
            GgufRope.llama(
                    RopeSettings.of(dictionary),
                    Optional.empty(),
                    model.trainedLength(),
                    model.rotaryDimension())
                .tensors()
                .get(FREQS));
      }
    };
  }
}
