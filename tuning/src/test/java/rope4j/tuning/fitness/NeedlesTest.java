package rope4j.tuning.fitness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NeedlesTest {

  private static final int TRAINED = 256;

  private final int[] text = new Random(1).ints(1024, 5, 2000).toArray();
  private final Window window = Needles.into(text, TRAINED, new Random(2));

  @Test
  void everyAnswerStandsBehindItsCueEarlierInTheText() {
    int[] tokens = window.tokens();
    assertThat(window.answers()).hasSize(4);
    List<Integer> places = new ArrayList<>();
    for (Span answer : window.answers()) {
      // The position before a token predicts it; a cue of as many tokens comes first.
      int[] asked = Arrays.copyOfRange(tokens, answer.from() + 1 - 16, answer.to() + 1);
      assertThat(asked).hasSize(32);
      places.add(find(tokens, asked));
    }
    assertThat(places).isSorted().startsWith(1);
    assertThat(places.get(2)).isBetween(400, 600);
    assertThat(places).allSatisfy(place -> assertThat(place).isLessThan(896));
  }

  @Test
  void theWindowStaysAsLongAsItWas() {
    assertThat(window.tokens()).hasSize(1024);
    assertThat(window.tokens()[0]).isEqualTo(text[0]);
  }

  @Test
  void textThatCountsIsTextOfTheUserPastTheTrainedLength() {
    int[] tokens = window.tokens();
    for (Span span : window.text()) {
      assertThat(span.from()).isGreaterThanOrEqualTo(TRAINED);
      int[] predicted = Arrays.copyOfRange(tokens, span.from() + 1, span.to() + 1);
      assertThat(find(text, predicted)).isNotNegative();
    }
    int scored = window.text().stream().mapToInt(span -> span.to() - span.from()).sum();
    assertThat(scored).isGreaterThan(500);
  }

  @Test
  void aContextWithoutRoomIsRefused() {
    assertThatThrownBy(() -> Needles.requireRoom(64, 128))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no room")
        .hasMessageContaining("--objective nll");
    assertThatCode(() -> Needles.requireRoom(256, 1024)).doesNotThrowAnyException();
  }

  private static int find(int[] in, int[] what) {
    for (int at = 0; at + what.length <= in.length; at++) {
      if (Arrays.equals(in, at, at + what.length, what, 0, what.length)) {
        return at;
      }
    }
    return -1;
  }
}
