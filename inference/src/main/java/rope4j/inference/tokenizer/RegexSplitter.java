package rope4j.inference.tokenizer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import rope4j.checkpoint.CheckpointException;

/// Cuts words at the matches of a regular expression. A word is all that an expression sees: its
/// end is the end of the input.
///
/// @param behaviour what becomes of the matches
/// @param inverted whether what lies between the matches is taken for them
record RegexSplitter(Pattern pattern, Behaviour behaviour, boolean inverted) implements Splitter {

  /// What becomes of matches. Source: `SplitDelimiterBehavior` of Hugging Face's tokenizers.
  enum Behaviour {
    /// Each is a word.
    ISOLATED,
    /// They are dropped.
    REMOVED,
    /// Each ends the word before it.
    MERGED_WITH_PREVIOUS,
    /// Each begins the word after it.
    MERGED_WITH_NEXT,
    /// Those without anything between are one word.
    CONTIGUOUS
  }

  RegexSplitter(Pattern pattern) {
    this(pattern, Behaviour.ISOLATED, false);
  }

  @Override
  public int[] split(String text, int[] spans) {
    Matcher matcher = pattern.matcher(text);
    Words words = new Words(behaviour);
    for (int i = 0; i < spans.length; i += 2) {
      int at = spans[i];
      matcher.region(at, spans[i + 1]);
      while (found(matcher)) {
        if (matcher.end() > matcher.start()) {
          words.add(at, matcher.start(), inverted);
          words.add(matcher.start(), matcher.end(), !inverted);
          at = matcher.end();
        }
      }
      words.add(at, spans[i + 1], inverted);
      words.end();
    }
    return words.spans.toArray();
  }

  private boolean found(Matcher matcher) {
    try {
      return matcher.find();
    } catch (StackOverflowError e) {
      // Java's matcher keeps alternatives under a quantifier on the stack.
      throw new CheckpointException(
          "the tokenizer's expression "
              + pattern
              + " can't cut a text with words this long: put white space into the text",
          e);
    }
  }

  private static final class Words {
    private final IntBuilder spans = new IntBuilder();
    private final Behaviour behaviour;

    /// The word not yet finished: its first char, or -1, and the one after its last.
    private int from = -1;

    private int to;
    private boolean matched;

    Words(Behaviour behaviour) {
      this.behaviour = behaviour;
    }

    void add(int begin, int end, boolean match) {
      if (begin == end) {
        return;
      }
      boolean joins =
          from >= 0
              && switch (behaviour) {
                case ISOLATED, REMOVED -> false;
                case MERGED_WITH_PREVIOUS -> match && !matched;
                case MERGED_WITH_NEXT -> !match && matched;
                case CONTIGUOUS -> match == matched;
              };
      if (!joins) {
        end();
        from = begin;
      }
      if (behaviour == Behaviour.REMOVED && match) {
        from = -1;
      }
      to = end;
      matched = match;
    }

    void end() {
      if (from >= 0) {
        spans.add(from);
        spans.add(to);
      }
      from = -1;
    }
  }
}
