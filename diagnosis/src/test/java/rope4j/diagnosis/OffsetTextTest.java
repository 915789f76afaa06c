package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import rope4j.diagnosis.probe.pairs.PairFeature;
import rope4j.diagnosis.probe.pairs.PairFeature.Offset;
import rope4j.diagnosis.probe.pairs.StandingOut;

class OffsetTextTest {

  private static final PairFeature MASSIVE =
      new PairFeature(3, 1, 31, 42.4, 0.2, 0.2, 0, 0.1, Offset.NONE);

  private static final PairFeature OFFSET =
      new PairFeature(0, 2, 30, 17, 0.99, 0.99, 3, 0.1, Offset.NEGATIVE);

  @Test
  void totalsAreTold() {
    String text =
        OffsetText.of(
            new StandingOut(300, 280, 140, Collections.nCopies(12, MASSIVE), List.of(OFFSET)));
    assertThat(text)
        .startsWith("300 pairs of heads hold values far above the rest of their head: 3.1.31 ×42, ")
        .contains(
            "… (layer.head.pair). 280 of them", "0.2.30 ×17 −", "140 of these keep their sign");
  }

  @Test
  void nothingIsNamedWhereNothingStandsOut() {
    assertThat(OffsetText.of(new StandingOut(0, 0, 0, List.of(), List.of())))
        .isEqualTo("0 pairs of heads hold values far above the rest of their head.");
  }
}
