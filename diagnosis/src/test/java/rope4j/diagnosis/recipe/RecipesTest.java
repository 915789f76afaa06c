package rope4j.diagnosis.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.patch.FactorTensors;
import rope4j.checkpoint.patch.FactorTensors.Divisors;
import rope4j.checkpoint.patch.FactorTensors.Llama3Rule;
import rope4j.checkpoint.patch.GgufPatch;
import rope4j.checkpoint.patch.GgufPatcher;
import rope4j.checkpoint.patch.RopePatch;
import rope4j.diagnosis.engine.Engine;

class RecipesTest {

  @ParameterizedTest
  @MethodSource("rope4j.diagnosis.recipe.RecipeCase#all")
  void everyEngineGetsTheTextOfTheFixture(RecipeCase recipes) {
    assertThat(written(recipes.recipes())).isEqualTo(recipes.expectedText());
  }

  static String written(List<Recipe> recipes) {
    return recipes.stream()
        .map(recipe ->
            "# "
                + recipe.engine().title()
                + (recipe.versions().isEmpty() ? "" : " | " + recipe.versions())
                + "\n"
                + (recipe.possible() ? recipe.text() : "(none)")
                + "\n"
                + (recipe.note().isEmpty() ? "" : "> " + recipe.note() + "\n"))
        .collect(Collectors.joining("\n"));
  }

