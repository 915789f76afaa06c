package rope4j.diagnosis.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.config.Dialect;
import rope4j.checkpoint.config.HuggingFaceConfig;
import rope4j.checkpoint.config.LayerRope;
import rope4j.checkpoint.config.RopeReading;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.text.Words;
import rope4j.rotation.AttentionScaled;
import rope4j.rotation.Frequencies;
import rope4j.rotation.FrequencyFactors;
import rope4j.rotation.Linear;
import rope4j.rotation.Llama3;
import rope4j.rotation.RopeParameters;
import rope4j.rotation.Scaling;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What is printed for the engines that read a `config.json` is put into it and read as they do:
/// out must come the frequencies that were asked for.
class ReadBackTest {

  private static final JsonMapper MAPPER = JsonMapper.shared();

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("rope4j.diagnosis.recipe.RecipeCase#folders")
  void transformersRotatesAsAskedFor(RecipeCase recipes) throws IOException {
    for (Recipe recipe : of(recipes, Engine.TRANSFORMERS)) {
      HuggingFaceConfig config = with(file(recipes), MAPPER.readTree(recipe.text()));
      assertRotation(recipes, read(config, Dialect.TRANSFORMERS, recipes), recipe);
    }
  }

  @ParameterizedTest
  @MethodSource("rope4j.diagnosis.recipe.RecipeCase#folders")
  void vllmRotatesAsAskedForByTheFileToo(RecipeCase recipes) throws IOException {
    for (Recipe recipe : of(recipes, Engine.TRANSFORMERS)) {
      HuggingFaceConfig config = with(file(recipes), MAPPER.readTree(recipe.text()));
      if (!vllmHasItsOwnRamp(recipes)) {
        assertRotation(recipes, read(config, Dialect.VLLM, recipes), recipe);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rope4j.diagnosis.recipe.RecipeCase#folders")
  void vllmRotatesAsAskedForByItsOverride(RecipeCase recipes) throws IOException {
    for (Recipe recipe : of(recipes, Engine.VLLM)) {
      if (vllmHasItsOwnRamp(recipes)) {
        assertThat(recipe.note()).contains("places YaRN's ramp at four times the original");
      } else {
        assertRotation(recipes, read(overridden(recipes, recipe), Dialect.VLLM, recipes), recipe);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rope4j.diagnosis.recipe.RecipeCase#folders")
  void vllmsOverrideIsWhatTransformersWouldDo(RecipeCase recipes) throws IOException {
    for (Recipe recipe : of(recipes, Engine.VLLM)) {
      HuggingFaceConfig config = overridden(recipes, recipe);
      assertRotation(recipes, read(config, Dialect.TRANSFORMERS, recipes), recipe);
    }
  }

  @ParameterizedTest
  @MethodSource("rope4j.diagnosis.recipe.RecipeCase#folders")
  void vllmAcceptsTheLengthAndMultipliesItOnce(RecipeCase recipes) throws IOException {
    for (Recipe recipe : of(recipes, Engine.VLLM)) {
      int most = RopeReading.of(overridden(recipes, recipe), Dialect.VLLM).contextLength();
      // Asked for no length, vLLM starts LongRoPE at the original one; the recipe asks.
      boolean longRope =
          recipes.model().startsWith("phi") || recipes.extension() instanceof Extension.Divisors;
      if (!longRope) {
        assertThat(most).isGreaterThanOrEqualTo(recipes.contextLength());
      }
      if (recipes.extension() instanceof Extension.Yarn(double factor, int original)) {
        assertThat(most).isEqualTo((int) (factor * original));
      }
      assertThat(Words.of(recipe.text()).after("--max-model-len"))
          .contains(Integer.toString(recipes.contextLength()));
    }
  }

  @ParameterizedTest
  @MethodSource("rope4j.diagnosis.recipe.RecipeCase#folders")
  void sglangRotatesAsAskedForByItsOverride(RecipeCase recipes) throws IOException {
    for (Recipe recipe : of(recipes, Engine.SGLANG)) {
      HuggingFaceConfig config = overridden(recipes, recipe);
      assertRotation(recipes, read(config, Dialect.TRANSFORMERS, recipes), recipe);
    }
  }

  @ParameterizedTest
  @MethodSource("rope4j.diagnosis.recipe.RecipeCase#all")
  void everyJsonCarriesTheBase(RecipeCase recipes) {
    for (Recipe recipe : recipes.recipes()) {
      boolean beside = recipe.text().contains(" --rope-theta ");
      for (String json : jsons(recipe)) {
        JsonNode tree = MAPPER.readTree(json);
        boolean inside =
            tree.findValue("rope_theta") != null || tree.findValue("ropeFrequencyBase") != null;
        assertThat(inside || beside).as(json).isTrue();
      }
    }
  }

  @Test
  void everyEngineThatReadsAConfigIsGivenJson() {
    assertThat(RecipeCase.folders().toList())
        .flatExtracting(RecipeCase::recipes)
        .filteredOn(Recipe::possible)
        .filteredOn(recipe -> !jsons(recipe).isEmpty())
        .extracting(Recipe::engine)
        .contains(Engine.TRANSFORMERS, Engine.VLLM, Engine.SGLANG);
  }

  /// The objects in a recipe's text: the whole of it, or words of its command; none in a recipe of
  /// flags alone.
  private static List<String> jsons(Recipe recipe) {
    if (recipe.text().startsWith("{")) {
      return List.of(recipe.text());
    }
    return recipe.text().contains("'{")
        ? Words.of(recipe.text()).words().stream().filter(w -> w.startsWith("{")).toList()
        : List.of();
  }

  private static List<Recipe> of(RecipeCase recipes, Engine engine) {
    List<Recipe> found =
        recipes.recipes().stream().filter(recipe -> recipe.engine() == engine).toList();
    assertThat(found).isNotEmpty();
    return found.stream().filter(Recipe::possible).toList();
  }

  /// For several position axes vLLM has a ramp of its own.
  private static boolean vllmHasItsOwnRamp(RecipeCase recipes) {
    return recipes.model().contains("-vl-") && recipes.extension() instanceof Extension.Yarn;
  }

  private static ObjectNode file(RecipeCase recipes) {
    return (ObjectNode) MAPPER.readTree(RecipeCase.read(recipes.file()));
  }

  /// The configuration that the engine runs with under a command line.
  private HuggingFaceConfig overridden(RecipeCase recipes, Recipe recipe) throws IOException {
    Words words = Words.of(recipe.text());
    JsonNode keys =
        words
            .after("--hf-overrides")
            .or(() -> words.after("--json-model-override-args"))
            .map(MAPPER::readTree)
            .orElseGet(() -> oldFlags(words));
    ObjectNode loaded = file(recipes);
    if (keys.has("text_config") && !loaded.has("text_config")) {
      // What Transformers makes of an older file with images.
      ObjectNode text = loaded.deepCopy();
      text.put("model_type", loaded.get("model_type").asString() + "_text");
      loaded = MAPPER.createObjectNode();
      loaded.set("text_config", text);
    }
    if (keys.findValue("rope_parameters") != null) {
      // Transformers 5 has made rope_parameters of it by then.
      ObjectNode level = keys.has("text_config") ? (ObjectNode) loaded.get("text_config") : loaded;
      level.remove("rope_scaling");
    }
    return with(loaded, keys);
  }

  private static JsonNode oldFlags(Words words) {
    ObjectNode keys = MAPPER.createObjectNode();
    words
        .after("--rope-scaling")
        .ifPresent(scaling -> keys.set("rope_scaling", MAPPER.readTree(scaling)));
    words
        .after("--rope-theta")
        .ifPresent(theta -> keys.put("rope_theta", Double.parseDouble(theta)));
    return keys;
  }

  private HuggingFaceConfig with(ObjectNode file, JsonNode keys) throws IOException {
    keys.propertyStream()
        .forEach(entry -> {
          if (entry.getKey().equals("text_config")) {
            ObjectNode text = (ObjectNode) file.get("text_config");
            entry.getValue().propertyStream().forEach(e -> text.set(e.getKey(), e.getValue()));
          } else {
            file.set(entry.getKey(), entry.getValue());
          }
        });
    Path written = folder.resolve("config.json");
    Files.writeString(written, MAPPER.writeValueAsString(file));
    return HuggingFaceConfig.read(written);
  }

  private static RopeReading read(HuggingFaceConfig config, Dialect dialect, RecipeCase recipes) {
    return RopeReading.of(
        config, dialect, OptionalInt.of(recipes.contextLength()), RopeOverrides.NONE);
  }

  /// Layers that are not to be scaled must rotate as before.
  private static void assertRotation(RecipeCase recipes, RopeReading reading, Recipe recipe) {
    RopeReading before = read(recipes.config(), reading.dialect(), recipes);
    List<String> types = new ArrayList<>();
    for (int i = 0; i < reading.layers().size(); i++) {
      LayerRope layer = reading.layers().get(i);
      LayerRope own = before.layers().get(i);
      boolean scaled = layer.layerType().filter(type -> !type.equals("full_attention")).isEmpty();
      Frequencies expected = scaled ? expected(recipes, own) : own.frequencies();
      types.add(layer.layerType().orElse(""));
      assertThat(layer.layerType()).isEqualTo(own.layerType());
      assertThat(layer.rotaryDimension()).isEqualTo(own.rotaryDimension());
      assertThat(layer.frequencies().inverse())
          .as(recipe.text())
          .containsExactly(expected.inverse());
      assertThat(layer.frequencies().attentionFactor())
          .as(recipe.text())
          .isEqualTo(expected.attentionFactor());
    }
    assertThat(types).hasSameSizeAs(before.layers());
  }

  private static Frequencies expected(RecipeCase recipes, LayerRope own) {
    Scaling scaling =
        switch (recipes.extension()) {
          case Extension.Native _ -> own.parameters().orElseThrow().scaling();
          case Extension.Unscaled _, Extension.RaisedBase _ -> new Unscaled();
          case Extension.Linear(double factor) -> new Linear(factor);
          case Extension.Yarn(double factor, int original) -> new Yarn(factor, original);
          case Extension.Llama3(double factor, double low, double high, int original) ->
              new Llama3(factor, original, low, high);
          case Extension.Divisors(List<Double> divisors, double attention, int _) ->
              new AttentionScaled(
                  new FrequencyFactors(
                      divisors.stream().mapToDouble(Double::doubleValue).toArray(), new Unscaled()),
                  attention);
          case Extension.LongRope _ -> throw new AssertionError("no case asks for it");
        };
    double base =
        recipes.extension() instanceof Extension.RaisedBase raised ? raised.base() : own.base();
    return new RopeParameters(
            own.headDimension(),
            own.rotaryDimension(),
            base,
            own.trainedLength(),
            own.pairing(),
            scaling)
        .frequencies(recipes.contextLength());
  }
}
