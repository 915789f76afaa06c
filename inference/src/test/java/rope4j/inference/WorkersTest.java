package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkersTest {

  @Test
  void everyPieceRunsOnceInEveryStep() {
    try (Workers workers = new Workers(3)) {
      for (int step = 0; step < 5000; step++) {
        int pieces = step % 17;
        AtomicIntegerArray runs = new AtomicIntegerArray(17);
        workers.run(pieces, (index, _) -> runs.incrementAndGet(index));
        for (int i = 0; i < 17; i++) {
          assertThat(runs.get(i)).as("step %d, piece %d", step, i).isEqualTo(i < pieces ? 1 : 0);
        }
      }
    }
  }

  @Test
  void whatAStepWroteIsSeenByTheNext() {
    try (Workers workers = new Workers(3)) {
      long[] values = new long[64];
      for (int step = 1; step <= 2000; step++) {
        long expected = step - 1;
        workers.run(
            64,
            (index, _) -> {
              // Another thread wrote this in the step before.
              assertThat(values[index]).isEqualTo(expected);
              values[index]++;
            });
      }
      assertThat(values).containsOnly(2000);
    }
  }

  @Test
  void whatAPieceThrowsIsThrownAndTheNextStepRuns() {
    try (Workers workers = new Workers(2)) {
      for (int piece = 0; piece < 8; piece++) {
        int bad = piece;
        assertThatThrownBy(() ->
                workers.run(
                    8,
                    (index, _) -> {
                      if (index == bad) {
                        throw new IllegalArgumentException("piece " + index);
                      }
                    }))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("piece " + bad);
        int[] runs = {0};
        workers.run(1, (_, _) -> runs[0]++);
        assertThat(runs[0]).isEqualTo(1);
      }
    }
  }

  @Test
  void aStepAfterTheEndIsRefusedAndEndingTwiceIsHarmless() {
    Workers workers = new Workers(2);
    workers.close();
    workers.close();
    assertThatThrownBy(() -> workers.run(1, (_, _) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model is closed");
  }
}
