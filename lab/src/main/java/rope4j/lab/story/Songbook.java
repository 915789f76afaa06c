package rope4j.lab.story;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The songs of a document: `they sang oak rub bee lid harm moss fun .`
///
/// A song is told by its first word and is always sung alike. No word is in two of the songs that
/// are remembered, so whoever remembers a word knows what follows it: this is what a model learns
/// first, and what makes looking back worth learning. Which song is sung again is chosen with
/// weight `1/sqrt(distance)`.
final class Songbook {

  /// Share of new songs, while there is an old one.
  private static final double NEW = 0.3;

  private static final int SHORTEST = 7;
  private static final int LONGEST = 14;

  /// How probable it is that a song ends after each word from the shortest on.
  private static final double END = 0.2;

  /// When fewer words are left for new songs, the one not sung for longest is forgotten.
  private static final int SPARE = 48;

  private final Tape tape;
  private final Words words;

  /// The song words, those left for new songs first.
  private final int[] pool;

  private int free;

  /// In the order in which they were last sung.
  private final List<Song> songs = new ArrayList<>();

  private final int[] candidates = new int[512];
  private final double[] weights = new double[512];

  private record Song(int[] text, int sungAt) {}

  Songbook(Tape tape, Words words) {
    this.tape = tape;
    this.words = words;
    this.pool = words.songs().clone();
    this.free = pool.length;
  }

  /// What follows `they`, to the full stop.
  void sing() {
    tape.say(words.sang());
    while (free < SPARE) {
      int[] forgotten = songs.removeFirst().text();
      System.arraycopy(forgotten, 0, pool, free, forgotten.length);
      free += forgotten.length;
    }
    double sum = 0;
    for (int i = 0; i < songs.size(); i++) {
      candidates[i] = songs.get(i).text()[0];
      weights[i] = 1 / Math.sqrt(tape.length() - songs.get(i).sungAt());
      sum += weights[i];
    }
    int old = songs.size();
    double each = old == 0 ? 1 : sum * NEW / (1 - NEW) / free;
    int count = offer(old, each);
    int begin = tape.length();
    int first = tape.choose(candidates, weights, count);
    songs.add(first < old ? repeat(songs.remove(first), begin) : compose(first - old, begin));
  }

  private int offer(int from, double weight) {
    for (int i = 0; i < free; i++) {
      candidates[from + i] = pool[i];
      weights[from + i] = weight;
    }
    return from + free;
  }

  private Song repeat(Song song, int begin) {
    for (int i = 1; i < song.text().length; i++) {
      tape.repeat(song.text()[i], song.sungAt() + i);
    }
    tape.repeat(words.stop(), song.sungAt() + song.text().length);
    return new Song(song.text(), begin);
  }

  private Song compose(int first, int begin) {
    int[] text = new int[LONGEST];
    text[0] = take(first);
    int length = 1;
    boolean ended = false;
    while (!ended && length < LONGEST) {
      int from = length < SHORTEST ? 0 : 1;
      candidates[0] = words.stop();
      weights[0] = END;
      int next = tape.choose(candidates, weights, offer(from, (1 - END) / free));
      ended = next < from;
      if (!ended) {
        text[length++] = take(next - from);
      }
    }
    if (!ended) {
      tape.say(words.stop());
    }
    return new Song(Arrays.copyOf(text, length), begin);
  }

  private int take(int index) {
    int word = pool[index];
    pool[index] = pool[--free];
    return word;
  }
}
