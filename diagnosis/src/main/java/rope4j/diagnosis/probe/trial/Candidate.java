package rope4j.diagnosis.probe.trial;

import java.util.Arrays;
import rope4j.inference.ModelRotation;
import rope4j.rotation.Frequencies;
import rope4j.rotation.RopeParameters;

/// A way to rotate the model that is probed.
///
/// @param name as in the rest of the report
/// @param label for people
/// @param parameters those of the layers that the strategy reaches
/// @param contextLength tokens of the context; some scalings depend on it
/// @param rotation of every layer
public record Candidate(
    String name,
    String label,
    RopeParameters parameters,
    int contextLength,
    ModelRotation rotation) {

  /// What it turns with.
  public Frequencies frequencies() {
    return parameters.frequencies(contextLength);
  }

  /// The same for the same rotation, whatever its name; for keys of results.
  String identity() {
    Frequencies frequencies = frequencies();
    int hash =
        Arrays.hashCode(
            new double[] {
              Arrays.hashCode(frequencies.inverse()),
              frequencies.attentionFactor(),
              frequencies.softmaxScaleMultiplier()
            });
    return name + "~" + Integer.toHexString(hash);
  }
}
