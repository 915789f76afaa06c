package rope4j.lab.export;

import java.util.Optional;
import rope4j.checkpoint.Vocabulary;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.Mixer;
import rope4j.lab.model.PositionEncoding;

/// A trained model as it leaves the lab.
///
/// @param name what the file calls the model
/// @param model weights; attention with a rotation in every layer
/// @param rope the rotation it is to run under: its own, or the one it was fine-tuned under
/// @param contextLength tokens it advertises
/// @param vocabulary its SentencePiece tokens; empty for a model of bare ids
public record Release(
    String name,
    LanguageModel model,
    PositionEncoding.Rope rope,
    int contextLength,
    Optional<Vocabulary> vocabulary) {

  public Release {
    if (!(model.config().encoding() instanceof PositionEncoding.Rope)
        || model.config().mixers().stream().anyMatch(mixer -> mixer != Mixer.ATTENTION)) {
      throw new IllegalArgumentException(
          "only models with rotary attention in every layer can leave as llama models, but this one has "
              + model.config().encoding().name()
              + " and "
              + model.config().mixers());
    }
    if (contextLength < 1) {
      throw new IllegalArgumentException(
          "the context length must be at least 1, but it is " + contextLength);
    }
    if (vocabulary.isPresent()) {
      Vocabulary tokens = vocabulary.get();
      if (!tokens.model().equals("llama") || tokens.size() != model.config().vocabularySize()) {
        throw new IllegalArgumentException(
            "the vocabulary must be of SentencePiece BPE with "
                + model.config().vocabularySize()
                + " tokens, but it is of '"
                + tokens.model()
                + "' with "
                + tokens.size());
      }
    }
  }

  /// A model under the encoding and the length it was trained with.
  public static Release asTrained(String name, LanguageModel model, Vocabulary vocabulary) {
    if (!(model.config().encoding() instanceof PositionEncoding.Rope rope)) {
      throw new IllegalArgumentException(
          "only models with a rotation can leave as llama models, but this one has "
              + model.config().encoding().name());
    }
    return new Release(name, model, rope, model.config().trainedLength(), Optional.of(vocabulary));
  }
}
