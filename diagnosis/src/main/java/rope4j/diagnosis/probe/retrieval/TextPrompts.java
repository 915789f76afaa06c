package rope4j.diagnosis.probe.retrieval;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import rope4j.diagnosis.probe.retrieval.RetrievalTask.DoesNotFitException;
import rope4j.diagnosis.probe.retrieval.RetrievalTask.Question;
import rope4j.inference.tokenizer.Tokenizer;

/// Turns questions in words into tokens of the right length.
final class TextPrompts {

  private final Tokenizer tokenizer;
  private final OptionalInt beginning;

  TextPrompts(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.beginning = tokenizer.addsBos() ? tokenizer.bos() : OptionalInt.empty();
  }

  int[] encode(String text) {
    int[] ids = tokenizer.encode(text);
    return beginning.isPresent()
        ? IntStream.concat(IntStream.of(beginning.getAsInt()), IntStream.of(ids)).toArray()
        : ids;
  }

  /// The largest question that fits.
  ///
  /// @param least smallest size that makes sense
  /// @param question from a size; more is longer
  /// @param room tokens kept free for the answer
  /// @throws DoesNotFitException when the smallest does not fit
  String fit(int least, int length, int room, IntFunction<String> question) {
    int most = length - room;
    int needed = encode(question.apply(least)).length;
    if (needed > most) {
      throw new DoesNotFitException(needed + room, length);
    }
    int fits = least;
    int step = Math.max(1, length / 2);
    // Up in steps that halve: lengths need not be strictly monotone for the result to fit.
    for (int size = least; step > 0; step /= 2) {
      while (fitsIn(question, size + step, most)) {
        size += step;
        fits = size;
        if (size > 16L * length) {
          return question.apply(fits);
        }
      }
    }
    return question.apply(fits);
  }

  private boolean fitsIn(IntFunction<String> question, int size, int most) {
    return encode(question.apply(size)).length <= most;
  }

  /// Tokens that an answer takes, generously.
  int room(String answer) {
    return encode(answer).length + 1;
  }

  /// A question whose answer stands in it.
  Question question(String question, String right, String wrong) {
    Prompt prompt = prompt(question, List.of(right));
    int place = question.lastIndexOf(right);
    return new Question(
        prompt, prompt(question, List.of(wrong)), distance(prompt, question, place));
  }

  /// Tokens from the answer back to a place in the question.
  ///
  /// @param place index of the character that stands there
  int distance(Prompt prompt, String question, int place) {
    return prompt.answerFrom() - common(prompt.tokens(), encode(question.substring(0, place)));
  }

  /// @param items parts of the answer in order, each with what stands before it
  Prompt prompt(String question, List<String> items) {
    int[] whole = encode(question + String.join("", items));
    int[] ends = new int[items.size()];
    int from = Math.max(1, common(whole, encode(question)));
    StringBuilder text = new StringBuilder(question);
    for (int i = 0; i < ends.length; i++) {
      text.append(items.get(i));
      int end = common(whole, encode(text.toString()));
      ends[i] = Math.max(end, i == 0 ? from : ends[i - 1]);
    }
    ends[ends.length - 1] = whole.length;
    int answer = Math.min(from, whole.length - 1);
    return new Prompt(whole, answer, ends, new int[whole.length - answer][0], new int[0]);
  }

  /// The same where the items may come in any order: where one begins, the beginning of any that is
  /// not named yet is as good.
  Question anyOrder(String question, List<Item> right, List<Item> wrong) {
    return Question.spread(anyOrder(question, right), anyOrder(question, wrong));
  }

  /// Part of an answer.
  ///
  /// @param lead what stands before it and does not depend on it, for example ` 1.`
  /// @param word with the space before it
  record Item(String lead, String word) {
    String text() {
      return lead + word;
    }
  }

  private Prompt anyOrder(String question, List<Item> items) {
    Prompt prompt = prompt(question, items.stream().map(Item::text).toList());
    int[] beginnings = items.stream().mapToInt(item -> beginning(item.word())).toArray();
    int[][] asGood = prompt.asGood();
    StringBuilder text = new StringBuilder(question);
    for (int i = 0; i < beginnings.length; i++) {
      text.append(items.get(i).lead());
      int at = common(prompt.tokens(), encode(text.toString())) - prompt.answerFrom();
      if (at >= 0 && at < asGood.length) {
        asGood[at] = Arrays.copyOfRange(beginnings, i + 1, beginnings.length);
      }
      text.append(items.get(i).word());
    }
    return prompt;
  }

  /// First token of a word within a text.
  private int beginning(String word) {
    int[] whole = encode("x" + word);
    return whole[Math.min(common(whole, encode("x")), whole.length - 1)];
  }

  /// Tokens that both begin with.
  static int common(int[] a, int[] b) {
    int i = 0;
    while (i < a.length && i < b.length && a[i] == b[i]) {
      i++;
    }
    return i;
  }
}
