package rope4j.lab.model;

import java.util.Collections;
import java.util.List;
import rope4j.rotation.Pairing;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Unscaled;

/// The shape of a decoder-only transformer with RMSNorm before each part, SwiGLU and no biases.
///
/// @param vocabularySize number of tokens
/// @param width channels of an embedding: a multiple of `heads`, with an even quotient
/// @param heads attention heads, each with keys and values of its own
/// @param feedForward inner channels of the feed-forward network
/// @param trainedLength tokens of a training sequence
/// @param tiedEmbeddings whether the output layer is the embedding
/// @param encoding position encoding it is trained under
/// @param mixers one per layer
public record ModelConfig(
    int vocabularySize,
    int width,
    int heads,
    int feedForward,
    int trainedLength,
    boolean tiedEmbeddings,
    PositionEncoding encoding,
    List<Mixer> mixers) {

  /// What is added to the mean square under RMSNorm's root.
  public static final double NORM_EPSILON = 1e-5;

  public ModelConfig {
    positive("the vocabulary size", vocabularySize);
    positive("the width", width);
    positive("the number of heads", heads);
    positive("the feed-forward width", feedForward);
    positive("the trained length", trainedLength);
    if (width % (2 * heads) != 0) {
      throw new IllegalArgumentException(
          "the width must be a multiple of twice the number of heads, but it is "
              + width
              + " for "
              + heads
              + " heads");
    }
    mixers = List.copyOf(mixers);
    positive("the number of layers", mixers.size());
    if (mixers.stream().anyMatch(Mixer::rotates) && !(encoding instanceof PositionEncoding.Rope)) {
      throw new IllegalArgumentException(
          "a recurrence that rotates needs the frequencies of a rope encoding, but the encoding is "
              + encoding.name());
    }
  }

  /// A transformer: attention in all layers.
  public static ModelConfig transformer(
      int vocabularySize,
      int width,
      int layers,
      int heads,
      int feedForward,
      int trainedLength,
      boolean tiedEmbeddings,
      PositionEncoding encoding) {
    return new ModelConfig(
        vocabularySize,
        width,
        heads,
        feedForward,
        trainedLength,
        tiedEmbeddings,
        encoding,
        Collections.nCopies(layers, Mixer.ATTENTION));
  }

  /// Number of layers.
  public int layers() {
    return mixers.size();
  }

  /// Channels of a head.
  public int headDimension() {
    return width / heads;
  }

  /// The same shape under another encoding.
  public ModelConfig withEncoding(PositionEncoding other) {
    return new ModelConfig(
        vocabularySize, width, heads, feedForward, trainedLength, tiedEmbeddings, other, mixers);
  }

  /// How a rope encoding rotates the heads of this model. Pairs are neighbours, as in llama.cpp's
  /// llama models.
  public RopeParameters ropeParameters(PositionEncoding.Rope rope) {
    return new RopeParameters(
        headDimension(),
        rope.rotaryDimension(headDimension()),
        rope.base(),
        trainedLength,
        Pairing.INTERLEAVED,
        rope.scaling());
  }

  /// How xPos rotates the heads of this model.
  RopeParameters ropeParameters(PositionEncoding.XPos xpos) {
    return new RopeParameters(
        headDimension(),
        headDimension(),
        xpos.base(),
        trainedLength,
        Pairing.INTERLEAVED,
        new Unscaled());
  }

  private static void positive(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " must be at least 1, but it is " + value);
    }
  }
}
