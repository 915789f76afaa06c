package rope4j.lab.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The laws of the story language.
class StoryTest {

  private static final StoryVocabulary WORDS = StoryVocabulary.standard();

  @Test
  void theSameSeedWritesTheSameStory() {
    assertThat(Story.write(7, 3000)).isEqualTo(Story.write(7, 3000));
    assertThat(Story.write(7, 3000).tokens()).isNotEqualTo(Story.write(8, 3000).tokens());
  }

  @Test
  void aLongerStoryBeginsWithTheShorterOne() {
    Story story = Story.write(3, 5000);
    assertThat(Arrays.copyOf(story.tokens(), 700)).isEqualTo(Story.write(3, 700).tokens());
  }

  @Test
  void theSeedOfTheFirstStoryStillWritesIt() {
    assertThat(Story.write(1, 23).text())
        .isEqualTo(
            "a queen named mina came from quorn . they sang leg fee hair dare tin mask rod lag shy ."
                + " they sang");
  }

  @Test
  void aReferenceRepeatsTheWordAtItsAntecedent() {
    Story story = Story.write(11, 20_000);
    int[] tokens = story.tokens();
    assertThat(story.references()).hasSizeGreaterThan(1000);
    assertThat(story.references())
        .allSatisfy(reference -> {
          assertThat(reference.distance()).isPositive();
          assertThat(tokens[reference.position()]).isEqualTo(tokens[reference.antecedent()]);
        });
  }

  @Test
  void aReferenceCostsAReaderWhoForgetsNothingNothing() {
    Story story = Story.write(12, 20_000);
    double[] floor = story.floor();
    assertThat(story.references()).allSatisfy(r -> assertThat(floor[r.position()]).isZero());
  }

  @Test
  void referencesToWhatWasToldReachBackOverAllDistances() {
    Story story = Story.write(13, 400_000);
    assertEvenlySpread(story, false, 64, 8192);
  }

  @Test
  void songsReachBackOverAllDistancesToAThousandTokens() {
    assertEvenlySpread(Story.write(13, 200_000), true, 16, 1024);
  }

  /// No doubling between the two has less than a third of the commonest one's.
  private static void assertEvenlySpread(Story story, boolean sung, int from, int to) {
    Set<Integer> words = Arrays.stream(WORDS.list("songs")).boxed().collect(Collectors.toSet());
    int[] tokens = story.tokens();
    double[] byDoubling = new double[32];
    for (Story.Reference reference : story.references()) {
      int token = tokens[reference.position()];
      if (token != WORDS.id(".") && words.contains(token) == sung) {
        byDoubling[31 - Integer.numberOfLeadingZeros(reference.distance())]++;
      }
    }
    double most = Arrays.stream(byDoubling).max().orElseThrow();
    for (int doubling = 31 - Integer.numberOfLeadingZeros(from); 1 << doubling < to; doubling++) {
      assertThat(byDoubling[doubling] / most).as("2^%d", doubling).isGreaterThan(1 / 3.0);
    }
  }

  @Test
  void aSongThatIsRememberedIsSungAlike() {
    // The words are not used up by then, so that no song is forgotten.
    String[] sentences = Story.write(18, 700).text().split(" \\.", -1);
    Map<String, String> songs = new LinkedHashMap<>();
    int repeated = 0;
    for (String sentence : Arrays.asList(sentences).subList(0, sentences.length - 1)) {
      if (sentence.strip().startsWith("they sang ")) {
        String first = sentence.strip().split(" ")[2];
        String before = songs.put(first, sentence);
        if (before != null) {
          assertThat(sentence).isEqualTo(before);
          repeated++;
        }
      }
    }
    assertThat(repeated).isGreaterThan(10);
  }

  @Test
  void aReaderOfTheTokensAloneFindsTheSameFloorAndReferences() {
    Story story = Story.write(14, 10_000);
    assertThat(Story.read(story.tokens())).isEqualTo(story);
  }

  @Test
  void whatCannotFollowIsNoStory() {
    int[] tokens = Story.write(15, 100).tokens();
    tokens[50] = WORDS.id("named");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Story.read(tokens))
        .withMessageContaining("can't stand at 50");
  }

  /// Counted from the text by other means than the generator's: where each thing lies, and how
  /// long.
  @Test
  void aFoundThingCostsWhatItsAgeAmongAllHiddenThingsSays() {
    Story story = Story.write(16, 12_000);
    String[] words = ("<s> " + story.text()).split(" ", -1);
    double[] floor = story.floor();
    Map<String, Integer> hidden = new LinkedHashMap<>();
    int found = 0;
    for (int at = 5; at < words.length; at++) {
      if (words[at].equals("the") && words[at - 1].matches("hid|put|left|lost")) {
        hidden.put(words[at + 1], at - 2);
      } else if (words[at - 1].equals("the") && words[at - 2].matches("took|found")) {
        double sum = 0;
        for (int since : hidden.values()) {
          sum += 1 / Math.sqrt(at - since);
        }
        double own = 1 / Math.sqrt(at - hidden.remove(words[at]));
        assertThat(floor[at])
            .as("%d %s", at, words[at])
            .isCloseTo(-Math.log(own / sum), within(1e-9));
        found++;
      }
    }
    assertThat(found).isGreaterThan(100);
  }

  @Test
  void everyChoiceFallsAsOftenAsItsProbabilitySays() {
    // The mean of 1/p over the choices made is the number of choices there were, whatever the
    // weights; here the words that can stand behind "later P": took and found.
    Story story = Story.write(17, 200_000);
    int[] tokens = story.tokens();
    double[] floor = story.floor();
    int took = 0;
    int all = 0;
    for (int at = 2; at < tokens.length; at++) {
      if (tokens[at - 2] == WORDS.id("later")) {
        assertThat(floor[at]).isEqualTo(Math.log(2));
        all++;
        took += tokens[at] == WORDS.id("took") ? 1 : 0;
      }
    }
    assertThat((double) took / all).isCloseTo(0.5, within(4 * 0.5 / Math.sqrt(all)));
  }

  @Test
  void aStoryNeedsAToken() {
    assertThatIllegalArgumentException().isThrownBy(() -> Story.write(1, 0));
  }
}
