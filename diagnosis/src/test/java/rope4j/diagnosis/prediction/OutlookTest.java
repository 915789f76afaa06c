package rope4j.diagnosis.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static rope4j.diagnosis.prediction.Models.LLAMA_2;
import static rope4j.diagnosis.prediction.Models.LLAMA_3;

import org.junit.jupiter.api.Test;
import rope4j.rotation.Llama3;
import rope4j.rotation.PRope;

class OutlookTest {

  @Test
  void ordinaryStrategiesStandSideBySide() {
    assertThat(new Outlook(LLAMA_2, 16_384).options())
        .extracting(Outlook.Option::name)
        .containsExactly("unscaled", "linear", "ntk-aware", "yarn");
  }

  @Test
  void theStrategyThatLeavesTheLeastUnseenIsNamed() {
    Outlook outlook = new Outlook(LLAMA_2, 16_384);
    assertThat(outlook.leastUnseen())
        .extracting(Outlook.Option::name)
        .containsExactly("yarn", "linear");
    assertThat(outlook.conclusion())
        .isEqualTo(
            "At 16384 tokens these leave the least, no angle unseen in training: yarn, linear; yarn shifts trained angles least.");
  }

  @Test
  void theModelsOwnScalingComesFirst() {
    Outlook outlook = new Outlook(LLAMA_3.withScaling(new Llama3(8, 8192, 1, 4)), 131_072);
    assertThat(outlook.options().getFirst().name()).isEqualTo("the model's own llama3");
    // Slow pairs are slowed by 8, but the context grows by 16.
    assertThat(outlook.own().orElseThrow().forecast().unseenPairs()).isPositive();
    assertThat(new Outlook(LLAMA_3, 131_072).own()).isEmpty();
  }

  @Test
  void theModelsOwnScalingCoversTheLengthItWasMadeFor() {
    Outlook outlook = new Outlook(LLAMA_3.withScaling(new Llama3(8, 8192, 1, 4)), 65_536);
    assertThat(outlook.own().orElseThrow().forecast().unseenPairs()).isZero();
  }

  @Test
  void withinTheTrainedLengthNothingNeedsToBeScaled() {
    Outlook outlook = new Outlook(LLAMA_2, 4096);
    assertThat(outlook.options()).extracting(Outlook.Option::name).containsExactly("unscaled");
    assertThat(outlook.conclusion())
        .isEqualTo("At 4096 tokens unscaled leaves the least, no angle unseen in training.");
  }

  @Test
  void pairsThatNeverTurnedAreNotUnseen() {
    Outlook outlook = new Outlook(LLAMA_2.withScaling(new PRope(0.5)), 16_384);
    assertThat(outlook.own().orElseThrow().forecast().unseenPairs()).isZero();
    assertThat(outlook.conclusion()).startsWith("At 16384 tokens the model's own p-rope leaves");
  }

  @Test
  void aRotaryDimensionOfTwoHasNoNtkAwareScaling() {
    assertThat(new Outlook(Models.model(2, 10_000, 128), 512).options())
        .extracting(Outlook.Option::name)
        .containsExactly("unscaled", "linear", "yarn");
  }

  @Test
  void halfTheTrainedLengthIsExpectedToBeUsedWell() {
    assertThat(new Outlook(LLAMA_2, 16_384).expectedEffectiveLength()).isEqualTo(2048);
  }

  @Test
  void badArgumentsAreAnsweredWithWhatIsAllowed() {
    assertThatThrownBy(() -> new Outlook(LLAMA_2, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the target length must be at least 1, but it is 0");
  }
}
