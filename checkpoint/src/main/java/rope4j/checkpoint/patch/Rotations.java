package rope4j.checkpoint.patch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.LayerRotation;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeMetadata;
import rope4j.rotation.Frequencies;
import rope4j.rotation.RopeParameters;

/// Comparing rotations.
final class Rotations {

  /// A factor of 1/f32 in a file and a scale in a flag differ by their rounding to float32.
  private static final double ROUNDING = 1e-6;

  private Rotations() {}

  /// Whether two readings rotate alike at a context length.
  static boolean alike(List<LayerRotation> ours, List<LayerRotation> theirs, int length) {
    if (ours.size() != theirs.size()) {
      return false;
    }
    for (int i = 0; i < ours.size(); i++) {
      if (!ours.get(i).layerType().equals(theirs.get(i).layerType())
          || !alike(ours.get(i).parameters(), theirs.get(i).parameters(), length)) {
        return false;
      }
    }
    return true;
  }

  private static boolean alike(RopeParameters ours, RopeParameters theirs, int length) {
    return ours.headDimension() == theirs.headDimension()
        && ours.rotaryDimension() == theirs.rotaryDimension()
        && ours.pairing() == theirs.pairing()
        && alike(ours.frequencies(length), theirs.frequencies(length));
  }

  static boolean alike(Frequencies ours, Frequencies theirs) {
    if (ours.pairs() != theirs.pairs()
        || !alike(ours.attentionFactor(), theirs.attentionFactor())
        || !alike(ours.softmaxScaleMultiplier(), theirs.softmaxScaleMultiplier())) {
      return false;
    }
    for (int i = 0; i < ours.pairs(); i++) {
      if (!alike(ours.inverse(i), theirs.inverse(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean alike(double one, double other) {
    return Math.abs(one - other) <= ROUNDING * Math.max(Math.abs(one), Math.abs(other));
  }

  /// The model with other frequency factors, where they are given.
  static ModelDescription withFactors(
      ModelDescription model,
      Optional<float[]> all,
      Optional<float[]> longContext,
      Optional<float[]> shortContext) {
    RopeMetadata rope = model.rope();
    RopeMetadata changed =
        new RopeMetadata(
            rope.base(),
            rope.scalingType(),
            rope.factor(),
            rope.originalLength(),
            rope.attentionFactor(),
            rope.yarnExtFactor(),
            rope.yarnAttnFactor(),
            rope.yarnBetaFast(),
            rope.yarnBetaSlow(),
            rope.yarnLogMultiplier(),
            all.map(Rotations::list).orElse(rope.factors()),
            longContext.map(Rotations::list).orElse(rope.longFactors()),
            shortContext.map(Rotations::list).orElse(rope.shortFactors()),
            rope.sections(),
            rope.sliding());
    return new ModelDescription(
        model.architecture(),
        model.name(),
        model.contextLength(),
        model.trainedLength(),
        model.layers(),
        model.embeddingLength(),
        model.heads(),
        model.keyValueHeads(),
        model.headDimension(),
        model.valueDimension(),
        model.rotaryDimension(),
        model.feedForwardLength(),
        model.normEpsilon(),
        model.vocabularySize(),
        model.experts(),
        model.expertsUsed(),
        changed);
  }

  private static List<Double> list(float[] values) {
    List<Double> list = new ArrayList<>();
    for (float value : values) {
      list.add((double) value);
    }
    return list;
  }
}
