package rope4j.checkpoint.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.config.ModelClass.Conversion;
import rope4j.rotation.Frequencies;
import rope4j.rotation.NtkByParts;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.SoftmaxScaled;
import rope4j.rotation.Yarn;
import rope4j.rotation.YarnByTurns;
import rope4j.rotation.dialect.RopeSettings;
import rope4j.rotation.dialect.TransformersDialect;

/// One layer type's dictionary in Transformers' reading, or the paper's.
final class TransformersReader {

  private final TextConfig text;
  private final Dialect dialect;
  private final String layerType;
  private final Map<String, @Nullable Object> dictionary;
  private final boolean nested;
  private final int head;

  TransformersReader(
      TextConfig text,
      Dialect dialect,
      String layerType,
      Map<String, @Nullable Object> dictionary,
      boolean nested) {
    this.text = text;
    this.dialect = dialect;
    this.layerType = layerType;
    this.dictionary = dictionary;
    this.nested = nested;
    this.head = text.headDimension(layerType);
  }

  LayerRope read(int length, List<String> warnings) {
    String type = RopeNormaliser.type(dictionary);
    int dimension = rotaryDimension(type);
    double base = base();
    if (type.equals("default") && (dimension % 2 != 0 || !(base > 1))) {
      warnings.add(
          dimension % 2 != 0
              ? "the rotary dimension "
                  + dimension
                  + " (head_dim x partial_rotary_factor) is odd: these are frequencies, but no engine"
                  + " can rotate a head by them"
              : "rope_theta is " + base + ", so no pair turns slower than the next");
      return new LayerRope(
          EngineReader.named(layerType),
          type,
          head,
          dimension,
          text.modelClass().pairing(),
          base,
          text.maxPositionEmbeddings(),
          Frequencies.unscaled(base, dimension),
          Optional.empty());
    }
    Scaling scaling = scaling();
    RopeParameters parameters =
        new RopeParameters(
            head,
            dimension,
            base,
            trainedLength(),
            text.modelClass().pairing(),
            dialect == Dialect.PAPER ? paper(scaling) : scaling);
    if (text.modelClass().conversion() == Conversion.PHIMOE && type.equals("longrope")) {
      warnings.add(
          "Transformers' phimoe class itself keeps the short factors at every length and multiplies"
              + " cosine and sine by short_mscale or long_mscale");
    }
    return LayerRope.of(EngineReader.named(layerType), type, parameters, length);
  }

  private Scaling scaling() {
    RopeSettings settings = RopeSettings.of(dictionary);
    int length = text.maxPositionEmbeddings();
    if (text.modelClass().deepSeek()) {
      return TransformersDialect.deepSeekScaling(settings, head, length);
    }
    return nested && dialect == Dialect.TRANSFORMERS
        ? TransformersDialect.nestedScaling(settings, head, length)
        : TransformersDialect.scaling(settings, head, length);
  }

  /// YaRN's ramp is linear in the number of turns there.
  private static Scaling paper(Scaling scaling) {
    return switch (scaling) {
      case Yarn yarn -> {
        if (!(yarn.betaFast() > yarn.betaSlow())) {
          throw new CheckpointException(
              "the paper's YaRN needs a beta_fast above beta_slow, but they are "
                  + yarn.betaFast()
                  + " and "
                  + yarn.betaSlow()
                  + "; ask for another --dialect");
        }
        yield new YarnByTurns(
            new NtkByParts(yarn.factor(), yarn.originalLength(), yarn.betaFast(), yarn.betaSlow()),
            yarn.attentionFactor());
      }
      case SoftmaxScaled(Scaling inner, double multiplier) ->
          new SoftmaxScaled(paper(inner), multiplier);
      default -> scaling;
    };
  }

  private double base() {
    ConfigKeys keys = new ConfigKeys(dictionary);
    return keys.number("rope_theta").orElse(text.modelClass().base());
  }

  private int trainedLength() {
    ConfigKeys keys = new ConfigKeys(dictionary);
    return keys.isSet(RopeNormaliser.ORIGINAL)
        ? keys.count(RopeNormaliser.ORIGINAL).orElseThrow()
        : text.maxPositionEmbeddings();
  }

  private int rotaryDimension(String type) {
    ModelClass model = text.modelClass();
    double otherwise = model.conversion() == Conversion.NESTED ? model.partial().orElse(1) : 1;
    double partial = new ConfigKeys(dictionary).number("partial_rotary_factor").orElse(otherwise);
    return text.rotaryDimension(type, partial, head);
  }
}