  @ParameterizedTest
  @MethodSource("rope4j.diagnosis.recipe.RecipeCase#all")
  void noTextAsksForTwoScalings(RecipeCase recipes) {
    for (Recipe recipe : recipes.recipes()) {
      boolean factor =
          recipe.text().matches("(?s).*(--rope-scale |\"factor\"|scaling\\.factor=).*");
      boolean raised = recipes.extension() instanceof Extension.RaisedBase;
      assertThat(factor && raised).as(recipe.text()).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("rope4j.diagnosis.recipe.RecipeCase#all")
  void whatReplacesTheModelsOwnScalingSaysSo(RecipeCase recipes) {
    boolean replaces =
        recipes.recipeModel().own().isPresent()
            && !(recipes.extension() instanceof Extension.Native);
    for (Recipe recipe : recipes.recipes()) {
      if (recipe.possible()) {
        assertThat(recipe.note().contains("'s own ")).as(recipe.toString()).isEqualTo(replaces);
      }
    }
  }

  @Test
  void aFolderWhoseOwnScalingBecomesATensorIsNotScaledASecondTimeByFlags() {
    for (Recipe recipe : find("llama-3.1-8b-linear").recipes()) {
      boolean readsGguf = recipe.engine().format() == Engine.Format.GGUF;
      assertThat(recipe.possible()).as(recipe.toString()).isEqualTo(!readsGguf);
    }
  }

  @Test
  void aFileIsOnlyForTheEnginesThatLoadIt() {
    RecipeModel gguf = find("llama-gqa-yarn").recipeModel();
    assertThat(Recipes.loading(gguf, new Extension.Yarn(4, 64), 256))
        .extracting(Recipe::engine)
        .containsOnly(Engine.LLAMA_CPP, Engine.OLLAMA, Engine.LM_STUDIO, Engine.KOBOLDCPP);
    RecipeModel folder = find("qwen3-8b-yarn").recipeModel();
    assertThat(Recipes.loading(folder, new Extension.Yarn(4, 32768), 131072))
        .extracting(Recipe::engine)
        .containsOnly(Engine.VLLM, Engine.SGLANG, Engine.TRANSFORMERS);
  }

  @Test
  void withinItsOwnLengthAModelIsLeftAlone() {
    assertThat(Extension.suggested(find("llama-3.1-8b-native").recipeModel(), 131072))
        .isEqualTo(new Extension.Native());
    assertThat(Extension.suggested(find("qwen2.5-7b-yarn-native").recipeModel(), 131072))
        .isEqualTo(new Extension.Native());
  }

  @Test
  void beyondItTheOwnScalingIsWidened() {
    assertThat(Extension.suggested(find("llama-3.1-8b-native").recipeModel(), 262144))
        .isEqualTo(new Extension.Llama3(16, 1, 4, 8192));
    assertThat(Extension.suggested(find("qwen2.5-7b-yarn-native").recipeModel(), 200000))
        .isEqualTo(new Extension.Yarn(7, 32768));
    assertThat(Extension.suggested(find("gemma-3-4b-native").recipeModel(), 262144))
        .isEqualTo(new Extension.Linear(16));
  }

  @Test
  void theTensorOfLlama31IsWidenedByACopy() {
    RecipeModel model = llama31("/models/Llama 3.1.gguf");
    Extension wider = Extension.suggested(model, 262144);
    assertThat(wider).isEqualTo(new Extension.Llama3(16, 1, 4, 8192));
    String patch =
        "rope patch '/models/Llama 3.1.gguf' llama-3.1-long-262144.gguf"
            + " --rope-freqs llama3:16,1,4,8192 -c 262144\n";
    List<Recipe> recipes = Recipes.loading(model, wider, 262144);
    assertThat(recipes)
        .hasSize(4)
        .allSatisfy(recipe -> {
          assertThat(recipe.text()).as(recipe.toString()).startsWith(patch);
          assertThat(recipe.note()).contains("This changes the factor of the file's own");
        });
    assertThat(recipes.getFirst().text())
        .isEqualTo(patch + "llama-server -m llama-3.1-long-262144.gguf -c 262144");
  }

  @Test
  void theTensorOfLlama31IsKnownByItsNumbers(@TempDir Path folder) {
    Path out = folder.resolve("out.gguf");
    for (double high : new double[] {4, 5}) {
      Divisors rule = new Llama3Rule(8, 1, high, OptionalInt.of(8192));
      try (GgufFile file = GgufFile.open(find("llama-gqa-yarn").file())) {
        GgufPatch patch =
            RopePatch.of(
                    file,
                    RopeOverrides.NONE,
                    OptionalInt.of(131072),
                    new FactorTensors(Optional.of(rule), Optional.empty(), Optional.empty()),
                    Set.of())
                .patch();
        GgufPatcher.write(file, patch, out, true, _ -> {});
      }
      try (GgufFile file = GgufFile.open(out)) {
        assertThat(OwnScaling.of(ModelDescription.of(file)).orElseThrow().wider())
            .isEqualTo(
                high == 4 ? Optional.of(new Extension.Llama3(8, 1, 4, 8192)) : Optional.empty());
      }
    }
  }

  @Test
  void aTensorOfUnknownOriginIsNotWidened() {
    assertThat(Extension.suggested(find("llama3-ropefreqs-yarn").recipeModel(), 4096))
        .isEqualTo(new Extension.Native());
  }

  private static RecipeModel llama31(String file) {
    Optional<Extension> rule = Optional.of(new Extension.Llama3(8, 1, 4, 8192));
    return new RecipeModel(
        file,
        Engine.Format.GGUF,
        Optional.of("llama"),
        131072,
        131072,
        500000,
        128,
        Optional.of(new OwnScaling("frequency factors", 131072, true, rule)),
        Optional.empty());
  }

  @Test
  void aScalingThatCanNotBeWidenedIsSaidToEnd() {
    RecipeModel phi3 = find("phi-3.5-mini-native").recipeModel();
    assertThat(Extension.suggested(phi3, 524288)).isEqualTo(new Extension.Native());
    assertThat(Recipes.loading(phi3, new Extension.Native(), 524288))
        .allSatisfy(recipe ->
            assertThat(recipe.note())
                .contains(
                    "covers 131072 tokens with its own longrope scaling, and nothing here extends"))
        .extracting(Recipe::text)
        .anyMatch(text -> text.startsWith("VLLM_ALLOW_LONG_MAX_MODEL_LEN=1 vllm serve "))
        .anyMatch(text -> text.startsWith("SGLANG_ALLOW_OVERWRITE_LONGER_CONTEXT_LEN=1 python "));
  }

  @Test
  void divisorsForAFileWithFactorsOfItsOwnAreACopyAndNoCommand() {
    RecipeModel phi3 = new RecipeCase("", "phi3.gguf", "native", 512).recipeModel();
    Extension divisors = new Extension.Divisors(List.of(1.0, 2.0, 3.0, 4.0), 1, 128);
    Recipe recipe = Recipes.llamaCpp(phi3, divisors, 512);
    assertThat(recipe.possible()).isFalse();
    assertThat(recipe.note()).contains("the copy that rope tune writes");
    assertThat(Recipes.llamaCpp(phi3, new Extension.Native(), 128).possible()).isTrue();
  }

  @Test
  void aModelWithoutOneGetsYarnAtTheSmallestWholeFactor() {
    assertThat(Extension.suggested(find("llama-2-7b-yarn").recipeModel(), 16384))
        .isEqualTo(new Extension.Yarn(4, 4096));
    assertThat(Extension.suggested(find("llama-2-7b-yarn").recipeModel(), 10000))
        .isEqualTo(new Extension.Yarn(3, 4096));
  }

  @Test
  void aLargerFactorThanNeededIsPointedOut() {
    Recipe recipe =
        Recipes.llamaCpp(find("llama-gqa-yarn").recipeModel(), new Extension.Yarn(8, 64), 256);
    assertThat(recipe.note()).contains("a factor of 4 covers 256 tokens");
  }

  @Test
  void aFactorThatDoesNotReachIsPointedOut() {
    Recipe recipe =
        Recipes.llamaCpp(find("llama-gqa-yarn").recipeModel(), new Extension.Yarn(2, 64), 256);
    assertThat(recipe.note()).contains("A factor of 2 covers 128 tokens; 256 need 4");
  }

  @Test
  void aLengthOfNothingIsRefused() {
    RecipeModel model = find("llama-gqa-yarn").recipeModel();
    assertThatThrownBy(() -> Recipes.of(model, new Extension.Native(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1 token");
  }

  static RecipeCase find(String expected) {
    return RecipeCase.all()
        .filter(recipes -> recipes.expected().equals(expected))
        .findFirst()
        .orElseThrow();
  }
}
