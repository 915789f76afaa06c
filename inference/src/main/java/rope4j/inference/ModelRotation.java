package rope4j.inference;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import rope4j.rotation.LayerRotations;
import rope4j.rotation.Layout;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;

/// How every layer of a model rotates queries and keys, ready to run: made by
/// [Model#rotation(rope4j.checkpoint.RopeOverrides, int)] from llama.cpp's flags, by
/// [Model#rotation(LayerRotations, int, Precision)] from any rule, or one [Rotation] for all layers
/// by [#everywhere]. Immutable and safe for use by many threads.
public final class ModelRotation {

  private final List<Rotation> distinct;
  private final List<Optional<Rotation>> layers;
  private final int[] indices;
  private final float[] softmaxMultipliers;
  private final int firstPosition;

  private ModelRotation(List<Optional<Rotation>> layers) {
    this(layers, 0);
  }

  private ModelRotation(List<Optional<Rotation>> layers, int firstPosition) {
    this.firstPosition = firstPosition;
    this.layers = List.copyOf(layers);
    this.distinct = layers.stream().flatMap(Optional::stream).distinct().toList();
    this.indices = new int[layers.size()];
    this.softmaxMultipliers = new float[layers.size()];
    for (int layer = 0; layer < indices.length; layer++) {
      Optional<Rotation> rotation = layers.get(layer);
      indices[layer] = rotation.map(distinct::indexOf).orElse(-1);
      softmaxMultipliers[layer] =
          rotation
              .map(Rotation::parameters)
              .map(p -> (float) p.frequencies(p.trainedLength()).softmaxScaleMultiplier())
              .orElse(1f);
    }
  }

  /// The same rotation in every layer.
  ///
  /// @param layers number of layers, at least 1
  public static ModelRotation everywhere(Rotation rotation, int layers) {
    return new ModelRotation(Collections.nCopies(layers, Optional.of(rotation)));
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
    return new ModelRotation(layers, position);
  }

  /// Position whose angle the first token gets.
  int firstPosition() {
    return firstPosition;
  }

  /// Number of layers.
  public int layers() {
    return layers.size();
  }

  /// The rotation of a layer, counted from 0; empty where it does not rotate.
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
