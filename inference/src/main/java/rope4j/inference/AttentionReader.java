package rope4j.inference;

import java.util.Optional;
import rope4j.checkpoint.CheckpointException;
import rope4j.inference.Block.SelfAttention;

/// Reads the attention of a block: separate or fused products, or latent attention.
final class AttentionReader {

  /// Channels, heads and their product, from a stranger.
  private static final int MOST = 1 << 24;

  private final Keys keys;
  private final TensorReader tensors;
  private final NormReader norms;
  private final Architecture architecture;
  private final AttentionShape shape;
  private final int width;
  private final boolean latent;
  private final boolean absorbed;

  AttentionReader(Keys keys, TensorReader tensors, NormReader norms, Architecture architecture) {
    this.keys = keys;
    this.tensors = tensors;
    this.norms = norms;
    this.architecture = architecture;
    width = keys.model().embeddingLength();
    latent = tensors.has("blk.0.attn_kv_a_mqa.weight");
    absorbed = latent && tensors.has("blk.0.attn_k_b.weight");
    shape = findShape();
  }

  AttentionShape shape() {
    return shape;
  }

  private AttentionShape findShape() {
    int heads = keys.model().heads();
    int keyDimension = keys.model().headDimension();
    int valueDimension = keys.model().valueDimension();
    requireWidth(heads, keyDimension);
    requireWidth(heads, valueDimension);
    if (!latent) {
      return new AttentionShape(
          heads, keys.model().keyValueHeads(), keyDimension, valueDimension, false);
    }
    int rotating = keys.model().rotaryDimension();
    int expected =
        absorbed ? saturated(rank(), rotating) : keyDimension; // what the cached key consists of
    if (expected != keyDimension || rotating >= keyDimension) {
      throw new CheckpointException(
          "deepseek2.attention.key_length is "
              + keyDimension
              + ", which does not fit attention.kv_lora_rank "
              + rank()
              + " and rope.dimension_count "
              + rotating
              + ": convert the model again");
    }
    return absorbed
        ? new AttentionShape(heads, 1, keyDimension, rank(), true)
        : new AttentionShape(heads, heads, keyDimension, valueDimension, false);
  }

  private static int saturated(int a, int b) {
    return (int) Math.min((long) a + b, Integer.MAX_VALUE);
  }

  private int rank() {
    return keys.count("attention.kv_lora_rank", 0);
  }

  private void requireWidth(int heads, int dimension) {
    if ((long) heads * dimension > MOST) {
      throw new CheckpointException(
          heads
              + " heads of "
              + dimension
              + " channels are more than any model has: the file is damaged; download it again");
    }
  }

  SelfAttention read(int index, Scores.Window window) {
    String layer = "blk." + index + ".";
    Projections projections = latent ? latent(layer) : separate(layer);
    int answers =
        projections instanceof Projections.Latent(_, _, _, _, Projections.Absorbed up, _)
            ? shape.heads() * up.value().getFirst().rows()
            : shape.answerWidth();
    return new SelfAttention(
        projections,
        tensors.linear(layer + "attn_output", width, answers),
        tensors
            .optionalVector(layer + "attn_sinks.weight", shape.heads())
            .orElseGet(() -> new float[0]),
        architecture.scores().of(keys, index),
        window);
  }

  private Projections separate(String layer) {
    int queries = shape.queryWidth();
    int key = shape.keyWidth();
    int value = shape.valueWidth();
    Linear[] products = new Linear[3];
    if (tensors.has(layer + "attn_qkv.weight")) {
      int all = queries + key + value;
      String name = layer + "attn_qkv";
      products[0] = tensors.rows(name, 0, queries, all, width);
      products[1] = tensors.rows(name, queries, key, all, width);
      products[2] = tensors.rows(name, queries + key, value, all, width);
    } else {
      products[0] = tensors.linear(layer + "attn_q", queries, width);
      products[1] = tensors.linear(layer + "attn_k", key, width);
      products[2] = tensors.linear(layer + "attn_v", value, width);
    }
    return new Projections.Separate(
        products[0],
        products[1],
        products[2],
        norms.ofHeads(layer + "attn_q_norm", shape.heads(), shape.keyDimension()),
        norms.ofHeads(layer + "attn_k_norm", shape.keyValueHeads(), shape.keyDimension()),
        architecture.clamped() ? Math.max(0, keys.real("attention.clamp_kqv", 0)) : 0);
  }

  private Projections latent(String layer) {
    int rotating = keys.model().rotaryDimension();
    int head = keys.count("attention.key_length_mla", keys.model().headDimension());
    int plain = head - rotating;
    requireWidth(shape.heads(), head);
    if (rank() < 1 || plain < 1) {
      throw new CheckpointException(
          "attention.kv_lora_rank is "
              + rank()
              + " and a head has "
              + plain
              + " channels that do not rotate, but both must be at least 1: convert the model again");
    }
    int queryInput = width;
    Optional<Projections.QueryDown> down = Optional.empty();
    String query = layer + "attn_q";
    if (tensors.has(layer + "attn_q_a.weight")) {
      queryInput = tensors.rowsOf(layer + "attn_q_a.weight", width);
      down =
          Optional.of(
              new Projections.QueryDown(
                  tensors.linear(layer + "attn_q_a", queryInput, width),
                  norms.read(layer + "attn_q_a_norm", queryInput)));
      query = layer + "attn_q_b";
    }
    return new Projections.Latent(
        down,
        tensors.linear(query, (long) shape.heads() * head, queryInput),
        tensors.linear(layer + "attn_kv_a_mqa", saturated(rank(), rotating), width),
        norms.read(layer + "attn_kv_a_norm", rank()),
        absorbed ? absorbed(layer, plain) : expanded(layer, plain),
        plain);
  }

  private Projections.Expansion absorbed(String layer, int plain) {
    int value =
        keys.count("attention.value_length_mla", tensors.rowsOf(layer + "attn_v_b.weight", rank()));
    requireWidth(shape.heads(), value);
    return new Projections.Absorbed(
        tensors.stack(layer + "attn_k_b.weight", shape.heads(), rank(), plain),
        tensors.stack(layer + "attn_v_b.weight", shape.heads(), value, rank()));
  }

  private Projections.Expansion expanded(String layer, int plain) {
    return new Projections.Expanded(
        tensors.linear(
            layer + "attn_kv_b", (long) shape.heads() * (plain + shape.valueDimension()), rank()));
  }
}
