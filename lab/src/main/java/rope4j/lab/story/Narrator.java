package rope4j.lab.story;

import java.util.Arrays;
import rope4j.lab.random.Draws;

/// The grammar. Whatever it decides shows in the very next word, so that a reader knows as much as
/// the writer, and the probability of each word is known.
///
/// People come from a town with a trade; they hide things in places; later a thing is taken from
/// its place, or found where somebody hid it, and somebody goes home; between, they sing. A thing
/// that was found may be hidden anew; so each hiding is told of again at most once, and nothing
/// nearer gives its place away. What is remembered is chosen with weight `1/sqrt(distance)`: old
/// things have become few by then, and distances turn out about uniform in their logarithm.
final class Narrator {

  /// Weights of the kinds of sentences. A little more is hidden than found, so that old things
  /// stay.
  private static final double ARRIVAL = 6;

  private static final double HIDING = 36;
  private static final double MEETING = 6;
  private static final double FINDING = 32;
  private static final double HOMECOMING = 10;
  private static final double WEATHER = 6;
  private static final double SINGING = 100;

  private static final Words WORDS = Words.standard();

  private final Tape tape;
  private final double[] weights = new double[512];
  private final double[] even = new double[512];

  /// People who have come, by the order of their coming, then those who have not.
  private final int[] people = WORDS.names().clone();

  private int cast;
  private final int[] trades = new int[people.length];
  private final int[] towns = new int[people.length];
  private final int[] tradeSaid = new int[people.length];
  private final int[] homeSaid = new int[people.length];

  /// Things that lie hidden, then those that do not.
  private final int[] objects = WORDS.objects().clone();

  private int hidden;
  private final int[] places = new int[objects.length];
  private final int[] hiders = new int[objects.length];
  private final int[] verbs = new int[objects.length];

  /// Where the sentence that hid a thing begins.
  private final int[] hidAt = new int[objects.length];

  private final Songbook songbook;
  private final int[] openers = new int[people.length + 6];
  private final int[] candidates = new int[512];

  private Narrator(Tape tape) {
    this.tape = tape;
    this.songbook = new Songbook(tape, WORDS);
    Arrays.fill(even, 1);
  }

  static Story write(long seed, int length) {
    return new Narrator(new Tape(new Choice.Dice(new Draws(seed)), length)).tell(length);
  }

  static Story read(int[] tokens) {
    return new Narrator(new Tape(new Choice.Written(tokens), tokens.length)).tell(tokens.length);
  }

  private Story tell(int length) {
    tape.say(StoryVocabulary.BEGIN);
    while (tape.length() < length) {
      sentence();
    }
    return tape.cut(length);
  }

  private void sentence() {
    boolean meet = cast > 1;
    boolean hide = hidden < objects.length;
    double acting = meet ? (hide ? HIDING : 0) + MEETING : 0;
    int count = 0;
    count = opener(count, WORDS.a(), cast < people.length ? ARRIVAL : 0);
    count = opener(count, WORDS.later(), hidden > 0 ? FINDING : 0);
    count = opener(count, WORDS.so(), meet ? HOMECOMING : 0);
    count = opener(count, WORDS.it(), meet ? WEATHER : 0);
    count = opener(count, WORDS.the(), meet ? WEATHER : 0);
    count = opener(count, WORDS.they(), cast > 0 ? SINGING : 0);
    int named = count;
    for (int person = 0; person < cast && acting > 0; person++) {
      count = opener(count, people[person], acting / cast);
    }
    int chosen = tape.choose(openers, weights, count);
    int word = openers[chosen];
    if (chosen >= named) {
      act(chosen - named, hide);
    } else if (word == WORDS.a()) {
      arrive();
    } else if (word == WORDS.later()) {
      find();
    } else if (word == WORDS.so()) {
      goHome();
    } else if (word == WORDS.they()) {
      songbook.sing();
      return;
    } else if (word == WORDS.it()) {
      uniform(WORDS.falling());
      tape.say(WORDS.all());
      uniform(WORDS.times());
    } else {
      uniform(WORDS.skies());
      tape.say(WORDS.was());
      uniform(WORDS.moods());
    }
    tape.say(WORDS.stop());
  }

