package rope4j.diagnosis.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rope4j.checkpoint.LlamaCppRope;
import rope4j.checkpoint.ModelDescription;
import rope4j.checkpoint.RopeMetadata;
import rope4j.checkpoint.RopeOverrides;
import rope4j.checkpoint.RopeScalingType;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.text.Words;
import rope4j.rotation.Frequencies;

/// The keys of `--override-kv`, put into a file's metadata, must do what the flags do.
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
        ModelDescription patched = patched(model, pairs.get());
        Frequencies found = frequencies(patched, RopeOverrides.NONE, recipes.contextLength());
        assertThat(found.inverse()).as(recipe.text()).containsExactly(expected.inverse());
        assertThat(found.attentionFactor()).isEqualTo(expected.attentionFactor());
        assertThat(patched.contextLength()).isGreaterThanOrEqualTo(recipes.contextLength());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyScalingIsAlsoThereAsKeys(RecipeCase recipes) {
    boolean scaled = !(recipes.extension() instanceof Extension.Native);
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

  /// The description of a file with these keys in it.
  private static ModelDescription patched(ModelDescription model, String pairs) {
    Map<String, String> keys =
        Stream.of(pairs.split(",", -1))
            .collect(
                Collectors.toMap(
                    pair -> pair.substring(pair.indexOf('.') + 1, pair.indexOf('=')),
                    pair -> pair.substring(pair.indexOf('=') + 1)));
    int length = integer(keys.remove("context_length")).orElse(model.contextLength());
    OptionalInt original = integer(keys.remove("rope.scaling.original_context_length"));
    if (original.isEmpty()) {
      original = model.rope().originalLength();
    }
    RopeMetadata rope = rope(model.rope(), keys, original);
    assertThat(keys).as("keys that nothing reads").isEmpty();
    return new ModelDescription(
        model.architecture(),
        model.name(),
        length,
        original.orElse(length),
        model.layers(),
        model.embeddingLength(),
        model.heads(),
        model.keyValueHeads(),
        model.headDimension(),
        model.valueDimension(),
        model.rotaryDimension(),
        model.feedForwardLength(),
        model.normEpsilon(),
        model.vocabularySize(),
        model.experts(),
        model.expertsUsed(),
        rope);
  }

  private static RopeMetadata rope(
      RopeMetadata rope, Map<String, String> keys, OptionalInt original) {
    Optional<RopeScalingType> type =
        Optional.ofNullable(keys.remove("rope.scaling.type"))
            .map(value -> RopeScalingType.of(typed("str", value)).orElseThrow());
    OptionalDouble factor = real(keys.remove("rope.scaling.factor"));
    return new RopeMetadata(
        real(keys.remove("rope.freq_base")).orElse(rope.base()),
        type.or(rope::scalingType),
        factor.isPresent() ? factor : rope.factor(),
        original,
        rope.attentionFactor(),
        rope.yarnExtFactor(),
        rope.yarnAttnFactor(),
        rope.yarnBetaFast(),
        rope.yarnBetaSlow(),
        rope.yarnLogMultiplier(),
        rope.factors(),
        rope.longFactors(),
        rope.shortFactors(),
        rope.sliding());
  }

  private static OptionalInt integer(@Nullable String value) {
    return value == null
        ? OptionalInt.empty()
        : OptionalInt.of(Integer.parseInt(typed("int", value)));
  }

  private static OptionalDouble real(@Nullable String value) {
    return value == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(Float.parseFloat(typed("float", value)));
  }

  private static String typed(String type, String value) {
    assertThat(value).startsWith(type + ":");
    return value.substring(type.length() + 1);
  }
}
