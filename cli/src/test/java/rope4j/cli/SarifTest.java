package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.Evidence;
import rope4j.diagnosis.rules.Finding;
import rope4j.diagnosis.rules.Finding.Severity;
import rope4j.diagnosis.rules.Rule;
import rope4j.diagnosis.rules.Rules;
import tools.jackson.databind.JsonNode;

/// The log against what SARIF 2.1.0 requires.
class SarifTest {

  private static final Set<String> LEVELS = Set.of("error", "warning", "note");

  private static final Rule RULE = Rules.all().getFirst();

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void aModel() throws IOException {
    model = Files.createDirectories(folder.resolve("my models/qwen"));
    Files.writeString(
        model.resolve("config.json"),
        """
        {"model_type": "qwen2", "hidden_size": 3584, "num_attention_heads": 28,
         "num_hidden_layers": 2, "max_position_embeddings": 32768,
         "rope_theta": 1000000.0,
         "rope_scaling": {"type": "yarn", "factor": 4.0,
           "original_max_position_embeddings": 32768}}
        """);
  }

  private static Finding finding(Severity severity, Evidence... places) {
    return new Finding(RULE.id(), severity, "this is so", List.of(places), "do that", "It hurts.");
  }

  private JsonNode log(Finding... findings) {
    return Sarif.of(List.of(findings), Rules.all(), model, folder);
  }

  private static Evidence at(String key, int line) {
    return Evidence.file("config.json", key, "1", OptionalInt.of(line));
  }

  @Test
  void theCommandsLogHasWhatTheFormatRequires() {
    JsonNode log = Cli.run("inspect", model, "-c", 131072, "--sarif").json();
    assertThat(log.at("/version").asString()).isEqualTo("2.1.0");
    assertThat(log.at("/$schema").asString()).endsWith("sarif-schema-2.1.0.json");
    assertThat(log.at("/runs")).hasSize(1);
    JsonNode driver = log.at("/runs/0/tool/driver");
    assertThat(driver.at("/name").asString()).isEqualTo("rope inspect");
    assertThat(driver.at("/rules")).hasSize(Rules.all().size());
    Set<String> ids = new TreeSet<>();
    for (JsonNode rule : driver.at("/rules")) {
      assertThat(ids.add(rule.at("/id").asString())).as("ids differ").isTrue();
      for (String text : List.of("shortDescription", "fullDescription", "help")) {
        assertThat(rule.at("/" + text + "/text").asString()).isNotBlank();
      }
      assertThat(rule.at("/defaultConfiguration/level").asString()).isIn(LEVELS);
    }
    assertThat(log.at("/runs/0/results")).isNotEmpty();
    for (JsonNode result : log.at("/runs/0/results")) {
      checkResult(result, driver);
    }
  }

  private static void checkResult(JsonNode result, JsonNode driver) {
    assertThat(result.at("/level").asString()).isIn(LEVELS);
    assertThat(result.at("/message/text").asString()).isNotBlank();
    assertThat(driver.at("/rules/" + result.at("/ruleIndex").asInt() + "/id"))
        .isEqualTo(result.at("/ruleId"));
    assertThat(result.at("/locations")).hasSize(1);
    checkLocation(result.at("/locations/0"));
    for (JsonNode related : result.at("/relatedLocations")) {
      checkLocation(related);
      assertThat(related.at("/message/text").asString()).isNotBlank();
      assertThat(related.at("/id").asInt()).isPositive();
    }
    assertThat(result.at("/partialFingerprints").propertyNames()).isNotEmpty();
    for (JsonNode fingerprint : result.at("/partialFingerprints")) {
      assertThat(fingerprint.asString()).matches("[0-9a-f]{32}");
    }
  }

  private static void checkLocation(JsonNode location) {
    String uri = location.at("/physicalLocation/artifactLocation/uri").asString();
    assertThat(uri).isNotBlank().doesNotContain(" ", "\\");
    assertThat(URI.create(uri)).isNotNull();
    JsonNode line = location.at("/physicalLocation/region/startLine");
    assertThat(line.isMissingNode() || line.asInt() >= 1).isTrue();
    assertThat(location.at("/logicalLocations/0/fullyQualifiedName").asString()).isNotBlank();
  }

  @Test
  void theKeysLineIsPointedAtRelativeToTheWorkingFolder() {
    JsonNode location =
        log(finding(Severity.ERROR, at("rope_theta", 3)))
            .at("/runs/0/results/0/locations/0/physicalLocation");
    assertThat(location.at("/artifactLocation/uri").asString())
        .isEqualTo("my%20models/qwen/config.json");
    assertThat(location.at("/region/startLine").asInt()).isEqualTo(3);
  }

  @Test
  void aModelOutsideOfTheWorkingFolderHasAnAbsoluteAddress() {
    JsonNode log =
        Sarif.of(
            List.of(finding(Severity.NOTE, at("rope_theta", 3))),
            Rules.all(),
            model,
            folder.resolve("elsewhere"));
    assertThat(log.findValue("uri").asString()).startsWith("file:///").endsWith("qwen/config.json");
  }

  @Test
  void moreEvidenceIsRelatedAndTheFilesOwnComesFirst() {
    JsonNode result =
        log(finding(
                Severity.WARNING,
                Evidence.launch("--ctx-size", "131072"),
                at("rope_theta", 3),
                at("rope_scaling.factor", 4)))
            .at("/runs/0/results/0");
    assertThat(result.at("/level").asString()).isEqualTo("warning");
    assertThat(result.at("/locations/0/physicalLocation/region/startLine").asInt()).isEqualTo(3);
    assertThat(result.at("/relatedLocations")).hasSize(2);
    assertThat(result.at("/relatedLocations/1/message/text").asString())
        .isEqualTo("--ctx-size = 131072 (command line)");
    assertThat(result.at("/relatedLocations/1/physicalLocation").has("region")).isFalse();
  }

  @Test
  void aDefaultIsShownAtTheModelsFileWithoutALine() {
    JsonNode place =
        log(finding(Severity.NOTE, Evidence.byDefault("rope_theta", "10000")))
            .at("/runs/0/results/0/locations/0/physicalLocation");
    assertThat(place.at("/artifactLocation/uri").asString()).endsWith("qwen/config.json");
    assertThat(place.has("region")).isFalse();
  }

  @Test
  void theFingerprintStaysWhenAValueOrALineChanges() {
    String once = fingerprint(finding(Severity.NOTE, at("rope_theta", 3)));
    assertThat(fingerprint(finding(Severity.ERROR, at("rope_theta", 7)))).isEqualTo(once);
    assertThat(fingerprint(finding(Severity.NOTE, at("factor", 3)))).isNotEqualTo(once);
  }

  private String fingerprint(Finding finding) {
    return log(finding).at("/runs/0/results/0/partialFingerprints").toString();
  }

  @Test
  void noFindingsAreAnEmptyListOfResults() {
    JsonNode results = log().at("/runs/0/results");
    assertThat(results.isArray()).isTrue();
    assertThat(results).isEmpty();
  }

  @Test
  void theExitCodeIsThatOfTheInspection() {
    assertThat(Cli.run("inspect", model, "-c", 131072, "--sarif").code())
        .isEqualTo(Cli.run("inspect", model, "-c", 131072).code());
  }

  @Test
  void twoOutputsAtOnceAreRefused() {
    Cli.run("inspect", model, "--sarif", "--json").isRefusedWith("--json and --sarif");
    Cli.run("inspect", model, "--sarif", "--compare", "vllm").isRefusedWith("--compare");
  }
}
