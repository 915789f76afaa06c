package rope4j.inference.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import rope4j.inference.tokenizer.PieceTokenizer.SpaceBefore;
import rope4j.inference.tokenizer.RegexSplitter.Behaviour;

/// The `pre_tokenizer` of a tokenizer.json. Source: Hugging Face tokenizers, `pre_tokenizers`.
final class JsonPreTokenizers {

  /// What a pre-tokenizer does.
  ///
  /// @param normalizer what it rewrites before it cuts
  /// @param bytes whether words are bytes
  record Rule(Normalizer normalizer, Splitter splitter, boolean bytes, SpaceBefore spaceBefore) {}

  private static final int UNICODE = Pattern.UNICODE_CHARACTER_CLASS;

  private Normalizer normalizer = Normalizer.NONE;
  private Splitter splitter = Splitter.NONE;
  private boolean bytes;
  private SpaceBefore spaceBefore = SpaceBefore.NOTHING;

  /// Whether words have been cut at white space and nothing else has been done.
  private boolean onlyWords;

  private JsonPreTokenizers() {}

  static Rule of(JsonPart part) {
    List<JsonPart> flat = new ArrayList<>();
    flatten(part, flat);
    JsonPreTokenizers read = new JsonPreTokenizers();
    for (int i = 0; i < flat.size(); i++) {
      read.add(flat.get(i), i == 0);
    }
    return new Rule(read.normalizer, read.splitter, read.bytes, read.spaceBefore);
  }

  private static void flatten(JsonPart part, List<JsonPart> flat) {
    if (part.type().equals("Sequence")) {
      part.parts("pretokenizers").forEach(element -> flatten(element, flat));
    } else {
      flat.add(part);
    }
  }

  private void add(JsonPart part, boolean first) {
    if (bytes) {
      throw part.unsupported("a pre-tokenizer after ByteLevel");
    }
    boolean afterWords = onlyWords;
    onlyWords = false;
    switch (part.type()) {
      case "ByteLevel" -> byteLevel(part, first);
      case "Split" -> cut(JsonPattern.of(part), behaviour(part), part.bool("invert", false));
      case "Metaspace" -> metaspace(part, first, afterWords);
      case "Digits" -> {
        boolean each = part.bool("individual_digits", false);
        cut(Pattern.compile(each ? "\\p{N}" : "\\p{N}+"), Behaviour.ISOLATED, false);
      }
      case "Punctuation" -> cut(Pattern.compile("[\\p{P}!-/:-@\\[-`{-~]"), behaviour(part), false);
      case "Whitespace" ->
          cut(Pattern.compile("\\w+|[^\\w\\s]+", UNICODE), Behaviour.REMOVED, true);
      case "WhitespaceSplit" -> {
        cut(Pattern.compile("\\s+", UNICODE), Behaviour.REMOVED, false);
        onlyWords = first;
      }
      case "BertPreTokenizer" -> splitter = splitter.then(BertText::split);
      case "CharDelimiterSplit" -> {
        String delimiter =
            part.text("delimiter").orElseThrow(() -> part.wrong("delimiter", "a text"));
        cut(Pattern.compile(Pattern.quote(delimiter)), Behaviour.REMOVED, false);
      }
      case String other -> throw part.unsupported("the pre-tokenizer '" + other + "'");
    }
  }

  private void cut(Pattern pattern, Behaviour behaviour, boolean inverted) {
    splitter = splitter.then(new RegexSplitter(pattern, behaviour, inverted));
  }

  private static Behaviour behaviour(JsonPart part) {
    return switch (part.text("behavior").orElse("Isolated")) {
      case "Isolated" -> Behaviour.ISOLATED;
      case "Removed" -> Behaviour.REMOVED;
      case "MergedWithPrevious" -> Behaviour.MERGED_WITH_PREVIOUS;
      case "MergedWithNext" -> Behaviour.MERGED_WITH_NEXT;
      case "Contiguous" -> Behaviour.CONTIGUOUS;
      case String other -> throw part.unsupported("the behavior '" + other + "'");
    };
  }

  private void byteLevel(JsonPart part, boolean first) {
    bytes = true;
    if (part.bool("add_prefix_space", true)) {
      if (!first) {
        throw part.unsupported("a space before every word (add_prefix_space)");
      }
      normalizer = (text, _) -> text.startsWith(" ") ? text : " " + text;
      spaceBefore = SpaceBefore.EVERY_PART;
    }
    if (part.bool("use_regex", true)) {
      splitter = splitter.then(PreTokenizers.gpt2());
    }
  }

  private void metaspace(JsonPart part, boolean first, boolean afterWords) {
    if (!first && !afterWords) {
      throw part.unsupported("Metaspace after another pre-tokenizer than WhitespaceSplit");
    }
    if (!part.text("replacement").orElse("▁").equals("▁")) {
      throw part.unsupported("another replacement than ▁");
    }
    boolean prefix = part.bool("add_prefix_space", true);
    String scheme = part.text("prepend_scheme").orElse(prefix ? "always" : "never");
    spaceBefore =
        switch (scheme) {
          case "always" -> SpaceBefore.EVERY_PART;
          case "first" -> SpaceBefore.THE_TEXT;
          case "never" -> SpaceBefore.NOTHING;
          case String other -> throw part.unsupported("the prepend_scheme '" + other + "'");
        };
    if (afterWords) {
      if (spaceBefore != SpaceBefore.EVERY_PART) {
        throw part.unsupported("WhitespaceSplit and a Metaspace that is not before every word");
      }
      // Every word has its space then, however many there were.
      Pattern blanks = Pattern.compile("\\s+", UNICODE);
      normalizer = (text, _) -> blanks.matcher(text).replaceAll(" ").strip();
      splitter = Splitter.NONE;
    }
    SpaceBefore before = spaceBefore;
    normalizer =
        normalizer.then((text, start) -> {
          String written = text.replace(' ', WordStarts.SPACE);
          boolean prepends =
              before == SpaceBefore.EVERY_PART || before == SpaceBefore.THE_TEXT && start;
          return !prepends || written.isEmpty() || written.charAt(0) == WordStarts.SPACE
              ? written
              : WordStarts.SPACE + written;
        });
    if (part.bool("split", true)) {
      cut(Pattern.compile("▁"), Behaviour.MERGED_WITH_NEXT, false);
    }
  }
}
