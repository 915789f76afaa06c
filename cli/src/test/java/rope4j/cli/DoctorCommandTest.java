package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.diagnosis.Verdict.Level;
import tools.jackson.databind.JsonNode;

class DoctorCommandTest {

  private static final Path MODEL = Cli.zoo("llama-gqa");

  @TempDir private Path folder;
  private Path tokens;

  @BeforeEach
  void someTokens() throws IOException {
    tokens = Files.writeString(folder.resolve("tokens.txt"), BadInputTest.ids(600));
  }

  @Test
  void printsOneJsonObjectAndNothingElse() {
    Cli run = Cli.run("doctor", MODEL, "--context", 256, "--tokens", tokens, "--json");
    JsonNode json = run.json();
    assertThat(json.propertyNames())
        .contains("model", "lengths", "strategies", "recommended", "recipes", "findings");
    assertThat(json.at("/arguments").valueStream().map(JsonNode::asString))
        .containsExactly(
            "doctor",
            MODEL.toString(),
            "--context",
            "256",
            "--tokens",
            tokens.toString(),
            "--json");
    assertThat(json.at("/model").asString()).isEqualTo("llama-gqa.gguf");
    assertThat(json.at("/lengths/trained").asInt()).isEqualTo(64);
    assertThat(json.at("/lengths/requested").asInt()).isEqualTo(256);
    assertThat(json.at("/strategies")).hasSize(4);
    for (JsonNode strategy : json.at("/strategies")) {
      assertThat(strategy.propertyNames())
          .contains("name", "scaling", "verdict", "from", "buckets", "shortDamage");
      assertThat(strategy.at("/verdict").asString()).isIn("HOLDS", "DEGRADES", "BREAKS");
      assertThat(strategy.at("/shortDamage").propertyNames()).contains("meanKl", "topAgreement");
      for (JsonNode bucket : strategy.at("/buckets")) {
        assertThat(bucket.propertyNames())
            .contains("from", "to", "nll", "low", "high", "control", "benefit");
        assertThat(bucket.at("/low").asDouble()).isLessThanOrEqualTo(bucket.at("/nll").asDouble());
      }
    }
  }

  @Test
  void printsATableOfAtMostAHundredColumns() {
    Cli run = Cli.run("doctor", MODEL, "--context", 256, "--tokens", tokens, "--no-html");
    assertThat(run.out()).contains("unscaled", "linear ×4", "NTK-aware ×4", "YaRN ×4", "control");
    assertThat(run.out().lines().filter(line -> !line.contains("llama-server -m")))
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    assertThat(run.out()).doesNotContain("\033");
  }

  @Test
  void writesTheReportAndLeavesNoDraft() throws IOException {
    Path report = folder.resolve("report.html");
    Files.writeString(report, "an older one");
    Cli.run("doctor", MODEL, "--context", 256, "--tokens", tokens, "--html", report);
    assertThat(Files.readString(report)).contains("<html", "llama-gqa.gguf");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactlyInAnyOrder(tokens, report);
    }
  }

  @Test
  void theExitCodeIsAGateForTheBestVerdict() {
    assertThat(DoctorCommand.exitCode(Optional.of(Level.HOLDS), Level.DEGRADES)).isEqualTo(0);
    assertThat(DoctorCommand.exitCode(Optional.of(Level.DEGRADES), Level.DEGRADES)).isEqualTo(0);
    assertThat(DoctorCommand.exitCode(Optional.of(Level.DEGRADES), Level.HOLDS)).isEqualTo(1);
    assertThat(DoctorCommand.exitCode(Optional.empty(), Level.DEGRADES)).isEqualTo(1);
  }

  @Test
  void whatHoldsByTheGivenThresholdsIsRecommended() {
    Cli run =
        Cli.run(
            "doctor",
            MODEL,
            "-c",
            256,
            "--tokens",
            tokens,
            "--json",
            "-s",
            "linear:4",
            "--degrades-at",
            1e6,
            "--breaks-at",
            1e7);
    assertThat(run.json().at("/strategies/0/verdict").asString()).isEqualTo("HOLDS");
    assertThat(run.json().at("/strategies/0/from").isNull()).isTrue();
    assertThat(run.json().at("/recommended").asString()).isEqualTo("linear:4");
    assertThat(run.json().at("/recipes/0/text").asString())
        .contains("--rope-scaling linear --rope-scale 4");
    assertThat(run.json().at("/recipes").valueStream().map(r -> r.at("/engine").asString()))
        .containsOnly("llama.cpp", "ollama", "lm-studio", "koboldcpp");
    assertThat(run.code()).isZero();
  }

  @Test
  void aModelThatCollapsesFailsTheGate() {
    Path model = Path.of("../../shared/models/babyllama-tok105.gguf");
    Path text = Path.of("../../shared/texts/TinyStories-valid-30k.txt");
    assumeTrue(Files.exists(model) && Files.exists(text), "the real models are not here");
    Cli run =
        Cli.run("doctor", model, "-c", 1024, "--text", text, "--json", "-s", "unscaled,linear");
    assertThat(run.json().at("/strategies/0/verdict").asString()).isEqualTo("BREAKS");
    assertThat(run.json().at("/strategies/1/from").asInt()).isZero();
    assertThat(run.json().at("/recommended").isNull()).isTrue();
    assertThat(run.code()).isEqualTo(1);
  }

  @Test
  void aTextIsCutIntoTokensByTheModelsOwnTokenizer() throws IOException {
    Path text = Files.writeString(folder.resolve("text.txt"), "Once upon a time. ".repeat(60));
    Cli run = Cli.run("doctor", MODEL, "-c", 128, "--text", text, "--json", "-s", "unscaled");
    assertThat(run.json().at("/windows").asInt()).isGreaterThan(1);
    assertThat(run.json().at("/text").asString()).isEqualTo("text.txt");
  }

  @Test
  void helpNamesEveryFlag() {
    assertThat(Cli.run("doctor", "--help").out())
        .contains(
            "--context",
            "--text",
            "--tokens",
            "--strategy",
            "--json",
            "--html",
            "--threads",
            "--documents");
  }
}
