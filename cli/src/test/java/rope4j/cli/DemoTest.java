package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The model that ships, as a user of `demo` meets it.
class DemoTest {

  private static final Path FOLDER = Path.of("../lab/demo");

  @BeforeEach
  void asTheLauncherDoes() {
    System.setProperty("rope.demo", FOLDER.toString());
  }

  @AfterEach
  void asWithoutIt() {
    System.clearProperty("rope.demo");
  }

  @Test
  void itBreaksUnscaledAndAScalingRescuesIt() {
    JsonNode json = Cli.run("doctor", "demo", "--windows", 4, "--json").json();
    assertThat(json.at("/lengths/trained").asInt()).isEqualTo(256);
    assertThat(json.at("/lengths/requested").asInt()).isEqualTo(1024);
    JsonNode unscaled = strategy(json, "unscaled");
    JsonNode scaled = strategy(json, "yarn");
    assertThat(unscaled.at("/verdict").asString()).isEqualTo("BREAKS");
    assertThat(unscaled.at("/from").asInt()).isGreaterThanOrEqualTo(256);
    assertThat(scaled.at("/verdict").asString()).isEqualTo("HOLDS");
    assertThat(lastLoss(unscaled)).isGreaterThan(lastLoss(scaled) + 1);
  }

  @Test
  void riskOrdersWhatItCostsToRevertAPairAndTheOverrunRatioDoesNot() {
    Cli run =
        Cli.run("doctor", "demo", "--probes", "pairs", "--windows", 16, "-s", "yarn", "--json");
    JsonNode cost = run.json().at("/probes/pairs/correlations/costBeyondChance");
    assertThat(cost.at("/risk").asDouble()).isGreaterThan(0.8);
    assertThat(cost.at("/overrun").asDouble()).isLessThan(0.5);
  }

  private static JsonNode strategy(JsonNode json, String name) {
    for (JsonNode strategy : json.at("/strategies")) {
      if (strategy.at("/name").asString().startsWith(name)) {
        return strategy;
      }
    }
    throw new AssertionError("no strategy " + name + " in " + json);
  }

  private static double lastLoss(JsonNode strategy) {
    JsonNode buckets = strategy.at("/buckets");
    return buckets.get(buckets.size() - 1).at("/nll").asDouble();
  }

  @Test
  void inspectAndRunKnowItByItsName() {
    assertThat(Cli.run("inspect", "demo").out()).contains("256");
    Cli run = Cli.run("run", "demo", "-p", "a smith named mara came from", "-n", 4, "--temp", 0);
    assertThat(run.code()).as(run.toString()).isZero();
    assertThat(run.out()).isNotBlank();
  }

  @Test
  void anotherModelNeedsALengthAndAText() {
    Path model = Cli.zoo("llama-gqa");
    Cli.run("doctor", model, "--text", FOLDER.resolve("story.txt")).isRefusedWith("--context");
    Cli.run("doctor", model, "--context", 256).isRefusedWith("--text");
  }

  @Test
  void withoutTheLauncherTheNameIsThatOfAFile() {
    System.clearProperty("rope.demo");
    Cli.run("inspect", "demo").isRefusedWith("demo");
  }

  @Test
  void theFileIsTheOneThatTheLogOfItsTrainingNames() throws IOException, NoSuchAlgorithmException {
    byte[] model = Files.readAllBytes(FOLDER.resolve("story.gguf"));
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(model));
    assertThat(Files.readString(FOLDER.resolve("training.log"))).endsWith(digest + "\n");
    assertThat(model.length).isLessThan(6_000_000);
  }
}