  private int opener(int count, int word, double weight) {
    if (weight <= 0) {
      return count;
    }
    openers[count] = word;
    weights[count] = weight;
    return count + 1;
  }

  private int uniform(int[] words) {
    return words[tape.choose(words, even, words.length)];
  }

  /// `a smith named mara came from selby .`
  private void arrive() {
    tradeSaid[cast] = tape.length();
    trades[cast] = uniform(WORDS.trades());
    tape.say(WORDS.named());
    int waiting = people.length - cast;
    System.arraycopy(people, cast, candidates, 0, waiting);
    int person = cast + tape.choose(candidates, even, waiting);
    int name = people[person];
    people[person] = people[cast];
    people[cast] = name;
    tape.say(WORDS.came());
    tape.say(WORDS.from());
    homeSaid[cast] = tape.length();
    towns[cast] = uniform(WORDS.towns());
    cast++;
  }

  /// `mara hid the lamp in the mill .` or `mara met tom at the well .`
  private void act(int person, boolean hide) {
    int[] hiding = WORDS.hiding();
    int count = 0;
    candidates[count] = WORDS.met();
    weights[count++] = MEETING;
    for (int i = 0; i < hiding.length && hide; i++) {
      candidates[count] = hiding[i];
      weights[count++] = HIDING / hiding.length;
    }
    int verb = candidates[tape.choose(candidates, weights, count)];
    if (verb == WORDS.met()) {
      System.arraycopy(people, 0, candidates, 0, cast);
      candidates[person] = candidates[cast - 1];
      int _ = tape.choose(candidates, even, cast - 1);
      tape.say(WORDS.at());
      tape.say(WORDS.the());
      uniform(WORDS.places());
      return;
    }
    int begin = tape.length() - 2;
    tape.say(WORDS.the());
    int free = objects.length - hidden;
    System.arraycopy(objects, hidden, candidates, 0, free);
    swapObjects(hidden + tape.choose(candidates, even, free), hidden);
    tape.say(WORDS.in());
    tape.say(WORDS.the());
    places[hidden] = uniform(WORDS.places());
    hiders[hidden] = people[person];
    verbs[hidden] = verb;
    hidAt[hidden] = begin;
    hidden++;
  }

  /// `later tom took the lamp from the mill .` or `later tom found the lamp in the mill where mara
  /// hid it .`
  private void find() {
    System.arraycopy(people, 0, candidates, 0, cast);
    int _ = tape.choose(candidates, even, cast);
    candidates[0] = WORDS.took();
    candidates[1] = WORDS.found();
    boolean found = tape.choose(candidates, even, 2) == 1;
    tape.say(WORDS.the());
    for (int i = 0; i < hidden; i++) {
      weights[i] = 1 / Math.sqrt(tape.length() - hidAt[i]);
    }
    int thing = tape.choose(objects, weights, hidden);
    tape.say(found ? WORDS.in() : WORDS.from());
    tape.say(WORDS.the());
    tape.repeat(places[thing], hidAt[thing] + 6);
    if (found) {
      tape.say(WORDS.where());
      tape.repeat(hiders[thing], hidAt[thing]);
      tape.repeat(verbs[thing], hidAt[thing] + 1);
      tape.say(WORDS.it());
    }
    swapObjects(thing, --hidden);
  }

  /// `so mara the smith went home to selby .`
  private void goHome() {
    for (int i = 0; i < cast; i++) {
      weights[i] = 1 / Math.sqrt(tape.length() - homeSaid[i]);
    }
    int person = tape.choose(people, weights, cast);
    tape.say(WORDS.the());
    int tradeAt = tape.length();
    tape.repeat(trades[person], tradeSaid[person]);
    tradeSaid[person] = tradeAt;
    tape.say(WORDS.went());
    tape.say(WORDS.home());
    tape.say(WORDS.to());
    int homeAt = tape.length();
    tape.repeat(towns[person], homeSaid[person]);
    homeSaid[person] = homeAt;
  }

  private void swapObjects(int a, int b) {
    for (int[] array : new int[][] {objects, places, hiders, verbs, hidAt}) {
      int other = array[a];
      array[a] = array[b];
      array[b] = other;
    }
  }
}
