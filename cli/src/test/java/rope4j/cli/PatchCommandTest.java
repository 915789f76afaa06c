package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A patched file does without flags what the old one did with them.
class PatchCommandTest {

  private static final Path MODEL = Cli.zoo("llama-gqa");
  private static final List<Object> YARN = List.of("--rope-scaling", "yarn", "--rope-scale", 8);

  @TempDir private Path folder;
  private Path out;

  @BeforeEach
  void aPlaceForTheResult() {
    out = folder.resolve("out.gguf");
  }

  private static Cli run(Object... words) {
    List<Object> flat = new ArrayList<>();
    for (Object word : words) {
      if (word instanceof List<?> list) {
        flat.addAll(list);
      } else {
        flat.add(word);
      }
    }
    return Cli.run(flat.toArray());
  }

  private static JsonNode frequencies(Object... words) {
    JsonNode layer = run("frequencies", List.of(words), "--json").json().get("layers").get(0);
    return JsonMapper.shared()
        .createArrayNode()
        .add(layer.get("inverseFrequencies"))
        .add(layer.get("attentionFactor"));
  }

  private void assertNothingIsLeft(Path... files) throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactlyInAnyOrder(files);
    }
  }

  @Test
  void thePatchedFileHasTheScaledFrequencies() {
    assertThat(run("patch", MODEL, out, YARN, "-c", 512).code()).isZero();
    assertThat(frequencies(out))
        .isEqualTo(frequencies(MODEL, "-c", 512, "--rope-scaling", "yarn", "--rope-scale", 8))
        .isNotEqualTo(frequencies(MODEL));
  }

  @Test
  void thePatchedFileScoresATextExactlyAsTheFlagsDo() throws IOException {
    Path tokens = Files.writeString(folder.resolve("tokens.txt"), BadInputTest.ids(300));
    for (List<Object> flags :
        List.of(
            YARN,
            List.<Object>of("--rope-scaling", "linear", "--rope-scale", 4),
            List.<Object>of("--rope-freq-base", 80000))) {
      assertThat(run("patch", MODEL, out, flags, "-c", 512, "--force").code()).isZero();
      JsonNode patched = run("perplexity", out, "--tokens", tokens, "--json").json();
      JsonNode flagged =
          run("perplexity", MODEL, "--tokens", tokens, "-c", 512, flags, "--json").json();
      assertThat(patched.get("nll")).hasSize(299).isEqualTo(flagged.get("nll"));
      JsonNode original = run("perplexity", MODEL, "--tokens", tokens, "-c", 512, "--json").json();
      assertThat(patched.get("nll")).isNotEqualTo(original.get("nll"));
    }
  }

  @Test
  void frequencyFactorsBecomeATensor() {
    assertThat(run("patch", MODEL, out, "--rope-freqs", "llama3:8,1,4,64", "-c", 512).code())
        .isZero();
    JsonNode divided = frequencies(out).get(0);
    JsonNode plain = frequencies(MODEL).get(0);
    int last = plain.size() - 1;
    assertThat(divided.get(0)).isEqualTo(plain.get(0));
    assertThat(plain.get(last).asDouble() / divided.get(last).asDouble()).isEqualTo(8);
  }

  @Test
  void factorsAreReadFromAFile() throws IOException {
    int pairs = frequencies(MODEL).get(0).size();
    Path json =
        Files.writeString(folder.resolve("f.json"), "[2" + ", 2.0".repeat(pairs - 1) + "]\n");
    Path text = Files.writeString(folder.resolve("f.txt"), "2\n".repeat(pairs));
    for (Path file : List.of(json, text)) {
      assertThat(run("patch", MODEL, out, "--rope-freqs", file, "--force").code()).isZero();
      assertThat(frequencies(out).get(0).get(0).asDouble()).isEqualTo(0.5);
    }
    Path few = Files.writeString(folder.resolve("few.txt"), "1 2 3");
    run("patch", MODEL, out, "--rope-freqs", few, "--force")
        .isRefusedWith("needs " + pairs, "3 are given");
  }

  @Test
  void keysAreSetAndRemovedByName() {
    Cli cli =
        run(
            "patch",
            MODEL,
            out,
            "--set",
            "llama.rope.freq_base=float:50000",
            "--set",
            "general.name=str:a name",
            "--remove",
            "llama.rope.dimension_count",
            "--json");
    assertThat(cli.code()).as(cli.err()).isZero();
    JsonNode json = cli.json();
    assertThat(json.propertyNames())
        .containsExactly("model", "output", "changes", "warnings", "bytes");
    assertThat(json.get("bytes").asLong()).isEqualTo(out.toFile().length());
    assertThat(json.get("changes").get(0).get("key").asString()).isEqualTo("llama.rope.freq_base");
    assertThat(json.get("changes").get(0).get("to").isNumber()).isTrue();
    assertThat(json.get("changes").get(0).get("to").asDouble()).isEqualTo(50000);
    assertThat(json.get("changes").get(2).get("to").isNull()).isTrue();
    assertThat(run("frequencies", out, "--json").json().get("layers").get(0).get("base").asDouble())
        .isEqualTo(50000);
  }

  @Test
  void aDryRunShowsEverythingAndWritesNothing() throws IOException {
    Cli cli = run("patch", MODEL, out, YARN, "--dry-run");
    assertThat(cli.code()).isZero();
    assertThat(cli.out()).contains("would write", "llama.rope.scaling.type", "– → yarn");
    assertNothingIsLeft();
  }

  @Test
  void whatLlamaCppDoesNotReadIsWarnedOf() {
    Cli cli = run("patch", MODEL, out, YARN, "--yarn-beta-fast", 16);
    assertThat(cli.code()).isZero();
    assertThat(cli.err())
        .contains("rope: warning: llama.cpp does not read llama.rope.scaling.yarn_beta_fast");
  }

  @Test
  void aConfigIsCorrectedForBothVersionsOfTransformers() throws IOException {
    Path in =
        Files.writeString(
            folder.resolve("config.json"),
            """
            {"model_type": "llama", "hidden_size": 4096, "num_attention_heads": 32,
             "max_position_embeddings": 4096, "rope_theta": 500000.0}\
            """);
    Path fixed = folder.resolve("fixed.json");
    assertThat(run("patch", in, fixed, "--config", YARN, "-c", 32768).code()).isZero();
    assertThat(frequencies(fixed))
        .isEqualTo(frequencies(in, "--rope-scaling", "yarn", "--rope-scale", 8));
    run("patch", folder, fixed, "--config", YARN).isRefusedWith("exists", "--force");
    JsonNode changes =
        run("patch", in, folder.resolve("no.json"), "--config", YARN, "--dry-run", "--json")
            .json()
            .get("changes");
    JsonNode scaling = changes.get(0);
    assertThat(scaling.get("key").asString()).isEqualTo("rope_scaling");
    assertThat(scaling.get("from").isNull()).isTrue();
    assertThat(scaling.get("to").get("rope_type").asString()).isEqualTo("yarn");
    assertThat(scaling.get("to").get("factor").asDouble()).isEqualTo(8);
    run("patch", in, in, "--config", YARN, "--force").isRefusedWith("the file that is read");
  }

  @Test
  void aWarningIsOnStandardErrorAndInTheJson() {
    Path factors = Cli.zoo("llama3-ropefreqs");
    Cli cli = run("patch", factors, out, "--rope-scaling", "yarn", "--rope-scale", 4, "--json");
    assertThat(cli.err()).startsWith("rope: warning: this file scales its frequencies already");
    assertThat(cli.json().get("warnings").get(0).asString()).contains("--remove-tensor");
    Cli quiet = run("patch", MODEL, folder.resolve("b.gguf"), "-c", 9, "--json");
    assertThat(quiet.json().get("warnings").isEmpty()).isTrue();
  }

  @Test
  void wrongInputLeavesNothing() throws IOException {
    run("patch", MODEL, out).isRefusedWith("nothing is to be changed", "--rope-scaling", "--set");
    run("patch", MODEL, MODEL, "-c", 9, "--force").isRefusedWith("the file that is read");
    run("patch", MODEL, out, "-c", 0).isRefusedWith("--ctx-size");
    run("patch", MODEL, out, "--rope-scaling", "yarn").isRefusedWith("yarn needs a factor");
    run("patch", MODEL, out, "--rope-scale", -1).isRefusedWith("--rope-scale");
    run("patch", MODEL, out, "--set", "nonsense").isRefusedWith("KEY=TYPE:VALUE");
    run("patch", MODEL, out, "--set", "a=int:x").isRefusedWith("'x' is no int");
    run("patch", MODEL, out, "--set", "a=wide:1").isRefusedWith("int, float, bool, str");
    run("patch", MODEL, out, "--set", "a=float:NaN").isRefusedWith("finite");
    run("patch", MODEL, out, "--set", "llama.context_length=float:1").isRefusedWith("uint32");
    run("patch", MODEL, out, "--set", "general.alignment=int:64").isRefusedWith("alignment");
    run("patch", MODEL, out, "-c", 9, "--set", "llama.context_length=int:8").isRefusedWith("twice");
    run("patch", MODEL, out, "--remove", "no.key").isRefusedWith("no.key");
    run("patch", MODEL, out, "--remove-tensor", "no").isRefusedWith("there is no no");
    run("patch", MODEL, out, "--rope-freqs", "llama3:x").isRefusedWith("'x' is not a number");
    run("patch", MODEL, out, "--rope-freqs", "llama3:8,1").isRefusedWith("LOW,HIGH,ORIGINAL");
    run("patch", MODEL, out, "--rope-freqs", "llama3:8,4,1,64").isRefusedWith("high_freq_factor");
    run("patch", MODEL, out, "--rope-freqs", folder.resolve("no")).isRefusedWith("can't be read");
    run("patch", MODEL, out, "--transformers", 4, YARN).isRefusedWith("--config");
    run("patch", folder, out, YARN).isRefusedWith("--config");
    run("patch", MODEL, folder.resolve("no/out.gguf"), YARN).isRefusedWith("does not exist");
    run("patch", folder.resolve("no.gguf"), out, YARN).isRefusedWith("no such file");
    run("patch", MODEL, out, "--config", YARN).isRefusedWith("llama-gqa.gguf");
    run("patch", MODEL).isRefusedWith("OUT");
    assertNothingIsLeft();
  }
}
