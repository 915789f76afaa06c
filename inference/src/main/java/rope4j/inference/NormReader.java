package rope4j.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import rope4j.checkpoint.TensorInfo;

/// Reads an architecture's norms.
final class NormReader {

  private final TensorReader tensors;
  private final Architecture architecture;
  private final float epsilon;

  NormReader(TensorReader tensors, Keys keys, Architecture architecture) {
    this.tensors = tensors;
    this.architecture = architecture;
    double either = keys.model().normEpsilon();
    epsilon =
        architecture.norm() == Norm.Kind.LAYER
            ? keys.real("attention.layer_norm_epsilon", either)
            : (float) either;
  }

  /// A norm of so many channels.
  Norm read(String name, int channels) {
    if (architecture.weightless()) {
      float[] ones = new float[channels];
      Arrays.fill(ones, 1);
      return new Norm(architecture.norm(), ones, new float[0], epsilon);
    }
    return new Norm(
        architecture.norm(),
        tensors.vector(name + ".weight", channels),
        tensors.optionalVector(name + ".bias", channels).orElseGet(() -> new float[0]),
        epsilon);
  }

  /// The first of some names that the file has in a block; the last if it has none.
  String name(String layer, String names) {
    String[] options = names.split(" ", -1);
    for (String option : options) {
      if (tensors.has(layer + option + ".weight")) {
        return option;
      }
    }
    return options[options.length - 1];
  }

  /// @param names empty for no norm at all
  Optional<Norm> inBlock(String layer, String names, int channels) {
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(read(layer + name(layer, names), channels));
  }

  /// Norms of queries or keys: none where the file has no such tensor, one for all channels, or one
  /// a head.
  List<Norm> ofHeads(String name, int heads, int headDimension) {
    if (!tensors.has(name + ".weight")) {
      return List.of();
    }
    TensorInfo info = tensors.infoOf(name + ".weight");
    if (info.shape().size() == 2) {
      float[] all = tensors.stack(name + ".weight", 1, heads, headDimension).getFirst().toArray();
      List<Norm> each = new ArrayList<>();
      for (int head = 0; head < heads; head++) {
        float[] own = Arrays.copyOfRange(all, head * headDimension, (head + 1) * headDimension);
        each.add(new Norm(architecture.norm(), own, new float[0], epsilon));
      }
      return List.copyOf(each);
    }
    if (info.dimension(0) == headDimension) {
      return Collections.nCopies(heads, read(name, headDimension));
    }
    return List.of(read(name, Math.multiplyExact(heads, headDimension)));
  }
}
