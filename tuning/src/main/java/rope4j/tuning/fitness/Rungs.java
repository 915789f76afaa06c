package rope4j.tuning.fitness;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// What a candidate is measured on, the cheap part first: a rung it does badly on is its last.
///
/// @param rungs windows of each rung; those of a rung are among the next one's, except for the
///   first rung's, which is a shorter one
public record Rungs(List<List<Window>> rungs) {

  public Rungs {
    rungs = rungs.stream().map(List::copyOf).toList();
  }

  /// A shorter window, then a third of the windows, then all.
  public static Rungs of(List<Window> windows, int trainedLength, int contextLength) {
    List<List<Window>> rungs = new ArrayList<>();
    int shorter = Math.max(contextLength / 2, Math.min(contextLength, trainedLength * 3 / 2));
    boolean plain = windows.getFirst().answers().isEmpty();
    if (plain && shorter < contextLength && shorter > trainedLength + 1) {
      rungs.add(List.of(windows.getFirst().first(shorter)));
    }
    int third = Math.ceilDiv(windows.size(), 3);
    if (third < windows.size()) {
      rungs.add(windows.subList(0, third));
    }
    rungs.add(windows);
    return new Rungs(rungs);
  }

  /// Index of the last rung.
  public int top() {
    return rungs.size() - 1;
  }

  /// All windows.
  public List<Window> all() {
    return rungs.getLast();
  }

  /// Prefills that a candidate costs which gets to the top.
  public int cost() {
    boolean shorter = rungs.getFirst().getFirst() != all().getFirst();
    return all().size() + (shorter ? 1 : 0);
  }

  /// Windows of text for an objective.
  ///
  /// @param most windows at most, from the beginning
  /// @throws IllegalArgumentException when needles are wanted and there is no room for them
  public static List<Window> windows(
      List<int[]> texts, Objective objective, int trainedLength, int most, long seed) {
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < Math.min(most, texts.size()); i++) {
      int[] tokens = texts.get(i);
      if (objective.needles()) {
        Needles.requireRoom(trainedLength, tokens.length);
        windows.add(Needles.into(tokens, trainedLength, new Random(31 * seed + i)));
      } else {
        windows.add(Window.of(tokens, trainedLength));
      }
    }
    return windows;
  }

  /// Fails early where needles have no room.
  ///
  /// @throws IllegalArgumentException when that is so
  public static void requireRoom(Objective objective, int trainedLength, int contextLength) {
    if (objective.needles()) {
      Needles.requireRoom(trainedLength, contextLength);
    }
  }
}
