package rope4j.diagnosis.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static rope4j.diagnosis.prediction.Models.LLAMA_2;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.rotation.ElementType;
import rope4j.rotation.Hope;
import rope4j.rotation.Unscaled;

class AnglePrecisionTest {

  private static AnglePrecision at(int position) {
    return Models.forecast(LLAMA_2, new Unscaled(), position).anglePrecision();
  }

  @ParameterizedTest
  @CsvSource({
    "32768, 0.0010, 0.0029, 0.00005",
    "131072, 0.0039, 0.0114, 0.00005",
    "1048576, 0.031, 0.092, 0.0005",
  })
  void float32ErrorsGrowWithThePosition(
      int position, double direct, double recurrence, double lastDigit) {
    AnglePrecision precision = at(position);
    assertThat(precision.float32Direct()).isCloseTo(direct, within(lastDigit));
    assertThat(precision.float32Recurrence().orElseThrow())
        .isCloseTo(recurrence, within(lastDigit));
  }

  @Test
  void aProductThatRoundsIsWorseThanAPowerOfTwoShows() {
    assertThat(at(32_767).float32Direct()).isGreaterThan(1.5 * at(32_768).float32Direct());
  }

  @ParameterizedTest
  @CsvSource({"255, 1", "256, 2", "4096, 32", "32768, 256", "131072, 1024"})
  void bfloat16SkipsPositions(int position, long step) {
    assertThat(at(position).bfloat16PositionStep()).isEqualTo(step);
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 4096, 32_768, 131_072})
  void aStepIsTheDistanceToTheNextNumberOfBfloat16(int position) {
    int step = (int) at(position).bfloat16PositionStep();
    assertThat(ElementType.BF16.round(position + step)).isEqualTo(position + step);
    assertThat(ElementType.BF16.round(position + step / 2f)).isNotEqualTo(position + step / 2f);
  }

  @Test
  void noRecurrenceFormsFrequenciesThatAreNoGeometricSequence() {
    var trained = LLAMA_2.withScaling(new Hope(4096)).frequencies(4096);
    assertThat(AnglePrecision.of(trained, trained, 4096).float32Recurrence()).isEmpty();
  }
}
