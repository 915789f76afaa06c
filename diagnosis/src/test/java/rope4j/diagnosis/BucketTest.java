package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BucketTest {

  @Test
  void edgesAreTheTrainedLengthItsHalfAndTwoPerDoubling() {
    assertThat(Bucket.edges(256, 2048))
        .containsExactly(0, 128, 256, 384, 512, 768, 1024, 1536, 2047);
    assertThat(Bucket.edges(512, 2048)).containsExactly(0, 256, 512, 768, 1024, 1536, 2047);
  }

  @Test
  void aContextBarelyAboveTheTrainedLengthStillHasABucketAtTheEnd() {
    assertThat(Bucket.edges(4096, 4100)).containsExactly(0, 2048, 4096, 4099);
  }

  @Test
  void edgesRiseFromZeroToTheLastPrediction() {
    Random random = new Random(4);
    for (int n = 0; n < 2000; n++) {
      int trained = random.nextInt(2, 200_000);
      int context = trained + 2 + random.nextInt(1_000_000);
      List<Integer> edges = Bucket.edges(trained, context);
      assertThat(edges).isSorted().doesNotHaveDuplicates();
      assertThat(edges).contains(trained);
      assertThat(edges.getFirst()).isZero();
      assertThat(edges.getLast()).isEqualTo(context - 1);
    }
  }
}
