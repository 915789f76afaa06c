package rope4j.diagnosis.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import rope4j.checkpoint.Evidence;
import rope4j.diagnosis.Recipe;

/// What a user's own command line means, by example; the examples are `launch/lines.txt`.
class LaunchTest {

  private static final List<String> ALWAYS = List.of("context", "rotation", "keys", "config");

  @TestFactory
  Stream<DynamicTest> everyLineMeansWhatIsWrittenBelowIt() {
    return LaunchCase.of("lines.txt").stream()
        .map(line -> DynamicTest.dynamicTest(line.toString(), () -> check(line)));
  }

  private static void check(LaunchCase line) {
    Launch launch = Launch.parse(line.text());
    Map<String, String> expected = new TreeMap<>();
    ALWAYS.forEach(name -> expected.put(name, ""));
    for (String each : line.expected()) {
      int equals = each.indexOf('=');
      expected.put(each.substring(0, equals).strip(), each.substring(equals + 1).strip());
    }
    Map<String, String> found = new TreeMap<>();
    expected.keySet().forEach(name -> found.put(name, found(launch, name)));
    assertThat(found).isEqualTo(expected);
  }

  private static String found(Launch launch, String name) {
    return switch (name) {
      case "engine" -> launch.engine().label();
      case "context" -> number(launch.contextLength());
      case "rotation" -> String.join(" ", Recipe.llamaCppFlags(launch.rotation()));
      case "keys" -> text(launch.keyOverrides());
      case "config" -> text(launch.configOverrides());
      case "model" -> launch.modelArgument().orElse("");
      case "parallel" -> number(launch.parallel());
      case "cache" -> launch.cacheTypeK().orElse("") + "/" + launch.cacheTypeV().orElse("");
      default -> {
        String[] words = name.split(" +");
        yield words[0].equals("env")
            ? launch.environment().getOrDefault(words[1], "not set")
            : launch.value(words[1]).orElse("not given");
      }
    };
  }

  private static String number(OptionalInt value) {
    return value.isPresent() ? String.valueOf(value.getAsInt()) : "";
  }

  private static String text(Map<String, ?> map) {
    return map.isEmpty() ? "" : map.toString();
  }

  @TestFactory
  Stream<DynamicTest> whatCantBeReadIsSaidInOneSentence() {
    return LaunchCase.of("errors.txt").stream()
        .map(line ->
            DynamicTest.dynamicTest(
                line.toString(),
                () ->
                    assertThatIllegalArgumentException()
                        .isThrownBy(() -> Launch.parse(line.text()))
                        .withMessage(String.join("\n", line.expected()))));
  }

  @Test
  void anEmptyTextIsAnsweredByAnExample() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Launch.parse(" \n "))
        .withMessage(
            "the launch line is empty; write for example 'llama-server -m model.gguf -c 8192'");
  }

  @Test
  void valuesOfOverridesHaveTheTypesTheyAreGivenWith() {
    Launch launch =
        Launch.parse("llama-server -m m --override-kv 'a=int:1,b=float:2,c=bool:true,d=str:x\\,y'");
    assertThat(launch.keyOverrides()).isEqualTo(Map.of("a", 1L, "b", 2.0, "c", true, "d", "x,y"));
  }

  @Test
  void aFlagGivenTwiceKeepsBothAndTheLastHolds() {
    Launch launch = Launch.parse("llama-server -m m -c 1 --ctx-size 2");
    assertThat(launch.options().get("ctx-size")).containsExactly("1", "2");
    assertThat(launch.contextLength()).hasValue(2);
  }

  @Test
  void aFlagIsEvidenceUnderItsLongName() {
    assertThat(Launch.parse("llama-server -m m -c 4096").describe("ctx-size"))
        .isEqualTo(Evidence.launch("--ctx-size", "4096"));
  }

  @Test
  void aVariableIsEvidenceUnderItsOwnNameUnlessAFlagOverrulesIt() {
    assertThat(Launch.parse("OLLAMA_CONTEXT_LENGTH=8192 ollama serve").describe("num_ctx"))
        .isEqualTo(Evidence.launch("OLLAMA_CONTEXT_LENGTH", "8192"));
    assertThat(Launch.parse("LLAMA_ARG_CTX_SIZE=1 llama-server -m m -c 2").describe("ctx-size"))
        .isEqualTo(Evidence.launch("--ctx-size", "2"));
  }

  @Test
  void whatWasNotGivenIsNoEvidence() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Launch.parse("llama-server -m m").describe("ctx-size"))
        .withMessage("there is no --ctx-size");
  }

  @Test
  void aVariableThatSwitchesOffIsNoFlag() {
    String name = "VLLM_ALLOW_LONG_MAX_MODEL_LEN";
    assertThat(Launch.parse(name + "=1 vllm serve x").environmentFlag(name)).isTrue();
    assertThat(Launch.parse(name + "=0 vllm serve x").environmentFlag(name)).isFalse();
    assertThat(Launch.parse("vllm serve x").environmentFlag(name)).isFalse();
  }

  @Test
  void aLaunchCantBeChangedFromOutside() {
    Launch launch = Launch.parse("vllm serve x");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> launch.options().put("a", List.of()));
  }

  @Test
  void noTextThrowsAnythingButASentence() {
    long seed = Long.getLong("rope4j.seed", 20261122);
    Random random = new Random(seed);
    List<String> lines =
        Stream.of("lines.txt", "errors.txt")
            .flatMap(file -> LaunchCase.of(file).stream())
            .map(LaunchCase::text)
            .toList();
    for (int i = 0; i < 5_000; i++) {
      String text = damaged(lines.get(random.nextInt(lines.size())), random);
      try {
        Launch launch = Launch.parse(text);
        launch.parallel();
        launch.options().keySet().forEach(launch::describe);
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).as("seed %d: %s", seed, text).isNotBlank().doesNotContain("\n");
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed + ": " + text, e);
      }
    }
  }

  private static String damaged(String line, Random random) {
    String alphabet = "\\'\"$(){}[]<>|&;#=-,:.`^ \n\t0123456789kKeE_%\u00e9\u0000";
    StringBuilder text = new StringBuilder(line);
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(text.length() + 1);
      switch (random.nextInt(4)) {
        case 0 -> text.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
        case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(5)));
        case 2 -> text.insert(at, text.substring(random.nextInt(at + 1), at));
        default -> text.setLength(at);
      }
    }
    return text.toString();
  }
}
