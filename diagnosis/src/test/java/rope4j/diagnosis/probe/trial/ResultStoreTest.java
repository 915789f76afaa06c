package rope4j.diagnosis.probe.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
