package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CopyRoomTest {

  private final CopyRoom room = new CopyRoom(800);
  private final InterleavedRows rows = new InterleavedRows(1);
  private final Object session = new Object();
  private final Object other = new Object();

  @Test
  void halfOfTheHeapIsForCopies() {
    assertThat(room.take(399, rows)).isTrue();
    assertThat(room.take(2, rows)).isFalse();
    assertThat(room.take(1, rows)).isTrue();
    assertThat(room.take(1, rows)).isFalse();
  }

  @Test
  void aSessionThatNeedsMoreThanTheRestLeavesLess() {
    room.reserve(session, 600);
    assertThat(room.take(101, rows)).isFalse();
    assertThat(room.take(100, rows)).isTrue();
  }

  @Test
  void sessionsInUseAreAddedUp() {
    room.reserve(session, 300);
    room.reserve(other, 300);
    assertThat(room.take(101, rows)).isFalse();
    assertThat(room.take(100, rows)).isTrue();
  }

  @Test
  void aSessionThatNeedsWhatCopiesHaveTakenGetsIt() {
    assertThat(room.take(400, rows)).isTrue();
    room.reserve(session, 600);
    assertThat(room.take(101, rows)).isFalse();
    assertThat(room.take(100, rows)).as("all copies were dropped").isTrue();
  }

  @Test
  void roomComesBackWithTheSessionThatHadIt() {
    room.reserve(session, 600);
    room.reserve(session, 10);
    assertThat(room.take(400, rows)).isTrue();
  }

  @Test
  void whatTheHeapDidNotHaveIsNotAskedForAgain() {
    assertThat(room.take(100, rows)).isTrue();
    room.exhausted(100);
    assertThat(room.take(1, rows)).isFalse();
  }
}
