package rope4j.inference.tokenizer;

import java.util.Arrays;

/// A map from longs to ints of 0 and more: [java.util.HashMap] without the boxes.
final class LongTable {

  static final int ABSENT = -1;

  private long[] keys;
  private int[] values;
  private int size;

  LongTable(int expected) {
    int capacity = Integer.highestOneBit(Math.max(8, expected) * 2 - 1) * 2;
    keys = new long[capacity];
    values = new int[capacity];
    Arrays.fill(values, ABSENT);
  }

  /// The value of a key, or [#ABSENT].
  int get(long key) {
    return values[place(key)];
  }

  /// Stores a value unless the key has one; returns the one it has now.
  int putIfAbsent(long key, int value) {
    int place = place(key);
    if (values[place] != ABSENT) {
      return values[place];
    }
    if (2 * ++size > keys.length) {
      grow();
      place = place(key);
    }
    keys[place] = key;
    values[place] = value;
    return value;
  }

  private int place(long key) {
    long hash = key * 0x9E3779B97F4A7C15L;
    int mask = keys.length - 1;
    int at = (int) (hash >>> 32) & mask;
    while (values[at] != ABSENT && keys[at] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new int[2 * oldValues.length];
    Arrays.fill(values, ABSENT);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != ABSENT) {
        int place = place(oldKeys[i]);
        keys[place] = oldKeys[i];
        values[place] = oldValues[i];
      }
    }
  }
}
