package rope4j.lab.model;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import rope4j.rotation.CosSin;
import rope4j.rotation.Frequencies;
import rope4j.rotation.Precision;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Rotation;
import rope4j.rotation.absolute.Alibi;
import rope4j.rotation.absolute.Sinusoidal;

/// What a position encoding comes to for sequences of one length: tables of constants, made by the
/// rotation module. Keep it for as many batches as share the length.
public final class Positions implements AutoCloseable {

  private final int length;

  /// `cos + i sin` per position and pair, for queries and for keys; null where nothing rotates.
  private final @Nullable Tensor queryTurns;

  private final @Nullable Tensor keyTurns;

  /// Added to the embeddings.
  private final @Nullable Tensor added;

  private final double embeddingScale;

  /// Added to the scores, mask included; null for the causal mask alone.
  private final @Nullable Tensor bias;

  private final double softmaxScale;
  private final float[] inverseFrequencies;

  private Positions(
      int length,
      @Nullable Tensor queryTurns,
      @Nullable Tensor keyTurns,
      @Nullable Tensor added,
      double embeddingScale,
      @Nullable Tensor bias,
      double softmaxScale,
      float[] inverseFrequencies) {
    this.length = length;
    this.queryTurns = queryTurns;
    this.keyTurns = keyTurns;
    this.added = added;
    this.embeddingScale = embeddingScale;
    this.bias = bias;
    this.softmaxScale = softmaxScale;
    this.inverseFrequencies = inverseFrequencies;
  }

  static Positions of(ModelConfig config, PositionEncoding encoding, int length) {
    LibTorch.start();
    double scale = 1 / Math.sqrt(config.headDimension());
    return switch (encoding) {
      case PositionEncoding.None _, PositionEncoding.Learned _ ->
          new Positions(length, null, null, null, 1, null, scale, new float[0]);
      case PositionEncoding.Sinusoidal _ ->
          new Positions(
              length,
              null,
              null,
              rows(Sinusoidal.MARIAN.table(length, config.width())),
              Math.sqrt(config.width()),
              null,
              scale,
              new float[0]);
      case PositionEncoding.Alibi _ ->
          new Positions(
              length, null, null, null, 1, alibi(config.heads(), length), scale, new float[0]);
      case PositionEncoding.Rope rope -> rope(config.ropeParameters(rope), length, scale);
      case PositionEncoding.XPos xpos ->
          xpos(config.ropeParameters(xpos), xpos.scaleBase(), length, scale);
    };
  }

  private static Positions rope(RopeParameters parameters, int length, double scale) {
    Frequencies frequencies = parameters.frequencies(length);
    float[] inverse = new float[frequencies.pairs()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = (float) frequencies.inverse(i);
    }
    Tensor turns = turns(filled(parameters, length));
    double softmax = scale * frequencies.softmaxScaleMultiplier();
    return new Positions(length, turns, turns, null, 1, null, softmax, inverse);
  }

  private static Positions xpos(
      RopeParameters parameters, double scaleBase, int length, double scale) {
    // The centre is fixed, not half of the current length: scores must not depend on what follows.
    rope4j.rotation.XPos xpos =
        rope4j.rotation.XPos.centredOn(
            parameters.rotaryDimension(), scaleBase, parameters.trainedLength());
    CosSin queries = filled(parameters, length);
    xpos.scaleQueries(queries, 0);
    CosSin keys = filled(parameters, length);
    xpos.scaleKeys(keys, 0);
    return new Positions(length, turns(queries), turns(keys), null, 1, null, scale, new float[0]);
  }

  private static CosSin filled(RopeParameters parameters, int length) {
    Rotation rotation = Rotation.of(parameters, length, Precision.EXACT);
    CosSin table = rotation.table(length);
    rotation.fill(table, 0, length);
    return table;
  }

  private static Tensor turns(CosSin table) {
    int pairs = table.pairs();
    float[] values = new float[2 * table.tokens() * pairs];
    int at = 0;
    for (int t = 0; t < table.tokens(); t++) {
      for (int i = 0; i < pairs; i++) {
        values[at++] = table.cos(t, i);
        values[at++] = table.sin(t, i);
      }
    }
    // One axis for the heads, which all turn alike.
    return torch.view_as_complex(LibTorch.tensor(values, table.tokens(), 1, pairs, 2));
  }

  private static Tensor rows(float[][] rows) {
    int width = rows[0].length;
    float[] values = new float[rows.length * width];
    for (int t = 0; t < rows.length; t++) {
      System.arraycopy(rows[t], 0, values, t * width, width);
    }
    return LibTorch.tensor(values, rows.length, width);
  }

  private static Tensor alibi(int heads, int length) {
    float[] slopes = Alibi.slopes(Alibi.Variant.FAIRSEQ, heads);
    float[] values = new float[Math.multiplyExact(heads, length * length)];
    int at = 0;
    for (float slope : slopes) {
      for (int query = 0; query < length; query++) {
        for (int key = 0; key < length; key++) {
          values[at++] = key <= query ? Alibi.bias(slope, query, key) : Float.NEGATIVE_INFINITY;
        }
      }
    }
    return LibTorch.tensor(values, 1, heads, length, length);
  }

  /// Tokens of a sequence.
  public int length() {
    return length;
  }

  /// @param embeddings `[batch, length, width]`
  Tensor embed(Tensor embeddings) {
    Tensor scaled =
        embeddingScale == 1 ? embeddings : embeddings.mul(LibTorch.scalar(embeddingScale));
    return added == null ? scaled : scaled.add(added);
  }

  /// @param heads `[batch, length, heads, channels]`
  Tensor turnQueries(Tensor heads) {
    return queryTurns == null ? heads : turn(heads, queryTurns);
  }

  /// @param heads `[batch, length, heads, channels]`
  Tensor turnKeys(Tensor heads) {
    return keyTurns == null ? heads : turn(heads, keyTurns);
  }

  /// Turns neighbouring channels by complex numbers; channels past the last pair stay.
  ///
  /// @param turns complex; the last axis has the pairs, the others fit those of `heads`
  static Tensor turn(Tensor heads, Tensor turns) {
    long[] shape = heads.shape();
    long pairs = turns.size(turns.dim() - 1);
    long rotary = 2 * pairs;
    Tensor moving = shape[3] == rotary ? heads : heads.narrow(3, 0, rotary);
    Tensor complex = torch.view_as_complex(moving.reshape(shape[0], shape[1], shape[2], pairs, 2));
    Tensor turned =
        torch.view_as_real(complex.mul(turns)).view(shape[0], shape[1], shape[2], rotary);
    if (shape[3] == rotary) {
      return turned;
    }
    Tensor still = heads.narrow(3, rotary, shape[3] - rotary);
    return torch.cat(new org.bytedeco.pytorch.TensorVector(turned, still), 3);
  }

  /// Causal attention of `[batch, heads, length, channels]`.
  Tensor attend(Tensor queries, Tensor keys, Tensor values) {
    TensorOptional mask = bias == null ? new TensorOptional() : new TensorOptional(bias);
    return torch.scaled_dot_product_attention(
        queries, keys, values, mask, 0, bias == null, new DoubleOptional(softmaxScale), false);
  }

  /// Radians per token of each pair.
  Tensor inverseFrequencies() {
    return LibTorch.tensor(inverseFrequencies, inverseFrequencies.length);
  }

  @Override
  public void close() {
    for (Tensor tensor : new Tensor[] {queryTurns, keyTurns, added, bias}) {
      if (tensor != null) {
        tensor.close();
      }
    }
  }
}
