package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `rope inspect` on every configuration of the golden files: a report, or one sentence that says
/// why not.
class InspectCommandGoldenTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"transformers", "vllm --json", "llama.cpp --json", "jlama"})
  void everyConfigurationIsInspectedOrRefusedInASentence(String flags) throws IOException {
    int inspected = 0;
    for (String name : FrequenciesCommandGoldenTest.FILES) {
      for (JsonNode golden : FrequenciesCommandGoldenTest.cases(name)) {
        JsonNode config = FrequenciesCommandGoldenTest.config(golden);
        if (config == null) {
          continue;
        }
        Path file = Files.writeString(folder.resolve("config.json"), config.toString());
        String what = name + " " + golden.get("id").asString();
        inspected += inspected(what, ("inspect " + file + " -c 131072 -e " + flags).split(" "));
      }
    }
    assertThat(inspected).isGreaterThan(100);
  }

  private static int inspected(String what, String... words) {
    Cli cli = Cli.run((Object[]) words);
    if (cli.code() == 2) {
      assertThat(cli.out()).as(what).isEmpty();
      assertThat(cli.err().strip().lines().count()).as(what + cli.err()).isEqualTo(1);
      assertThat(cli.err()).as(what).doesNotContain("Exception", "\tat ", "null");
      return 0;
    }
    assertThat(cli.err()).as(what).isEmpty();
    assertThat(cli.out())
        .as(what)
        .contains("verdict")
        .doesNotContain("\"NaN\"", "Infinity", "Optional[");
    return 1;
  }
}
