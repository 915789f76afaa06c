package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.diagnosis.EngineCheck;
import rope4j.diagnosis.EngineCheckReport;
import rope4j.diagnosis.probe.check.SelfCheck;
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
  void aSelfCheckAloneNeedsNeitherTextNorContext() {
    Cli cli = Cli.run("doctor", Cli.zoo("llama-gqa"), "--self-check", "--json");
    assertThat(cli.code()).as(cli.err()).isZero();
    JsonNode json = cli.json();
    assertThat(json.at("/model").asString()).isEqualTo("llama-gqa.gguf");
    assertThat(json.at("/selfChecks")).hasSize(12);
    assertThat(json.at("/sound").asBoolean()).isTrue();
    assertThat(json.at("/partial").asBoolean()).isFalse();
    assertThat(json.has("strategies")).as("no pass over a text").isFalse();
    assertThat(Cli.run("doctor", Cli.zoo("llama-gqa"), "--self-check").out())
        .contains("  passed shift invariance", "decode = prefill")
        .doesNotContain("verdict");
  }

  @Test
  void aSelfCheckBesideATextIsOneMoreProbe() {
    JsonNode json = doctor("--self-check", "--json").json();
    assertThat(json.at("/strategies")).isNotEmpty();
    assertThat(json.at("/probes/selfChecks")).hasSize(12);
  }

  @Test
  void aFailedSelfCheckExitsWithOne() {
    SelfCheck failed = new SelfCheck("decode = prefill", "", 1, Optional.of(0.005));
    SelfCheck notJudged = new SelfCheck("shift invariance", "", 1, Optional.empty());
    assertThat(DoctorCommand.exitCode(check(failed))).isEqualTo(1);
    assertThat(DoctorCommand.exitCode(check(notJudged))).isZero();
    assertThat(EngineCheckReport.render(check(failed), "model", false)).contains("  FAILED decode");
  }

  private static EngineCheck check(SelfCheck check) {
    return new EngineCheck("unscaled", 64, 1, false, List.of(check));
  }

  @Test
  void aSelfCheckAloneHasNoPage() {
    Cli.run("doctor", Cli.zoo("llama-gqa"), "--self-check", "--html", folder.resolve("page.html"))
        .isRefusedWith("--html", "--text");
  }

  @Test
  void resultsAreNotAddedToFilesThatHoldSomethingElse() throws IOException {
    String ids = Files.readString(tokens);
    doctor("--no-html", "--results", tokens).isRefusedWith("--results", "the text");
    assertThat(tokens).hasContent(ids);
    doctor("--no-html", "--results", Cli.zoo("llama-gqa")).isRefusedWith("--results", "the model");
    Path page = folder.resolve("page.html");
    doctor("--html", page, "--results", page).isRefusedWith("--results", "the page");
    assertThat(page).doesNotExist();
    Path notes = Files.writeString(folder.resolve("notes"), "my notes");
    doctor("--no-html", "--results", notes).isRefusedWith("something other than results");
    assertThat(notes).hasContent("my notes");
  }

  @Test
  void resultsOfAnotherVersionAreRefusedWhereTheyWereNamedAndElseMeasuredAnew() throws IOException {
    Path old = Files.writeString(folder.resolve("page.html.results"), "rope4j results 1\n");
    doctor("--no-html", "--results", old).isRefusedWith("another version", "delete it");
    Cli cli = doctor("--probes", "benefit", "--html", folder.resolve("page.html"));
    assertThat(cli.err()).contains("page.html.results holds results of another version", "anew");
    assertThat(Files.readString(old)).startsWith("rope4j results 2\n").contains("control/0");
  }

  @Test
  void anEmptyListOfProbesIsRefused() {
    doctor("--probes", ",").isRefusedWith("known are nll, damage", "all");
    doctor("--probes", "").isRefusedWith("known are nll, damage", "all");
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
