package rope4j.diagnosis.probe.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WordsTest {

  private static Words.Supply supply(List<String> words) {
    return new Words.Supply(words, new SplittableRandom(3));
  }

  private static List<String> all() {
    return Words.draw(Words.count(), new SplittableRandom(1));
  }

  @Test
  void wordsAreUsedUpBeforeTwoOfThemAreJoined() {
    assertThat(supply(all()).first(50)).isEqualTo(all().subList(0, 50));
    assertThat(supply(all()).first(400)).startsWith(all().toArray(String[]::new));
  }

  @Test
  void allWordsDifferHoweverMany() {
    assertThat(supply(all()).first(50_000)).hasSize(50_000).doesNotHaveDuplicates();
  }

  @Test
  void everyPairComesOnceAndThenThereAreNoMore() {
    assertThat(supply(List.of("sea", "oak", "ink")).first(100))
        .hasSize(9)
        .doesNotHaveDuplicates()
        .contains("oak-sea", "sea-oak", "ink-oak");
  }

  @Test
  void aLongerListBeginsAsAShorterOne() {
    assertThat(supply(all()).first(900))
        .startsWith(supply(all()).first(700).toArray(new String[0]));
  }
}
