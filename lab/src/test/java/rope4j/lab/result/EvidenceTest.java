package rope4j.lab.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The numbers of docs/evidence.md are those that were measured: each stored result has its table
/// there, to the letter as `rope lab table` prints it.
class EvidenceTest {

  private static final Path PAGE = Path.of("..", "docs", "evidence.md");

  @TestFactory
  Stream<DynamicTest> thePageHasTheTableOfEveryStoredResult() throws IOException {
    String page = Files.readString(PAGE);
    List<Path> stored;
    try (Stream<Path> files = Files.list(Path.of("results"))) {
      stored = files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
    }
    assertThat(stored).isNotEmpty();
    return stored.stream()
        .map(file ->
            DynamicTest.dynamicTest(
                String.valueOf(file.getFileName()),
                () ->
                    assertThat(page)
                        .contains(Table.of(Summary.of(ResultFile.read(file))).markdown())));
  }
}
