package rope4j.lab.experiment;

import rope4j.lab.model.Initialisation;

/// How large a decoder is, and how its weights begin.
///
/// @param layers blocks
/// @param width channels of the residual stream
/// @param heads attention heads, each with `width / heads` channels
/// @param feedForward channels within the feed-forward network
/// @param tiedEmbeddings whether the output layer is the embedding
/// @param initialisation what the weights are before training
public record ModelSize(
    int layers,
    int width,
    int heads,
    int feedForward,
    boolean tiedEmbeddings,
    Initialisation initialisation) {

  public ModelSize {
    if (layers < 1 || width < 1 || heads < 1 || feedForward < 1) {
      throw new IllegalArgumentException("all sizes of a model must be at least 1");
    }
    if (width % heads != 0 || width / heads % 2 != 0) {
      throw new IllegalArgumentException(
          "the width must be an even multiple of the heads, but they are "
              + width
              + " and "
              + heads);
    }
  }

  /// The same with weights that begin otherwise.
  public ModelSize withInitialisation(Initialisation other) {
    return new ModelSize(layers, width, heads, feedForward, tiedEmbeddings, other);
  }

  /// Channels of a head.
  public int headDimension() {
    return width / heads;
  }
}
