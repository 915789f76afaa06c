package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TuneCommandTest {

  private static final Path MODEL = Cli.zoo("llama-gqa");

  @TempDir private Path folder;
  private Path tokens;

  @BeforeEach
  void someTokens() throws IOException {
    tokens = Files.writeString(folder.resolve("tokens.txt"), ids(4000));
  }

  @Test
  void printsOneJsonObjectAndWritesWhatItFound() {
    Path out = folder.resolve("out");
    Cli run = tune(out, 120, "--json");
    JsonNode json = run.json();
    assertThat(json.propertyNames())
        .contains("model", "lengths", "improved", "recommended", "points", "front", "recipes");
    assertThat(run.code()).isEqualTo(json.at("/improved").asBoolean() ? 0 : 1);
    assertThat(json.at("/cost/evaluations").asInt()).isEqualTo(120);
    assertThat(out.resolve("report.html")).exists();
    assertThat(out.resolve("recipes.txt")).exists();
    assertThat(out.resolve("rope_parameters.json")).exists();
    assertThat(out.resolve("result.json")).content().contains(run.out().strip());
    assertThat(out.resolve("llama-gqa-256.gguf")).exists();
  }

  @Test
  void theTableEndsWithAVerdict() {
    Cli run = tune(folder.resolve("out"), 120, "--no-model");
    assertThat(run.code()).isBetween(0, 1);
    assertThat(run.out()).contains("YaRN ×4", "recommended: ", "written: ");
    assertThat(folder.resolve("out/llama-gqa-256.gguf")).doesNotExist();
  }

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void aSearchThatIsKilledGoesOnWhereItWas() throws Exception {
    Path killed = folder.resolve("killed");
    Path whole = folder.resolve("whole");
    Path kept = killed.resolve("evaluations.jsonl");
    Process process = start(killed, 600);
    while (lines(kept).size() < 80) {
      assertThat(process.isAlive()).as("it ended before it could be killed").isTrue();
      Thread.sleep(5);
    }
    process.destroyForcibly().waitFor();
    int known = lines(kept).size();
    Cli resumed = tune(killed, 600, "--json");
    Cli once = tune(whole, 600, "--json");
    assertThat(resumed.err()).contains("evaluations are known");
    assertThat(resumed.json().at("/points")).isEqualTo(once.json().at("/points"));
    assertThat(resumed.json().at("/front")).isEqualTo(once.json().at("/front"));
    assertThat(resumed.json().at("/recommended")).isEqualTo(once.json().at("/recommended"));
    // Half a line may have been cut off.
    assertThat(resumed.json().at("/cost/prefills").asInt())
        .isBetween(
            once.json().at("/cost/prefills").asInt() - known,
            once.json().at("/cost/prefills").asInt() - known + 1);
    assertThat(keys(kept)).doesNotHaveDuplicates();
    assertThat(keys(kept)).containsExactlyElementsOf(keys(whole.resolve("evaluations.jsonl")));
  }

  @Test
  void badInputIsOneSentence() throws IOException {
    Path few = Files.writeString(folder.resolve("few.txt"), ids(300));
    Object[] base = {"tune", MODEL, "--context", 256, "--out", folder.resolve("none")};
    run(base, "--tokens", few).isRefusedWith("too short");
    Path model = Files.createDirectory(folder.resolve("other-model"));
    Files.writeString(model.resolve("config.json"), "{}");
    Cli.run("tune", MODEL, "--context", 256, "--tokens", tokens, "--out", model)
        .isRefusedWith("holds a model");
    assertThat(model.resolve("config.json")).hasContent("{}");
    run(base, "--tokens", tokens, "--budget", 10).isRefusedWith("does not suffice", "at least");
    run(base, "--tokens", tokens, "--budget", "soon").isRefusedWith("is no budget");
    run(base, "--tokens", tokens, "--preset", "best").isRefusedWith("longrope2");
    run(base, "--tokens", tokens, "--space", "spiral").isRefusedWith("spiral", "base, yarn");
    run(base, "--tokens", tokens, "--objective", "foo")
        .isRefusedWith("--objective", "'foo' is none of nll, needle, both");
    run(base, "--tokens", tokens, "--documents", "pages")
        .isRefusedWith("--documents", "'pages' is none of auto, line, whole");
    run(base, "--tokens", folder.resolve("absent")).isRefusedWith("there is no file");
    run(base).isRefusedWith("--text");
    Cli.run("tune", MODEL, "--context", 64, "--tokens", tokens).isRefusedWith("no extension");
    Cli.run("tune", MODEL, "--context", 128, "--tokens", tokens, "--objective", "needle")
        .isRefusedWith("no room", "--context of at least");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void anotherModelsResultsAreNotMixedWithThese() {
    Path out = folder.resolve("out");
    assertThat(tune(out, 120, "--no-model").code()).isBetween(0, 1);
    Cli.run(
            "tune",
            Cli.zoo("qwen2"),
            "--context",
            256,
            "--tokens",
            tokens,
            "--budget",
            120,
            "--out",
            out)
        .isRefusedWith("another model", "--out");
  }

  @Test
  void aFileOfSomethingElseByTheNameOfItsOwnStays() throws IOException {
    Path out = Files.createDirectory(folder.resolve("out"));
    Path other = Files.writeString(out.resolve("evaluations.jsonl"), "{\"score\": 1}");
    tune(out, 120).isRefusedWith("something other than", "name another --out");
    assertThat(other).hasContent("{\"score\": 1}");
  }

  private Cli tune(Path out, int budget, Object... more) {
    return run(
        new Object[] {
          "tune", MODEL, "--context", 256, "--tokens", tokens, "--budget", budget, "--out", out
        },
        more);
  }

  private static Cli run(Object[] words, Object... more) {
    List<Object> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(more));
    return Cli.run(all.toArray());
  }

  /// The command as a process of its own.
  private Process start(Path out, int budget) throws IOException {
    String path =
        System.getProperty("jdk.module.path", "")
            + File.pathSeparator
            + System.getProperty("java.class.path");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            path,
            "rope4j.cli.Rope",
            "tune",
            MODEL.toString(),
            "--context",
            "256",
            "--tokens",
            tokens.toString(),
            "--budget",
            Integer.toString(budget),
            "--out",
            out.toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /// Evaluations; the first line names the model.
  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file)
        ? Files.readString(file).lines().skip(1).filter(line -> line.endsWith("}")).toList()
        : List.of();
  }

  private static List<String> keys(Path file) throws IOException {
    return lines(file).stream()
        .map(line -> JsonMapper.shared().readTree(line).at("/key").asString())
        .toList();
  }

  private static String ids(int count) {
    return new Random(3)
        .ints(count, 3, 288)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(" "));
  }
}
