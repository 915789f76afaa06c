package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.diagnosis.Strategy;
import rope4j.diagnosis.recipe.RecipeModel;
import rope4j.diagnosis.recipe.Recipes;
import rope4j.inference.Model;
import tools.jackson.databind.JsonNode;

/// The flags of a recipe, given to a command that takes llama.cpp's flags, rotate as measured.
class RecipeFlagsTest {

  private static final int CONTEXT = 256;

  @ParameterizedTest
  @ValueSource(strings = {"unscaled", "linear:4", "linear:3.3", "ntk-aware:4", "yarn:4", "file"})
  void thePrintedFlagsGiveTheMeasuredFrequencies(String name) {
    try (Model model = Model.load(Cli.zoo("llama-gqa"))) {
      check(Strategy.parse(name, model, CONTEXT), model);
    }
  }

  private static void check(Strategy strategy, Model model) {
    String text =
        Recipes.llamaCpp(
                RecipeModel.of("m.gguf", model.description()), strategy.extension(), CONTEXT)
            .text();
    List<Object> words = new ArrayList<>(List.of("frequencies", Cli.zoo("llama-gqa"), "--json"));
    String flags = text.replace("llama-server -m m.gguf ", "").replaceAll(" --override-kv.*", "");
    words.addAll(List.of(flags.split(" ", -1)));
    JsonNode layer = Cli.run(words.toArray()).json().at("/layers/0");
    double[] expected = strategy.rotation(model, CONTEXT).frequencies(CONTEXT).inverse();
    assertThat(layer.at("/inverseFrequencies").valueStream().mapToDouble(JsonNode::asDouble))
        .containsExactly(Arrays.stream(expected).boxed().toArray(Double[]::new));
  }
}
