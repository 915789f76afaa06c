package rope4j.diagnosis.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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
