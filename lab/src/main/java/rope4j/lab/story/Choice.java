package rope4j.lab.story;

import rope4j.lab.random.Draws;

/// Who decides how a story goes on.
interface Choice {

  /// Chooses among words.
  ///
  /// @param position where the word will stand
  /// @param weights above 0, one for each of the first `count` tokens
  /// @return an index
  int choose(int position, int[] tokens, double[] weights, int count);

  /// Throws dice.
  record Dice(Draws draws) implements Choice {
    @Override
    public int choose(int position, int[] tokens, double[] weights, int count) {
      double sum = 0;
      for (int i = 0; i < count; i++) {
        sum += weights[i];
      }
      double at = draws.uniform() * sum;
      for (int i = 0; i < count - 1; i++) {
        at -= weights[i];
        if (at < 0) {
          return i;
        }
      }
      return count - 1;
    }
  }

  /// Reads what is written. Past its end anything will do, as that is cut off.
  record Written(int[] text) implements Choice {
    @Override
    public int choose(int position, int[] tokens, double[] weights, int count) {
      if (position >= text.length) {
        return 0;
      }
      for (int i = 0; i < count; i++) {
        if (tokens[i] == text[position]) {
          return i;
        }
      }
      throw new IllegalArgumentException(
          "this is no story: the token " + text[position] + " can't stand at " + position);
    }
  }
}
