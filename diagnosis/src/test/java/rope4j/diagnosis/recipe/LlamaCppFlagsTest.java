package rope4j.diagnosis.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeOverrides;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.launch.Launch;
import rope4j.diagnosis.text.Words;
import rope4j.rotation.Frequencies;

/// The keys of `--override-kv`, laid over a file as llama.cpp does, must do what the flags do.
class LlamaCppFlagsTest {

  static Stream<RecipeCase> files() {
    return RecipeCase.all().filter(RecipeCase::isGguf);
  }

  @ParameterizedTest
  @MethodSource("files")
  void theKeysDoWhatTheFlagsDo(RecipeCase recipes) {
    ModelDescription model = recipes.description();
    RopeOverrides flags = LlamaCppFlags.of(recipes.extension()).orElseThrow();
    Frequencies expected = frequencies(model, flags, recipes.contextLength());
    for (Recipe recipe : recipes.recipes()) {
      Words words = Words.of(recipe.text().lines().reduce((_, last) -> last).orElse("true"));
      boolean byKeys = recipe.engine() == Engine.LLAMA_CPP || recipe.engine() == Engine.KOBOLDCPP;
      Optional<String> pairs =
          words.after("--override-kv").or(() -> words.after("--overridekv")).filter(_ -> byKeys);
      boolean byFlags = words.after("--rope-scaling").isPresent();
      if (pairs.isPresent() && !byFlags) {
        ModelDescription patched = overridden(recipes, pairs.get());
        Frequencies found = frequencies(patched, RopeOverrides.NONE, recipes.contextLength());
        assertThat(found.inverse()).as(recipe.text()).containsExactly(expected.inverse());
        assertThat(found.attentionFactor()).isEqualTo(expected.attentionFactor());
        assertThat(patched.contextLength()).isGreaterThanOrEqualTo(recipes.contextLength());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyScalingThatFlagsAskForIsAlsoThereAsKeys(RecipeCase recipes) {
    boolean scaled =
        !(recipes.extension() instanceof Extension.Native)
            && !(recipes.extension() instanceof Extension.Divisors);
    assertThat(
            recipes.recipes().stream()
                .filter(recipe -> recipe.engine() == Engine.LLAMA_CPP)
                .filter(recipe -> recipe.text().contains(".rope.scaling.type=str:"))
                .count())
        .isEqualTo(scaled ? 1 : 0);
  }

  @ParameterizedTest
  @MethodSource("files")
  void theRopeConfigOfKoboldCppIsTheSameScaleAndBase(RecipeCase recipes) {
    RopeOverrides flags = LlamaCppFlags.of(recipes.extension()).orElseThrow();
    Recipe recipe =
        recipes.recipes().stream()
            .filter(r -> r.engine() == Engine.KOBOLDCPP)
            .findFirst()
            .orElseThrow();
    Words words = Words.of(recipe.text());
    words
        .after("--ropeconfig")
        .ifPresent(scale -> {
          String base = words.words().get(words.words().indexOf("--ropeconfig") + 2);
          RopeOverrides given =
              RopeOverrides.NONE
                  .withFrequencyScale(Double.parseDouble(scale))
                  .withFrequencyBase(Double.parseDouble(base));
          ModelDescription model = recipes.description();
          assertThat(frequencies(model, given, recipes.contextLength()).inverse())
              .containsExactly(frequencies(model, flags, recipes.contextLength()).inverse());
        });
  }

  private static Frequencies frequencies(
      ModelDescription model, RopeOverrides flags, int contextLength) {
    return LlamaCppRope.resolve(model, flags, contextLength).frequencies(contextLength);
  }

  /// The description of the file under these keys, of which llama.cpp passes none over.
  private static ModelDescription overridden(RecipeCase recipes, String pairs) {
    Launch launch = Launch.parse("llama-server --override-kv " + pairs);
    try (GgufFile file = GgufFile.open(recipes.file())) {
      String architecture = recipes.description().architecture();
      assertThat(launch.keyOverrides()).isNotEmpty();
      assertThat(launch.keyOverridesRead(file, architecture)).isEqualTo(launch.keyOverrides());
      return ModelDescription.of(file, launch.keyOverrides());
    }
  }
}
