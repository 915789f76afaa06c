package rope4j.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.checkpoint.RopeOverrides;
import rope4j.diagnosis.recipe.LlamaCppFlags;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.diagnosis.recipe.Recipes;
import rope4j.inference.Model;
import rope4j.rotation.Linear;
import rope4j.rotation.Unscaled;
import rope4j.rotation.Yarn;

class StrategyTest {

  private static final Model MODEL = Zoo.llamaGqa();

  @AfterAll
  static void closeTheModel() {
    MODEL.close();
  }

  @Test
  void theDefaultsScaleByContextOverTrainedLength() {
    assertThat(Strategy.defaults(MODEL, 256).stream().map(Strategy::label))
        .containsExactly("unscaled", "linear ×4", "NTK-aware ×4", "YaRN ×4");
  }

  @Test
  void aFileWithAScalingOfItsOwnIsComparedToo() {
    try (Model scaled = Model.load(Zoo.path("llama-yarn-meta"))) {
      assertThat(Strategy.defaults(scaled, 512).stream().map(Strategy::name))
          .containsExactly("unscaled", "linear", "ntk-aware", "yarn", "file");
    }
  }

  @Test
  void whatIsMeasuredIsWhatTheFlagsDo() {
    assertThat(rotation("unscaled").scaling()).isEqualTo(new Unscaled());
    assertThat(rotation("linear:4").scaling()).isEqualTo(new Linear(4));
    assertThat(rotation("yarn:4").scaling()).isEqualTo(new Yarn(4, 64));
    assertThat(rotation("ntk-aware:4").scaling()).isEqualTo(new Unscaled());
    assertThat(rotation("ntk-aware:4").base())
        .isCloseTo(10000 * Math.pow(4, 16.0 / 14), within(0.01));
  }

  private static rope4j.rotation.RopeParameters rotation(String strategy) {
    return Strategy.parse(strategy, MODEL, 256).rotation(MODEL, 256);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          unscaled    | --rope-scaling none
          linear:2.5  | --rope-scaling linear --rope-scale 2.5
          yarn:8      | --rope-scaling yarn --rope-scale 8 --yarn-orig-ctx 64
          """)
  void flagsAreLlamaCpps(String strategy, String flags) {
    assertThat(String.join(" ", LlamaCppFlags.words(Strategy.parse(strategy, MODEL, 256).flags())))
        .isEqualTo(flags);
  }

  @Test
  void aPrintedBaseIsReadBackAsTheSameFloat() {
    Strategy ntk = Strategy.parse("ntk-aware:3.3", MODEL, 256);
    List<String> flags = LlamaCppFlags.words(ntk.flags());
    assertThat(flags).startsWith("--rope-scaling", "none", "--rope-freq-base");
    double printed = Double.parseDouble(flags.getLast());
    assertThat(ntk.flags()).isNotEqualTo(RopeOverrides.NONE);
    assertThat((float) printed).isEqualTo((float) ntk.rotation(MODEL, 256).base());
  }

  @ParameterizedTest
  @ValueSource(strings = {"yarn:0", "yarn:-1", "linear:NaN", "linear:Infinity", "yarn:x", "yarn:"})
  void aFactorThatIsNoneIsNamed(String text) {
    assertThatThrownBy(() -> Strategy.parse(text, MODEL, 256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }

  @Test
  void anUnknownStrategyListsTheKnownOnes() {
    assertThatThrownBy(() -> Strategy.parse("yarnn", MODEL, 256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "strategy 'yarnn' is not known; known are unscaled, linear, ntk-aware, yarn, file");
  }

  @Test
  void unscaledTakesNoFactor() {
    assertThatThrownBy(() -> Strategy.parse("unscaled:2", MODEL, 256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("takes no factor");
  }

  @Test
  void theCapOfLlamaServerIsLiftedWhereYarnDoesNotDoItByItself() {
    Recipe yarn = llamaCpp(Strategy.parse("yarn", MODEL, 256));
    assertThat(yarn.text())
        .isEqualTo(
            "llama-server -m m.gguf -c 256 --rope-scaling yarn --rope-scale 4 --yarn-orig-ctx 64");
    assertThat(yarn.note()).contains("--override-kv llama.context_length=int:256");
    Recipe unscaled = llamaCpp(Strategy.unscaled());
    assertThat(unscaled.text()).endsWith("--override-kv llama.context_length=int:256");
  }

  @ParameterizedTest
  @ValueSource(strings = {"unscaled", "linear:2.5", "ntk-aware:3", "yarn:8", "file"})
  void aRecipeAsksForWhatWasMeasured(String name) {
    Strategy strategy = Strategy.parse(name, MODEL, 256);
    assertThat(LlamaCppFlags.of(strategy.extension())).contains(strategy.flags());
  }

  private static Recipe llamaCpp(Strategy strategy) {
    return Recipes.llamaCpp(
        RecipeModel.of("m.gguf", MODEL.description()), strategy.extension(), 256);
  }
}
