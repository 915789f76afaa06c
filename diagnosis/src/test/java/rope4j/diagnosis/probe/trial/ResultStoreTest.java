package rope4j.diagnosis.probe.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.diagnosis.probe.trial.ResultStore.Content;
import rope4j.inference.Model;

class ResultStoreTest {

  @TempDir private Path folder;

  @Test
  void readsBackToTheBit() throws IOException {
    Path file = folder.resolve("results");
    double[] values = {Math.PI, -0.0, 1e-300, Double.POSITIVE_INFINITY};
    try (ResultStore store = ResultStore.in(file)) {
      store.put("a", values);
      store.put("nothing", new double[0]);
    }
    try (ResultStore store = ResultStore.in(file)) {
      assertThat(store.find("a")).hasValue(values);
      assertThat(store.find("nothing")).hasValue(new double[0]);
      assertThat(store.find("b")).isEmpty();
    }
  }

  @Test
  void whatIsNotAFileOfResultsIsLeftAsItIs() throws IOException {
    String story = "Once upon a time there was a file of text.";
    Path file = Files.writeString(folder.resolve("story.txt"), story);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ResultStore.in(file))
        .withMessageContaining("something other than results")
        .withMessageContaining("--results");
    assertThat(file).hasContent(story);
    Path ids = Files.writeString(folder.resolve("ids.txt"), "1 2 3 4");
    assertThat(ResultStore.content(ids)).isEqualTo(Content.SOMETHING_ELSE);
    Path bytes = Files.write(folder.resolve("model"), new byte[] {'G', 'G', 'U', 'F', -1, 0});
    assertThat(ResultStore.content(bytes)).isEqualTo(Content.SOMETHING_ELSE);
  }

  @Test
  void anotherFormatIsRefusedWithWhatToDo() throws IOException {
    String key = "0123456789abcdef/fedcba9876543210/512/1/control/0";
    Path first = Files.writeString(folder.resolve("first"), key + "\t1.5\t#\n");
    Path later = Files.writeString(folder.resolve("later"), "rope4j results 99\n");
    for (Path file : List.of(first, later)) {
      assertThat(ResultStore.content(file)).isEqualTo(Content.OTHER_FORMAT);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ResultStore.in(file))
          .withMessageContaining("another version")
          .withMessageContaining("delete it");
    }
  }

  @Test
  void aHeaderThatWasCutShortIsWrittenAnew() throws IOException {
    Path file = Files.writeString(folder.resolve("results"), "rope4j re");
    try (ResultStore store = ResultStore.in(file)) {
      store.put("a", new double[] {1});
    }
    try (ResultStore store = ResultStore.in(file)) {
      assertThat(store.find("a")).hasValue(new double[] {1});
    }
  }

  @Test
  void whatWasMeasuredInAnotherWayIsMeasuredAgain() {
    ResultStore store = ResultStore.inMemory();
    store.put("test/1/a", new double[] {1});
    try (Model model =
        Model.load(
            Path.of("../inference/src/test/resources/parity/zoo/models/llama-gqa.gguf"), 1)) {
      Trials trials = new Trials(model, store, Limit.NONE, (_, _) -> {}, "test", 1);
      assertThat(trials.measure("a", 1, () -> new double[] {2})).containsExactly(2);
      assertThat(trials.measure("a", 1, () -> new double[] {3})).containsExactly(2);
    }
  }

  @Test
  void aLineThatWasCutShortIsMeasuredAgain() throws IOException {
    Path file = folder.resolve("results");
    try (ResultStore store = ResultStore.in(file)) {
      store.put("a", new double[] {1});
    }
    Files.writeString(file, "b\t1.25 3.", StandardOpenOption.APPEND);
    try (ResultStore store = ResultStore.in(file)) {
      assertThat(store.find("b")).isEmpty();
      store.put("b", new double[] {2});
    }
    try (ResultStore store = ResultStore.in(file)) {
      assertThat(store.find("a")).hasValue(new double[] {1});
      assertThat(store.find("b")).hasValue(new double[] {2});
    }
  }
}
