package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowsTest {

  private static final int[] TEXT = IntStream.range(10, 21).toArray();

  @Test
  void idsUsedAsTheyAreFillOneWindowAfterTheOther() {
    Windows windows = Windows.of(TEXT, 5);
    assertThat(windows.windows())
        .containsExactly(new int[] {10, 11, 12, 13, 14}, new int[] {15, 16, 17, 18, 19});
    assertThat(windows.leftOver()).isEqualTo(1);
  }

  @Test
  void everyWindowOfATextBeginsWithTheBeginningOfSequence() {
    Windows windows = Windows.of(TEXT, 5, OptionalInt.of(1));
    assertThat(windows.windows())
        .containsExactly(new int[] {1, 10, 11, 12, 13}, new int[] {1, 14, 15, 16, 17});
    assertThat(windows.leftOver()).isEqualTo(3);
  }

  @Test
  void aTextTooShortSaysHowLongItIs() {
    assertThatThrownBy(() -> Windows.of(TEXT, 12))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 11 tokens")
        .hasMessageContaining("context of 12");
  }
}
