package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CopyRoomTest {

  @Test
  void halfOfTheHeapIsForCopies() {
    CopyRoom room = new CopyRoom(800);
    assertThat(room.take(399)).isTrue();
    assertThat(room.take(2)).isFalse();
    assertThat(room.take(1)).isTrue();
    assertThat(room.take(1)).isFalse();
  }

  @Test
  void aSessionThatNeedsMoreThanTheRestLeavesLess() {
    CopyRoom room = new CopyRoom(800);
    room.keepFree(600);
    assertThat(room.take(101)).isFalse();
    assertThat(room.take(100)).isTrue();
  }

  @Test
  void whatWasTakenBeforeCountsForASession() {
    CopyRoom room = new CopyRoom(800);
    assertThat(room.take(300)).isTrue();
    room.keepFree(350);
    assertThat(room.take(51)).isFalse();
    assertThat(room.take(50)).isTrue();
  }

  @Test
  void smallSessionsOneAfterAnotherTakeNothingAway() {
    CopyRoom room = new CopyRoom(800);
    for (int session = 0; session < 100; session++) {
      room.keepFree(100);
    }
    assertThat(room.take(400)).isTrue();
  }
}
