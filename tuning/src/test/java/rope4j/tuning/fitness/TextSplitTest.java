package rope4j.tuning.fitness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TextSplitTest {

  private static final OptionalInt BOS = OptionalInt.of(1);

  @Test
  void noDocumentIsInBothParts() {
    TextSplit split = TextSplit.of(documents(20, 50), BOS, 64, 7);
    assertThat(marks(split.search())).doesNotContainAnyElementsOf(marks(split.heldOut()));
    assertThat(split.search()).hasSizeBetween(6, 8);
    assertThat(split.heldOut()).hasSizeBetween(6, 8);
  }

  @Test
  void aDocumentThatIsThereTwiceCountsOnce() {
    List<int[]> documents = documents(20, 50);
    documents.addAll(documents(3, 50));
    TextSplit split = TextSplit.of(documents, BOS, 64, 7);
    assertThat(split.repeated()).isEqualTo(3);
    assertThat(split.documents()).isEqualTo(20);
    assertThat(marks(split.search())).doesNotContainAnyElementsOf(marks(split.heldOut()));
  }

  @Test
  void theSeedDecidesTheSplit() {
    assertThat(marks(TextSplit.of(documents(20, 50), BOS, 64, 7).search()))
        .isEqualTo(marks(TextSplit.of(documents(20, 50), BOS, 64, 7).search()))
        .isNotEqualTo(marks(TextSplit.of(documents(20, 50), BOS, 64, 8).search()));
  }

  @Test
  void oneDocumentIsDealtOutInPassages() {
    int[] book = new int[640];
    Arrays.setAll(book, i -> 100 + i / 64);
    TextSplit split = TextSplit.of(List.of(book), OptionalInt.empty(), 64, 1);
    assertThat(split.documents()).isEqualTo(10);
    assertThat(split.search()).hasSize(5);
    assertThat(split.heldOut()).hasSize(5);
    assertThat(marks(split.search())).doesNotContainAnyElementsOf(marks(split.heldOut()));
  }

  @Test
  void aDocumentThatIsMostOfTheTextIsDealtOutInPassages() {
    int[] book = new int[640];
    Arrays.setAll(book, i -> 100 + i / 64);
    List<int[]> documents = new ArrayList<>(List.of(book));
    for (int i = 0; i < 4; i++) {
      documents.add(new int[] {50 + i, 50 + i, 50 + i});
    }
    TextSplit split = TextSplit.of(documents, OptionalInt.empty(), 64, 1);
    assertThat(split.documents()).isEqualTo(14);
    assertThat(split.search()).hasSize(5);
    assertThat(split.heldOut()).hasSize(5);
    assertThat(marks(split.search())).doesNotContainAnyElementsOf(marks(split.heldOut()));
  }

  @Test
  void aDocumentThatIsLongButNotMostOfTheTextStaysWhole() {
    List<int[]> documents = documents(3, 40);
    int[] chapter = new int[110];
    Arrays.fill(chapter, 99);
    documents.add(chapter);
    assertThat(TextSplit.of(documents, OptionalInt.empty(), 64, 1).documents()).isEqualTo(4);
  }

  @Test
  void windowsBeginAsTheModelExpects() {
    assertThat(TextSplit.of(documents(20, 50), BOS, 64, 7).heldOut())
        .allSatisfy(window -> assertThat(window).startsWith(1).hasSize(64));
  }

  @Test
  void aTextThatDoesNotFillBothHalvesIsRefused() {
    assertThatThrownBy(() -> TextSplit.of(documents(4, 20), BOS, 64, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too short")
        .hasMessageContaining("--context");
  }

  /// Documents whose tokens all say which one they are of, from 100 on.
  private static List<int[]> documents(int count, int length) {
    List<int[]> documents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] document = new int[length];
      Arrays.fill(document, 100 + i);
      documents.add(document);
    }
    return documents;
  }

  private static Set<Integer> marks(List<int[]> windows) {
    return windows.stream()
        .flatMapToInt(Arrays::stream)
        .filter(token -> token >= 100)
        .boxed()
        .collect(Collectors.toSet());
  }
}
