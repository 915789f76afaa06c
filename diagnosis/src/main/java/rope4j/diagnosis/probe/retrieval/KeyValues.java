package rope4j.diagnosis.probe.retrieval;

import java.util.Arrays;
import java.util.SplittableRandom;
import rope4j.diagnosis.probe.trial.TextTokens;

/// Pairs of random tokens, a key and its value, in the first half; in the second half the keys come
/// again in another order, each with its value. The last one's value is asked for.
///
/// No tokenizer and no instruction is needed: keys and values are tokens of the user's text. Where
/// every second token of that text is of one kind and those between are of another, as in what the
/// lab's task `key-value` trains on, keys are drawn from the first kind and values from the second;
/// else both are drawn from all tokens. A question has no key twice and no token both as key and as
/// value. The pair asked for is not repeated before, so that it stands where the depth says.
final class KeyValues implements RetrievalTask {

  private static final int FEWEST_PAIRS = 2;

  private final TextTokens text;
  private final int[] keys;
  private final int[] values;

  /// Whether keys and values are of one kind.
  private final boolean mixed;

  KeyValues(TextTokens text) {
    this.text = text;
    int[] first = text.everySecond(0);
    int[] second = text.everySecond(1);
    mixed = Arrays.stream(second).anyMatch(token -> Arrays.binarySearch(first, token) >= 0);
    keys = mixed ? text.different() : first;
    values = mixed ? keys : second;
  }

  /// Whether there are enough different tokens for a question.
  boolean possible() {
    return mixed
        ? keys.length >= 2 * FEWEST_PAIRS
        : keys.length >= FEWEST_PAIRS && values.length > 1;
  }

  @Override
  public String id() {
    return "key-value";
  }

  @Override
  public String description() {
    return "Pairs of random tokens, a key and its value, then the keys again with their values: the"
        + " last one's is asked for.";
  }

  /// Of one who knows which tokens are values.
  @Override
  public double chance() {
    return 1.0 / values();
  }

  private int values() {
    return mixed ? keys.length - keys.length / 2 : values.length;
  }

  /// Pairs in a question of so many tokens.
  private int pairs(int length) {
    return Math.min((length - text.before()) / 4, mixed ? keys.length / 2 : keys.length);
  }

  private int place(int length, double depth) {
    return (int) Math.round(depth * (pairs(length) - 1));
  }

  /// From the value asked for back to the same one in its pair.
  private int distance(int length, double depth) {
    return length(length) - 2 - text.before() - 2 * place(length, depth);
  }

  /// The question and its answer without an odd token.
  private int length(int length) {
    return length - (length - text.before()) % 2;
  }

  @Override
  public Question question(int length, double depth, SplittableRandom random) {
    int least = 4 * FEWEST_PAIRS + text.before();
    if (length < least) {
      throw new DoesNotFitException(least, length);
    }
    int pairs = pairs(length);
    int asked = place(length, depth);
    int[] key = keys.clone();
    shuffle(key, random);
    int[] value = mixed ? Arrays.copyOfRange(key, key.length / 2, key.length) : values;
    int[] valueOf = new int[pairs];
    int[] others = new int[pairs - 1];
    int[] question = new int[length(length) - 1];
    text.beginning().ifPresent(token -> question[0] = token);
    int at = text.before();
    int right = 0;
    for (int pair = 0; pair < pairs; pair++) {
      int drawn = random.nextInt(value.length);
      valueOf[pair] = value[drawn];
      right = pair == asked ? drawn : right;
      question[at++] = key[pair];
      question[at++] = valueOf[pair];
      if (pair != asked) {
        others[pair < asked ? pair : pair - 1] = pair;
      }
    }
    shuffle(others, random);
    for (int i = 0; at + 1 < question.length; i++) {
      int pair = others[i % others.length];
      question[at++] = key[pair];
      question[at++] = valueOf[pair];
    }
    question[at] = key[asked];
    int wrong = value[(right + 1 + random.nextInt(value.length - 1)) % value.length];
    return new Question(
        Prompt.of(question, new int[] {valueOf[asked]}),
        Prompt.of(question, new int[] {wrong}),
        distance(length, depth));
  }

  private static void shuffle(int[] tokens, SplittableRandom random) {
    for (int i = tokens.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int moved = tokens[i];
      tokens[i] = tokens[other];
      tokens[other] = moved;
    }
  }
}
