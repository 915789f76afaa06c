package rope4j.checkpoint;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import rope4j.checkpoint.Vocabulary.Token;

/// Tokens that end a turn or a message, known by their texts: files rarely name them by a key.
///
/// Source: llama.cpp `llama-vocab.cpp`, `llama_vocab::impl::load`, `special_eog_ids`.
final class EndTokens {

  /// Texts of tokens that end a turn or a message; files rarely name them by a key.
  private static final Set<String> ENDS =
      Set.of(
          "<|eot_id|>",
          "<|im_end|>",
          "<|end|>",
          "<|return|>",
          "<|call|>",
          "<|flush|>",
          "<|calls|>",
          "<end_of_turn>",
          "<|endoftext|>",
          "</s>",
          "<|eom_id|>",
          "<EOT>",
          "_<EOT>",
          "[EOT]",
          "[EOS]",
          "<|end_of_text|>",
          "<end_of_utterance>",
          "<eos>",
          "<turn|>",
          "<|tool_response>",
          "<｜end▁of▁sentence｜>",
          "[e~[");

  private EndTokens() {}

  static Collection<Integer> of(List<Token> tokens) {
    Map<String, Integer> found = new HashMap<>();
    for (int id = 0; id < tokens.size(); id++) {
      if (ENDS.contains(tokens.get(id).text())) {
        found.put(tokens.get(id).text(), id);
      }
    }
    boolean harmony = found.containsKey("<|return|>") && found.containsKey("<|call|>");
    boolean solar = found.containsKey("<|flush|>") && found.containsKey("<|calls|>");
    if (harmony || solar) {
      // There it ends one message of several in a turn.
      found.remove("<|end|>");
    }
    if (found.containsKey("<|tool_response>")) {
      found.remove("</s>");
    }
    return found.values();
  }
}
