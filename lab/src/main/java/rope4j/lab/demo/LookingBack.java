package rope4j.lab.demo;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.LibTorch;
import rope4j.lab.model.ModelConfig;
import rope4j.lab.model.PositionEncoding;

/// Weights to begin with, in which half of the heads are laid out to look back: in the first layer
/// at the token before, in the second for what followed this token earlier. Training finds such
/// heads by itself, but had not after 1.6 million tokens; from this start it takes a few hundred
/// thousand, and refines them.
///
/// Source of what the heads do: Olsson et al., In-context Learning and Induction Heads, arXiv
/// 2209.11895.
final class LookingBack {

  /// Larger first weights than a large model has; at a width of 128 they are of the usual effect.
  private static final float PROJECTIONS = 3;

  /// Keeps words apart while the model learns that most tokens never occur.
  private static final float EMBEDDINGS = 4;

  /// What all words have in common, in their first channel: what a head that looks by distance
  /// alone takes its queries and keys from.
  private static final float COMMON = 0.8f;

  /// The share of a head's pairs, from the fastest on, by which the token before is found.
  private static final double FAST_TO = 0.3;

  private static final float DISTANCE_WEIGHT = 2.5f;

  /// Root mean square of the query weights of the second layer's heads.
  private static final double MATCH_WEIGHT = 0.2;

  private static final float MATCH_KEYS = 3;

  /// The pairs, as shares of the head, in which the first layer's keys lie against its queries.
  /// They turn little within the trained length, so that all tokens lose about the same and nothing
  /// changes; beyond, they turn over, and far tokens win. Large models come to have offsets in such
  /// pairs by themselves.
  ///
  /// Source of that: Jonasson, Rotary Outliers and Rotary Offset Features, arXiv 2503.01832.
  private static final double OFFSET_FROM = 0.55;

  private static final double OFFSET_TO = 0.65;

  private final LanguageModel model;
  private final int width;
  private final int head;

  /// Channels of the heads that are laid out.
  private final int channels;

  private LookingBack(LanguageModel model) {
    this.model = model;
    this.width = model.config().width();
    this.head = model.config().headDimension();
    this.channels = model.config().heads() / 2 * head;
  }

  /// Changes the weights of a new model, which has a rope encoding and at least two layers.
  static void layOut(LanguageModel model) {
    LookingBack start = new LookingBack(model);
    start.enlarge();
    start.lookAtTheTokenBefore(model.config());
    start.lookForTheSameToken();
    start.repeatWhatIsFound();
  }

  private void enlarge() {
    model
        .parameters()
        .byName()
        .forEach((name, tensor) -> {
          boolean embedding = name.contains("embed_tokens");
          if (embedding || name.contains("_proj")) {
            float[] values = LibTorch.values(tensor);
            for (int i = 0; i < values.length; i++) {
              values[i] *= embedding ? EMBEDDINGS : PROJECTIONS;
              values[i] += embedding && i % width == 0 ? COMMON : 0;
            }
            LibTorch.fill(tensor, values);
          }
        });
  }

  /// A key that is turned by one position less than its query matches it best one position later.
  private void lookAtTheTokenBefore(ModelConfig config) {
    float[] queries = values(0, "q");
    float[] keys = values(0, "k");
    double base = ((PositionEncoding.Rope) config.encoding()).base();
    for (int channel = 0; channel < channels; channel += 2) {
      int pair = channel % head / 2;
      double share = 2.0 * pair / head;
      double angle = Math.pow(base, -share);
      if (share < FAST_TO) {
        set(queries, channel, DISTANCE_WEIGHT, 0);
        set(keys, channel, DISTANCE_WEIGHT * Math.cos(angle), DISTANCE_WEIGHT * Math.sin(angle));
      } else if (share >= OFFSET_FROM && share < OFFSET_TO) {
        set(queries, channel, DISTANCE_WEIGHT, 0);
        set(keys, channel, -DISTANCE_WEIGHT, 0);
      }
    }
    fill(0, "q", queries);
    fill(0, "k", keys);
  }

  /// Queries are to a token what keys are to the one before it, as the first layer passes it on; in
  /// the slower half of the pairs, which turn little over the distance.
  private void lookForTheSameToken() {
    float[] valuesBefore = values(0, "v");
    float[] outBefore = values(0, "o");
    float[] keys = values(1, "k");
    float[] queries = values(1, "q");
    double[][] wanted = new double[channels][width];
    double squares = 0;
    for (int channel = 0; channel < channels; channel++) {
      if (isSlow(channel)) {
        double[] passed = new double[channels];
        for (int c = 0; c < channels; c++) {
          for (int row = 0; row < width; row++) {
            passed[c] += keys[channel * width + row] * outBefore[row * width + c];
          }
        }
        for (int c = 0; c < channels; c++) {
          for (int e = 1; e < width; e++) {
            wanted[channel][e] += passed[c] * valuesBefore[c * width + e];
          }
        }
        squares += Arrays.stream(wanted[channel]).map(w -> w * w).sum();
      }
    }
    double scale = MATCH_WEIGHT * Math.sqrt(channels / 2.0 * width / squares);
    for (int i = 0; i < channels * width; i++) {
      queries[i] = (float) (wanted[i / width][i % width] * scale);
      keys[i] *= isSlow(i / width) ? MATCH_KEYS : 0;
    }
    fill(1, "q", queries);
    fill(1, "k", keys);
  }

  /// What a pair makes of the first channel.
  private void set(float[] weights, int channel, double even, double odd) {
    weights[channel * width] = (float) even;
    weights[(channel + 1) * width] = (float) odd;
  }

  private boolean isSlow(int channel) {
    return channel % head >= head / 2;
  }

  /// What goes out is what came in, as far as it passes through the heads.
  private void repeatWhatIsFound() {
    float[] in = values(1, "v");
    float[] out = values(1, "o");
    for (int row = 0; row < width; row++) {
      for (int c = 0; c < channels; c++) {
        out[row * width + c] = in[c * width + row];
      }
    }
    fill(1, "o", out);
  }

  private Tensor weight(int layer, String name) {
    String full = "model.layers." + layer + ".self_attn." + name + "_proj.weight";
    Tensor tensor = model.parameters().byName().get(full);
    if (tensor == null) {
      throw new IllegalArgumentException("the model has no weight " + full);
    }
    return tensor;
  }

  private float[] values(int layer, String name) {
    return LibTorch.values(weight(layer, name));
  }

  private void fill(int layer, String name, float[] values) {
    LibTorch.fill(weight(layer, name), values);
  }
}
