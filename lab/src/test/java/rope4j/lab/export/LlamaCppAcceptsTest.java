package rope4j.lab.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.Model;
import rope4j.inference.Session;
import rope4j.inference.tokenizer.Tokenizer;
import rope4j.lab.export.LlamaCpp.Answer;
import rope4j.lab.export.LlamaCpp.Request;
import rope4j.lab.model.LanguageModel;
import rope4j.lab.model.PositionEncoding;
import rope4j.lab.task.Induction;
import rope4j.lab.task.Task;

/// What the lab writes, loaded by a real llama.cpp: it cuts texts into the same tokens, and takes
/// the same token to be the likeliest, as this project's engine.
class LlamaCppAcceptsTest {

  private static final Path DEMO = Path.of("demo");

  /// Many times what rounding moves a logit, be it of activations to the eight bits that llama.cpp
  /// gives them where weights are Q8_0.
  private static final double CLEARLY = 0.2;

  /// As many tokens as the models of [ExportTest] have.
  private static final Task TASK = new Induction(64, false);

  private static final int PROMPTS = 8;
  private static final int LENGTH = 8;

  @TempDir Path folder;

  /// What the engine says as long as one token is clearly the likeliest.
  private record Expected(List<Integer> tokens, String text, int clear) {}

  private static Expected inTheEngine(Model model, String prompt, int length) {
    Tokenizer tokenizer = model.tokenizer();
    int[] tokens = tokenizer.encode(prompt);
    int context = model.description().contextLength();
    Session session = model.session(model.rotation(RopeOverrides.NONE, context), context);
    if (tokenizer.addsBos()) {
      session.feed(tokenizer.bos().orElseThrow());
    }
    float[] logits = session.feed(tokens);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    int clear = 0;
    while (clear < length) {
      int[] best = twoBest(logits);
      if (logits[best[0]] - logits[best[1]] < CLEARLY) {
        break;
      }
      clear++;
      text.writeBytes(tokenizer.bytes(best[0]));
      if (tokenizer.endsGeneration(best[0])) {
        break;
      }
      logits = session.feed(best[0]);
    }
    return new Expected(
        Arrays.stream(tokens).boxed().toList(), text.toString(StandardCharsets.UTF_8), clear);
  }

  private static int[] twoBest(float[] logits) {
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted((a, b) -> Float.compare(logits[b], logits[a]))
        .limit(2)
        .mapToInt(i -> i)
        .toArray();
  }

  @Test
  void theModelThatShipsTellsTheSameStory() throws Exception {
    Path file = DEMO.resolve("story.gguf");
    // Ends within a song that was sung before.
    String prompt = Files.readString(DEMO.resolve("story.txt")).substring(0, 310);

    Answer answer =
        LlamaCpp.answers(new Request(List.of(file), List.of(prompt), 16), folder)
            .getFirst()
            .getFirst();

    try (Model model = Model.load(file, 1)) {
      Expected expected = inTheEngine(model, prompt, 16);
      assertThat(expected.clear()).isEqualTo(16);
      assertThat(answer).isEqualTo(new Answer(expected.tokens(), expected.text()));
    }
  }

  /// Every rotation that can leave, and every way to store weights.
  @TestFactory
  Stream<DynamicTest> exportedModelsSayTheSame() throws Exception {
    Map<String, Path> files = new LinkedHashMap<>();
    for (PositionEncoding.Rope rope : ExportTest.ROPES) {
      files.put("F32, " + rope, export(rope, Storage.F32, files.size()));
    }
    for (Storage storage : List.of(Storage.F16, Storage.Q8_0)) {
      files.put(storage.name(), export(ExportTest.ROPE, storage, files.size()));
    }
    List<Path> models = List.copyOf(files.values());
    List<String> prompts = prompts();
    List<List<Answer>> answers = LlamaCpp.answers(new Request(models, prompts, LENGTH), folder);

    List<DynamicTest> tests = new ArrayList<>();
    for (String name : files.keySet()) {
      int i = tests.size();
      tests.add(
          DynamicTest.dynamicTest(name, () -> compare(models.get(i), prompts, answers.get(i))));
    }
    tests.add(
        DynamicTest.dynamicTest(
            "answers depend on the rotation",
            () ->
                assertThat(Set.copyOf(answers.subList(0, ExportTest.ROPES.size())).size())
                    .isGreaterThan(ExportTest.ROPES.size() / 2)));
    return tests.stream();
  }

  private static void compare(Path file, List<String> prompts, List<Answer> answers) {
    int clear = 0;
    try (Model model = Model.load(file, 1)) {
      for (int i = 0; i < prompts.size(); i++) {
        Expected expected = inTheEngine(model, prompts.get(i), LENGTH);
        assertThat(answers.get(i).tokens()).isEqualTo(expected.tokens());
        assertThat(answers.get(i).text()).startsWith(expected.text());
        clear += expected.clear();
      }
    }
    assertThat(clear).as("tokens compared").isGreaterThanOrEqualTo(PROMPTS);
  }

  private Path export(PositionEncoding.Rope rope, Storage storage, int number) {
    Path file = folder.resolve(number + ".gguf");
    try (LanguageModel model = ExportTest.model(rope, rope.rotaryFraction() == 1)) {
      Release release =
          new Release(
              "test", model, rope, 4 * ExportTest.TRAINED, Optional.of(Writing.vocabulary(TASK)));
      GgufExport.write(release, storage, file);
    }
    return file;
  }

  /// Random tokens, three times what was trained.
  private static List<String> prompts() {
    Random random = new Random(2);
    return Stream.generate(() -> random.ints(3 * ExportTest.TRAINED, 0, 64).toArray())
        .limit(PROMPTS)
        .map(tokens -> Writing.text(TASK, tokens))
        .toList();
  }
}
