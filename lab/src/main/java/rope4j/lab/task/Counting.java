package rope4j.lab.task;

import rope4j.lab.random.Draws;

/// Random bits; at each position the number of ones so far is asked for, modulo a number. With 2 it
/// is parity.
///
/// @param modulus at least 2
public record Counting(int modulus) implements Task {

  public Counting {
    if (modulus < 2) {
      throw new IllegalArgumentException(
          "counting needs a modulus of at least 2, but it is " + modulus);
    }
  }

  @Override
  public String name() {
    return "counting";
  }

  @Override
  public int vocabularySize() {
    return modulus;
  }

  @Override
  public double chance() {
    return 1.0 / modulus;
  }

  @Override
  public int shortest() {
    return 1;
  }

  @Override
  public int longest() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Example training(long seed, int length) {
    return test(seed, length);
  }

  @Override
  public Example test(long seed, int length) {
    require(length);
    Draws draws = new Draws(seed);
    int[] inputs = new int[length];
    int[] targets = new int[length];
    int ones = 0;
    for (int i = 0; i < length; i++) {
      inputs[i] = draws.below(2);
      ones = (ones + inputs[i]) % modulus;
      targets[i] = ones;
    }
    return Example.sure(inputs, targets);
  }
}
