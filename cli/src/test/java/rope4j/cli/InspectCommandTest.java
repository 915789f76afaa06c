package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `rope inspect` as a user sees it, on the configurations of real models.
class InspectCommandTest {

  /// Ordinary models; the rules' tests hold that they have no errors.
  private static final Path HEALTHY = Path.of("../diagnosis/src/test/resources/healthy");

  private static final Path RULES = Path.of("../diagnosis/src/test/resources/rules");

  @TempDir private Path folder;

  static Stream<Path> healthy() throws IOException {
    try (Stream<Path> all = Files.list(HEALTHY)) {
      return all
          .filter(model -> Files.exists(model.resolve("config.json")))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("healthy")
  void everyHealthyModelHasTheShapeThatScriptsRelyOn(Path model) {
    JsonNode json = inspect(model);
    assertThat(json.propertyNames())
        .contains(
            "model", "architecture", "lengths", "kvCacheBytes", "pairs", "findings", "recipes");
    assertThat(json.get("lengths").propertyNames())
        .containsExactlyInAnyOrder("trained", "advertised", "requested");
    assertThat(json.get("kvCacheBytes").asLong()).isPositive();
    assertThat(json.get("pairs")).isNotEmpty();
    json.get("pairs")
        .forEach(pair ->
            assertThat(pair.propertyNames())
                .contains(
                    "index",
                    "inverseFrequency",
                    "scaledInverseFrequency",
                    "wavelength",
                    "trainedTurns",
                    "unseenRadians"));
    json.get("findings")
        .forEach(finding -> {
          assertThat(finding.propertyNames())
              .contains("id", "severity", "message", "evidence", "remedy");
          assertThat(finding.get("severity").asString()).isIn("warning", "note");
        });
    assertThat(json.get("recipes")).isNotEmpty();
    json.get("recipes")
        .forEach(recipe -> assertThat(recipe.propertyNames()).contains("engine", "text"));
  }

  @ParameterizedTest
  @MethodSource("healthy")
  void aHealthyModelMeetsNoNewAngleAtTheLengthItAdvertises(Path model) {
    JsonNode json = inspect(model);
    assertThat(json.get("verdict").get("level").asString())
        .as(json.get("verdict").toString())
        .isIn("trained", "extended");
    assertThat(unseen(json)).isZero();
  }

  @ParameterizedTest
  @MethodSource("healthy")
  void aShortReportIsOneScreenOfOrdinaryColumns(Path model) {
    Cli cli = Cli.run("inspect", model, "-c", 131072);
    assertThat(cli.code()).as(cli.toString()).isZero();
    assertThat(cli.out().lines().count()).as(cli.out()).isLessThanOrEqualTo(48);
    assertThat(cli.out().lines().limit(12).mapToInt(String::length).max().orElse(0))
        .isLessThanOrEqualTo(100);
    assertThat(cli.out()).contains("verdict").doesNotContain("\033");
  }

  @Test
  void llama2At16kHas18PairsAtFourTimesTheirArcUnscaled() {
    JsonNode strategies = inspect(HEALTHY.resolve("llama-2-7b"), "-c", "16384").get("strategies");
    JsonNode unscaled = named(strategies, "unscaled");
    assertThat(unscaled.get("unseenPairs").asInt()).isEqualTo(18);
    assertThat(unscaled.get("largestOverrun").asDouble()).isEqualTo(4, within(1e-9));
    JsonNode ntk = named(strategies, "ntk-aware");
    assertThat(ntk.get("unseenPairs").asInt()).isEqualTo(17);
    assertThat(ntk.get("largestOverrun").asDouble()).isEqualTo(1.39, within(0.005));
    assertThat(named(strategies, "linear").get("unseenPairs").asInt()).isZero();
    assertThat(named(strategies, "yarn").get("unseenPairs").asInt()).isZero();
  }

  @Test
  void llama3Has29PairsThatNeverMadeAFullTurn() {
    JsonNode pairs = inspect(HEALTHY.resolve("llama-3-8b")).get("pairs");
    assertThat(pairs.valueStream().filter(pair -> pair.get("trainedTurns").asDouble() < 1).count())
        .isEqualTo(29);
    assertThat(pairs).hasSize(64);
  }

  @Test
  void llama3At128kTakes16GibibytesOfKeysAndValues() {
    JsonNode json = inspect(HEALTHY.resolve("llama-3-8b"), "-c", "131072");
    assertThat(json.get("kvCacheBytes").asLong()).isEqualTo(16L << 30);
    assertThat(json.get("kvCacheBytesByType").get("q8_0").asLong())
        .isEqualTo((16L << 30) * 34 / 64);
  }

  @Test
  void aLengthThatWasTrainedWithTheOwnScalingHoldsNothingNew() {
    JsonNode json = inspect(HEALTHY.resolve("llama-3.1-8b"), "-c", "131072");
    assertThat(unseen(json)).isZero();
    assertThat(json.get("training").get("family").asString()).isEqualTo("Llama 3.1");
    assertThat(json.get("verdict").get("text").asString())
        .contains("was trained for with its llama3");
    JsonNode beyond = inspect(HEALTHY.resolve("llama-3.1-8b"), "-c", "262144");
    assertThat(unseen(beyond)).isPositive();
  }

  @Test
  void anEngineThatDropsATrainedScalingIsSaidToRotateOtherwise() {
    Cli cli = Cli.run("inspect", HEALTHY.resolve("llama-3.1-8b"), "--engine", "jlama", "--json");
    assertThat(cli.code()).isEqualTo(1);
    JsonNode json = cli.json();
    assertThat(json.get("verdict").get("level").asString()).isEqualTo("beyond");
    assertThat(json.get("rotation").get("reason").asString()).contains("Jlama passes over");
  }

  @Test
  void theRecipeForALongerContextIsTheModelCards() {
    JsonNode json = inspect(HEALTHY.resolve("qwen3-8b"), "-c", "131072", "--engine", "vllm");
    assertThat(json.get("recipes").get(0).get("text").asString())
        .contains("\"factor\": 4.0", "\"original_max_position_embeddings\": 32768", "1000000")
        .contains("--max-model-len 131072");
  }

  @Test
  void recipesAreForTheEngineThatWasChosen() {
    JsonNode json = inspect(HEALTHY.resolve("qwen3-8b"), "-c", "131072", "--engine", "sglang");
    assertThat(json.get("recipes").valueStream().map(it -> it.get("engine").asString()))
        .isNotEmpty()
        .containsOnly("sglang");
  }

  @Test
  void aSlidingLayerLooksBackItsWindowOnly() {
    JsonNode layers =
        inspect(HEALTHY.resolve("gemma-3-4b"), "-c", "1000000").get("rotation").get("layers");
    assertThat(
            layers
                .valueStream()
                .filter(layer -> layer.get("layerType").asString().equals("sliding_attention"))
                .map(layer -> layer.get("reach").asInt()))
        .containsExactly(1024);
  }

  @Test
  void aCommandLineIsJudgedWithTheModel() {
    Path model = HEALTHY.resolve("qwen3-8b");
    String yarn =
        "vllm serve qwen3-8b --max-model-len 131072 --hf-overrides '{\"max_position_embeddings\":"
            + " 131072, \"rope_parameters\": {\"rope_type\": \"yarn\", \"rope_theta\": 1000000,"
            + " \"factor\": 4.0, \"original_max_position_embeddings\": 32768}}'";
    JsonNode json = inspect(model, "--launch", yarn);
    assertThat(json.get("engine").asString()).isEqualTo("vllm");
    assertThat(json.get("lengths").get("requested").asInt()).isEqualTo(131072);
    assertThat(json.get("rotation").get("launched").asBoolean()).isTrue();
    assertThat(json.get("verdict").get("level").asString()).isEqualTo("extended");
    Cli without =
        Cli.run(
            "inspect", model, "--json", "--launch", "vllm serve qwen3-8b --max-model-len 131072");
    assertThat(without.code()).isEqualTo(1);
    assertThat(without.json().get("verdict").get("level").asString()).isEqualTo("beyond");
  }

  @Test
  void aCommandLineMayStandInAFile() throws IOException {
    Path file = folder.resolve("Modelfile");
    Files.writeString(file, "FROM ./model.gguf\nPARAMETER num_ctx 32\n");
    JsonNode json = inspect(Cli.zoo("llama-gqa"), "--launch", "@" + file);
    assertThat(json.get("engine").asString()).isEqualTo("ollama");
    assertThat(json.get("lengths").get("requested").asInt()).isEqualTo(32);
  }

  @Test
  void theCacheIsCountedInTheTypesOfTheCommandLine() {
    JsonNode half = inspect(HEALTHY.resolve("llama-3-8b"), "-c", "8192");
    JsonNode eighth =
        inspect(
            HEALTHY.resolve("llama-3-8b"),
            "--launch",
            "vllm serve llama --max-model-len 8192 --kv-cache-dtype fp8");
    assertThat(eighth.get("kvCacheBytes").asLong() * 2)
        .isEqualTo(half.get("kvCacheBytes").asLong());
  }

  @Test
  void anErrorThatStandsEndsWithExitCode1() {
    Cli cli =
        Cli.run(
            "inspect",
            RULES.resolve("A1-legacy-type/bad-linear-on-jlama"),
            "-e",
            "jlama",
            "--json");
    assertThat(cli.code()).as(cli.toString()).isEqualTo(1);
    assertThat(cli.json().get("findings").valueStream().map(it -> it.get("severity").asString()))
        .contains("error");
  }

  @Test
  void findingsSayTheFileAndTheLine() {
    Cli cli = Cli.run("inspect", HEALTHY.resolve("llama-2-7b"), "-c", 16384, "--json");
    List<JsonNode> places =
        cli.json()
            .get("findings")
            .valueStream()
            .flatMap(finding -> finding.get("places").valueStream())
            .filter(place -> place.get("file").asString().equals("config.json"))
            .toList();
    assertThat(places).isNotEmpty().allMatch(place -> place.get("line").asInt() > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "bloom"})
  void aModelWithoutRotationSaysSo(String type) throws IOException {
    Path config = folder.resolve("config.json");
    Files.writeString(
        config,
        "{\"model_type\": \""
            + type
            + "\", \"n_positions\": 1024, \"n_embd\": 768, \"hidden_size\":"
            + " 768, \"n_layer\": 12, \"n_head\": 12, \"seq_length\": 1024}");
    Cli cli = Cli.run("inspect", config, "--json");
    assertThat(cli.code()).as(cli.toString()).isZero();
    assertThat(cli.json().get("pairs")).isEmpty();
    assertThat(cli.json().get("recipes")).isEmpty();
    assertThat(cli.json().get("verdict").get("text").asString()).contains("no rotary embedding");
    assertThat(Cli.run("inspect", config).out()).contains("no rotary embedding");
  }

  @Test
  void aGgufFileIsReadAsLlamaCppDoes() {
    Cli cli = Cli.run("inspect", Cli.zoo("llama-gqa"), "-c", 256);
    assertThat(cli.code()).as(cli.toString()).isZero();
    assertThat(cli.out())
        .contains("in llama.cpp: base 10000, unscaled", "asked for 256")
        .contains("--rope-scaling yarn --rope-scale 4 --yarn-orig-ctx 64");
  }

  @Test
  void verboseShowsEveryValueWithItsPlaceAndEveryPair() {
    Cli cli = Cli.run("inspect", HEALTHY.resolve("llama-2-7b"), "-c", 16384, "--verbose");
    assertThat(cli.code()).isZero();
    assertThat(cli.out())
        .contains("max_position_embeddings = 4096 (config.json:9)")
        .contains("strategy", "ntk-aware", "base bound", "precision", "SGLang");
    assertThat(cli.out().lines().filter(line -> line.matches(" +\\d+ +[0-9.e+-]+ .*")).count())
        .isGreaterThanOrEqualTo(64);
  }

  private static JsonNode inspect(Path model, String... flags) {
    Object[] words = new Object[flags.length + 3];
    words[0] = "inspect";
    words[1] = model;
    words[2] = "--json";
    System.arraycopy(flags, 0, words, 3, flags.length);
    Cli cli = Cli.run(words);
    assertThat(cli.code()).as(cli.toString()).isZero();
    assertThat(cli.err()).isEmpty();
    return cli.json();
  }

  private static JsonNode named(JsonNode strategies, String name) {
    return strategies
        .valueStream()
        .filter(strategy -> strategy.get("name").asString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static long unseen(JsonNode json) {
    return json.get("pairs")
        .valueStream()
        .filter(pair -> pair.get("unseenRadians").asDouble() > 0)
        .count();
  }
}
