package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DoctorProbesTest {

  @TempDir private Path folder;
  private Path tokens;

  @BeforeEach
  void someTokens() throws IOException {
    tokens = Files.writeString(folder.resolve("tokens.txt"), BadInputTest.ids(300));
  }

  private Cli doctor(Object... more) {
    Object[] first = {"doctor", Cli.zoo("llama-gqa"), "-c", 128, "--tokens", tokens};
    Object[] all = new Object[first.length + more.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return Cli.run(all);
  }

  @Test
  void theJsonHoldsWhatIsNeededToRepeatIt() {
    JsonNode probes =
        doctor("--json", "--probes", "recall,pairs", "--seed", 7, "--questions", 2)
            .json()
            .at("/probes");
    assertThat(probes.at("/seed").asLong()).isEqualTo(7);
    assertThat(probes.at("/modelHash").asString()).hasSize(16);
    assertThat(probes.at("/asked").valueStream().map(JsonNode::asString))
        .containsExactly("recall", "pairs");
    assertThat(probes.at("/pairs/pairs")).isNotEmpty();
    assertThat(probes.at("/partial").asBoolean()).isFalse();
  }

  @Test
  void aBudgetThatIsUpLeavesAValidPartialReport() {
    JsonNode json = doctor("--json", "--probes", "all", "--budget", "0.001s").json();
    assertThat(json.at("/partial").asBoolean()).isTrue();
    assertThat(json.at("/probes/leftOut")).isNotEmpty();
  }

  @Test
  void goingOnRepeatsNothing() {
    Path results = folder.resolve("results");
    doctor("--json", "--probes", "coherence", "--results", results);
    JsonNode again = doctor("--json", "--probes", "coherence", "--results", results).json();
    assertThat(again.at("/probes/computedTokens").asLong()).isZero();
    assertThat(again.at("/probes/coherence/complete").asBoolean()).isTrue();
  }

  @Test
  void withoutProbesNothingIsKeptOrAdded() {
    JsonNode json = doctor("--json").json();
    assertThat(json.has("probes")).isFalse();
    assertThat(json.at("/partial").asBoolean()).isFalse();
  }

  @Test
  void aCutModelIsSaidToBeOneAndGetsNoRecipe() {
    JsonNode json = doctor("--json", "--attention-window", 16, "--probes", "copy").json();
    assertThat(json.at("/findings").valueStream().map(finding -> finding.at("/id").asString()))
        .contains("attention-window");
    assertThat(json.at("/probes/copy/applies").asBoolean()).isFalse();
    assertThat(json.at("/recipes")).isEmpty();
  }

  @Test
  void resultsOfACutModelAreNotTakenForThoseOfTheWholeOne() {
    Path results = folder.resolve("results");
    doctor("--json", "--probes", "copy", "--results", results, "--attention-window", 16);
    JsonNode whole = doctor("--json", "--probes", "copy", "--results", results).json();
    assertThat(whole.at("/probes/reusedResults").asLong()).isZero();
  }

  @Test
  void whatCanNotBeReadIsRefused() {
    doctor("--attention-window", 0).isRefusedWith("--attention-window", "at least 1");
    doctor("--probes", "telepathy").isRefusedWith("'telepathy' is not known", "passkey");
    doctor("--budget", "soon").isRefusedWith("--budget 'soon'", "90s");
    doctor("--probes", "recall", "--questions", 0).isRefusedWith("--questions");
    doctor("--results", folder).isRefusedWith("is a folder");
  }
}
