package rope4j.lab.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import rope4j.lab.model.Parameters.Start;

/// A small decoder-only transformer. Weights bear the names of Transformers' Llama.
///
/// Its encoding's tables are an argument of the forward pass, so that the same weights can be asked
/// under any scaling.
public final class LanguageModel implements AutoCloseable {

  private final ModelConfig config;
  private final Parameters parameters;

  /// A model at its beginning, normal: the same seed gives the same weights.
  public LanguageModel(ModelConfig config, long seed) {
    this(config, Initialisation.NORMAL, seed);
  }

  /// A model at its beginning: the same seed gives the same weights.
  public LanguageModel(ModelConfig config, Initialisation initialisation, long seed) {
    this.config = config;
    this.parameters = new Parameters(starts(config, initialisation), seed);
  }

  private static List<Start> starts(ModelConfig config, Initialisation initialisation) {
    int width = config.width();
    Law linear = initialisation.linear(width);
    Law embedding = initialisation.embedding(width);
    Law one = new Law.Constant(1);
    List<Start> matrices = new ArrayList<>();
    List<Start> others = new ArrayList<>();
    others.add(
        new Start("model.embed_tokens.weight", embedding, false, config.vocabularySize(), width));
    if (!config.tiedEmbeddings()) {
      others.add(new Start("lm_head.weight", linear, false, config.vocabularySize(), width));
    }
    if (config.encoding() instanceof PositionEncoding.Learned(int positions)) {
      others.add(new Start("model.embed_positions.weight", embedding, false, positions, width));
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      for (String name : List.of("q", "k", "v")) {
        matrices.add(
            new Start(prefix + "self_attn." + name + "_proj.weight", linear, true, width, width));
      }
      int inner = config.feedForward();
      matrices.add(
          new Start(
              prefix + "self_attn.o_proj.weight",
              initialisation.outward(width, config.layers()),
              true,
              width,
              width));
      matrices.add(new Start(prefix + "mlp.gate_proj.weight", linear, true, inner, width));
      matrices.add(new Start(prefix + "mlp.up_proj.weight", linear, true, inner, width));
      matrices.add(
          new Start(
              prefix + "mlp.down_proj.weight",
              initialisation.outward(inner, config.layers()),
              true,
              width,
              inner));
      others.add(new Start(prefix + "input_layernorm.weight", one, false, width));
      others.add(new Start(prefix + "post_attention_layernorm.weight", one, false, width));
      Recurrence.addStarts(config, initialisation, layer, prefix, matrices, others);
    }
    others.add(new Start("model.norm.weight", one, false, width));
    matrices.addAll(others);
    return matrices;
  }

  /// Its shape, and the encoding it was made for.
  public ModelConfig config() {
    return config;
  }

  /// Its weights.
  public Parameters parameters() {
    return parameters;
  }

  /// What an encoding comes to in this model, for sequences of a length.
  ///
  /// @throws IllegalArgumentException when the encoding has no such positions, or the model was not
  ///   made for it
  public Positions positions(PositionEncoding encoding, int length) {
    if (length < 1) {
      throw new IllegalArgumentException("a sequence needs at least 1 token, not " + length);
    }
    boolean learned = config.encoding() instanceof PositionEncoding.Learned;
    if (learned != encoding instanceof PositionEncoding.Learned) {
      throw new IllegalArgumentException(
          "a model with "
              + config.encoding().name()
              + " positions can't be asked under "
              + encoding.name());
    }
    if (config.encoding() instanceof PositionEncoding.Learned(int positions)
        && length > positions) {
      throw new IllegalArgumentException(
          "the model has learned positions for " + positions + " tokens, not for " + length);
    }
    return Positions.of(config, encoding, length);
  }

  /// The last layer's outputs, normalised: `[batch x length, width]`.
  ///
  /// @param tokens ids, `[batch, length]`
  public Tensor hidden(Tensor tokens, Positions positions) {
    return hidden(tokens, positions, Optional.empty());
  }

  /// The same for some places only: what the last layer does after its attention is left out for
  /// all others.
  ///
  /// @param tokens ids, `[batch, length]`
  /// @param places indices into the batch's tokens, one text after the other; empty for all
  public Tensor hidden(Tensor tokens, Positions positions, Optional<Tensor> places) {
    Tensor x =
        positions.embed(torch.embedding(parameters.get("model.embed_tokens.weight"), tokens));
    if (config.encoding() instanceof PositionEncoding.Learned) {
      x = x.add(parameters.get("model.embed_positions.weight").narrow(0, 0, positions.length()));
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      Tensor mixed = mixed(layer, prefix, norm(x, prefix + "input_layernorm.weight"), positions);
      if (layer == config.layers() - 1) {
        x = chosen(x, places);
        mixed = chosen(mixed, places);
      }
      x = x.add(linear(mixed, prefix + "self_attn.o_proj.weight"));
      Tensor normal = norm(x, prefix + "post_attention_layernorm.weight");
      Tensor gate = torch.silu(linear(normal, prefix + "mlp.gate_proj.weight"));
      Tensor inner = gate.mul(linear(normal, prefix + "mlp.up_proj.weight"));
      x = x.add(linear(inner, prefix + "mlp.down_proj.weight"));
    }
    return norm(x, "model.norm.weight");
  }

  private Tensor chosen(Tensor x, Optional<Tensor> places) {
    Tensor rows = x.view(-1, config.width());
    return places.map(indices -> rows.index_select(0, indices)).orElse(rows);
  }

  /// Logits of the next token.
  ///
  /// @param hidden outputs of [#hidden], or some of their rows
  public Tensor logits(Tensor hidden) {
    return linear(hidden, config.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight");
  }

  private Tensor mixed(int layer, String prefix, Tensor x, Positions positions) {
    Tensor queries = heads(linear(x, prefix + "self_attn.q_proj.weight"));
    Tensor keys = heads(linear(x, prefix + "self_attn.k_proj.weight"));
    Tensor values = heads(linear(x, prefix + "self_attn.v_proj.weight")).transpose(1, 2);
    Mixer mixer = config.mixers().get(layer);
    Tensor out;
    if (mixer == Mixer.ATTENTION) {
      out =
          positions.attend(
              positions.turnQueries(queries).transpose(1, 2),
              positions.turnKeys(keys).transpose(1, 2),
              values);
    } else {
      Recurrence recurrence = new Recurrence(mixer, parameters, prefix, positions);
      out = recurrence.run(x, queries, keys, values);
    }
    return out.transpose(1, 2).reshape(x.size(0), x.size(1), config.width());
  }

  private Tensor heads(Tensor x) {
    return x.view(x.size(0), x.size(1), config.heads(), config.headDimension());
  }

  private Tensor linear(Tensor x, String weight) {
    return torch.linear(x, parameters.get(weight));
  }

  private Tensor norm(Tensor x, String weight) {
    return torch.rms_norm(
        x,
        new long[] {config.width()},
        new TensorOptional(parameters.get(weight)),
        new DoubleOptional(ModelConfig.NORM_EPSILON));
  }

  @Override
  public void close() {
    parameters.close();
  }
}
