package rope4j.diagnosis.prediction;

import rope4j.rotation.Frequencies;
import rope4j.rotation.LongRope;
import rope4j.rotation.Yarn;
import rope4j.rotation.position.QueryScale;

/// What attention logits are multiplied by, and what three rules would ask for at this length. All
/// are factors on the logit `q·k / sqrt(D)`; 1 changes nothing.
///
/// @param logitScale the given one: attention factor squared (it stands on queries and keys) times
///   the softmax scale multiplier
/// @param yarn `(0.1 ln s + 1)^2` (YaRN, arXiv 2309.00071, equation 22), with `s` the extension
/// @param longRope `1 + ln s / ln L` (LongRoPE, arXiv 2402.13753), with `L` the trained length
/// @param logN the log-n scale of the last position, `ln L' / ln L` (bojone/rerope)
/// @param entropyDrift nats by which the entropy of attention grows when nothing is done about it,
///   `ln s` (LM-Infinite, arXiv 2308.16137, proposition 1)
public record Temperature(
    double logitScale, double yarn, double longRope, double logN, double entropyDrift) {

  static Temperature of(Frequencies scaled, int trainedLength, int targetLength) {
    double extension = Math.max(1, (double) targetLength / trainedLength);
    double attention = scaled.attentionFactor();
    double yarn = Yarn.magnitude(extension, 1);
    double longRope = LongRope.magnitude(extension, trainedLength);
    return new Temperature(
        attention * attention * scaled.softmaxScaleMultiplier(),
        yarn * yarn,
        longRope * longRope,
        new QueryScale.LogN(trainedLength).at(targetLength - 1),
        Math.log(extension));
  }
}
