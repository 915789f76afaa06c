package rope4j.lab.task;

import java.util.Arrays;
import rope4j.lab.random.Draws;

/// Keys with a value each in the first half of a sequence; in the second half the keys come again,
/// and the value of each is asked for.
///
/// Tokens: the keys, then the values. In training 2 keys to a quarter of the length are shown, in a
/// test a quarter of the length.
///
/// @param keys number of keys
/// @param values number of values
public record KeyValueRecall(int keys, int values) implements Task {

  private static final int FEWEST = 2;

  public KeyValueRecall {
    if (keys < FEWEST || values < 2) {
      throw new IllegalArgumentException(
          "key-value recall needs at least 2 keys and 2 values, but there are "
              + keys
              + " and "
              + values);
    }
  }

  @Override
  public String name() {
    return "key-value";
  }

  @Override
  public int vocabularySize() {
    return keys + values;
  }

  @Override
  public double chance() {
    return 1.0 / values;
  }

  @Override
  public int shortest() {
    return 4 * FEWEST;
  }

  @Override
  public int longest() {
    return 4 * keys + 3;
  }

  @Override
  public Example training(long seed, int length) {
    require(length);
    Draws draws = new Draws(seed);
    return example(draws, draws.between(FEWEST, length / 4), length);
  }

  @Override
  public Example test(long seed, int length) {
    require(length);
    return example(new Draws(seed), length / 4, length);
  }

  private Example example(Draws draws, int shown, int length) {
    int[] order = draws.permutation(keys);
    int[] value = new int[shown];
    int[] inputs = new int[length];
    int[] targets = new int[length];
    Arrays.fill(targets, Example.NOT_ASKED);
    for (int i = 0; i < shown; i++) {
      value[i] = keys + draws.below(values);
      inputs[2 * i] = order[i];
      inputs[2 * i + 1] = value[i];
    }
    int[] again = draws.permutation(shown);
    for (int at = 2 * shown; at < length; at++) {
      int asked = again[(at - 2 * shown) / 2 % shown];
      boolean key = (at - 2 * shown) % 2 == 0;
      inputs[at] = key ? order[asked] : value[asked];
      if (key) {
        targets[at] = value[asked];
      }
    }
    return Example.sure(inputs, targets);
  }
}
