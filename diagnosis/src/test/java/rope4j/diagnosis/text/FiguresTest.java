package rope4j.diagnosis.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {

  @ParameterizedTest
  @CsvSource({
    "8, 8",
    "0.125, 0.125",
    "0, 0",
    "-4, -4",
    "1000000, 1000000",
    "0.10000000149011612, 0.1",
    "0.7071067811865476, 0.7071068",
    "12345678.912, 12345678.91",
    "Infinity, Infinity"
  })
  void aNumberHasNoNeedlessDigits(double value, String text) {
    assertThat(Figures.number(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"3580165449, 3580165449", "11158840, 11158840"})
  void aBaseIsNeverRounded(double value, String text) {
    assertThat(Figures.number(value)).isEqualTo(text);
  }
}
