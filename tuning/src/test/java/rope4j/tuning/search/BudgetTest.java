package rope4j.tuning.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {

  @Test
  void aNumberIsEvaluationsAndAUnitMakesItATime() {
    assertThat(Budget.parse("600")).isEqualTo(new Budget.Evaluations(600));
    assertThat(Budget.parse("90s")).isEqualTo(new Budget.Time(Duration.ofSeconds(90)));
    assertThat(Budget.parse("10m")).isEqualTo(new Budget.Time(Duration.ofMinutes(10)));
    assertThat(Budget.parse("2H")).isEqualTo(new Budget.Time(Duration.ofHours(2)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "many", "-3", "0", "0s", "10 days", "1.5h", "99999999999"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Budget.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
