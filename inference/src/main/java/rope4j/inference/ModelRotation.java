package rope4j.inference;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Layout;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;

/// How every layer of a model rotates queries and keys, ready to run: made by
/// [Model#rotation(rope4j.checkpoint.RopeOverrides, int)] from llama.cpp's flags, by
/// [Model#rotation(LayerRotations, int, Precision)] from any rule, or one [Rotation] for all layers
/// by [#everywhere]. Immutable and safe for use by many threads.
///
/// A rotation is that of one context, whatever the length of the text in it, as in llama.cpp and
/// vLLM; or it follows the length ([#byLength]), as dynamic NTK and LongRoPE do in Transformers.
public final class ModelRotation {

  private final List<Rotation> distinct;
  private final List<Optional<Rotation>> layers;
  private final int[] indices;
  private final float[] softmaxMultipliers;
  private final Optional<IntFunction<ModelRotation>> rule;
  private final int firstPosition;

  private ModelRotation(List<Optional<Rotation>> layers) {
    this(layers, Optional.empty(), 0);
  }

  private ModelRotation(
      List<Optional<Rotation>> layers,
      Optional<IntFunction<ModelRotation>> rule,
      int firstPosition) {
    this.rule = rule;
    this.firstPosition = firstPosition;
    this.layers = List.copyOf(layers);
    this.distinct = layers.stream().flatMap(Optional::stream).distinct().toList();
    this.indices = new int[layers.size()];
    this.softmaxMultipliers = new float[layers.size()];
    for (int layer = 0; layer < indices.length; layer++) {
      Optional<Rotation> rotation = layers.get(layer);
      indices[layer] = rotation.map(distinct::indexOf).orElse(-1);
      softmaxMultipliers[layer] =
          rotation.map(it -> (float) it.frequencies().softmaxScaleMultiplier()).orElse(1f);
    }
  }

  /// The same rotation in every layer.
  ///
  /// @param layers number of layers, at least 1
  public static ModelRotation everywhere(Rotation rotation, int layers) {
    return new ModelRotation(Collections.nCopies(layers, Optional.of(rotation)));
  }

  /// No rotation in any layer.
  static ModelRotation none(int layers) {
    return new ModelRotation(Collections.nCopies(layers, Optional.empty()));
  }

  /// A rotation that follows the length of the text: all queries and keys of a text of `n` tokens
  /// are rotated as `rule.apply(n)` does. What a [Session] does when it grows is
  /// [SessionOptions.RotationChange].
  ///
  /// @param rule the rotation of a text of so many tokens, at least 1; always of the same layers
  ///   and layouts
  public static ModelRotation byLength(IntFunction<ModelRotation> rule) {
    ModelRotation first = rule.apply(1);
    return new ModelRotation(first.layers, Optional.of(rule), first.firstPosition);
  }

  /// The rotation of a text of so many tokens; this one where it does not follow the length.
  public ModelRotation at(int length) {
    return rule.isPresent() ? rule.get().apply(length) : this;
  }

  /// Whether both rotate every layer by the same frequencies and attention factors.
  boolean rotatesAs(ModelRotation other) {
    if (this == other) {
      return true;
    }
    if (layers() != other.layers()) {
      return false;
    }
    for (int layer = 0; layer < layers(); layer++) {
      if (!layers
          .get(layer)
          .map(Rotation::frequencies)
          .equals(other.layers.get(layer).map(Rotation::frequencies))) {
        return false;
      }
    }
    return true;
  }

  /// @param trailing whether the last channels of a head rotate instead of the first
  static ModelRotation of(
      LayerRotations layers, boolean trailing, int contextLength, Precision precision) {
    List<RopeParameters> different = layers.distinct();
    List<Rotation> rotations =
        different.stream()
            .map(parameters -> {
              Layout layout = Layout.of(parameters);
              return Rotation.of(
                  parameters, trailing ? layout.trailing() : layout, contextLength, precision);
            })
            .toList();
    return new ModelRotation(
        layers.layers().stream()
            .map(layer -> layer.map(parameters -> rotations.get(different.indexOf(parameters))))
            .toList());
  }

  /// The same, with a text's first token turned as the token at this position. Scores depend on
  /// distances only, so that a sound engine gives the same losses to rounding.
  ///
  /// @param position at least 0
  public ModelRotation startingAt(int position) {
    if (position < 0) {
      throw new IllegalArgumentException("a text can't start at position " + position);
    }
    return new ModelRotation(
        layers, rule.map(it -> length -> it.apply(length).startingAt(position)), position);
  }

  /// Position whose angle the first token gets.
  int firstPosition() {
    return firstPosition;
  }

  /// Number of layers.
  public int layers() {
    return layers.size();
  }

  /// The rotation of a layer, counted from 0; empty where it does not rotate. Of one that follows
  /// the length, that of a single token.
  public Optional<Rotation> layer(int index) {
    return layers.get(index);
  }

  /// What multiplies a layer's softmax scale.
  float softmaxMultiplier(int layer) {
    return softmaxMultipliers[layer];
  }

  /// The different rotations, each of which needs its own table of angles.
  List<Rotation> distinct() {
    return distinct;
  }

  /// Index of a layer's rotation among the different ones; -1 where it does not rotate.
  int index(int layer) {
    return indices[layer];
  }

  /// @throws IllegalArgumentException when this is the rotation of another model
  void requireFits(Transformer model) {
    if (layers() < model.blocks().size()) {
      throw new IllegalArgumentException(
          "there are rotations for "
              + layers()
              + " layers, but the model has "
              + model.blocks().size());
    }
    for (Rotation rotation : distinct) {
      Layout layout = rotation.layout();
      if (layout.headDimension() != model.shape().keyDimension()) {
        throw new IllegalArgumentException(
            "the rotation is for heads of "
                + layout.headDimension()
                + " channels, but the model's have "
                + model.shape().keyDimension());
      }
    }
  }
}
