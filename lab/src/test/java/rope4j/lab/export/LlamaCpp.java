package rope4j.lab.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// llama.cpp itself, in a process of its own: its threads would keep this one from ending, and
/// where it does not like a file it may abort.
final class LlamaCpp {

  private static final int DOES_NOT_LOAD = 3;

  /// @param length tokens to continue each prompt by
  record Request(List<Path> models, List<String> prompts, int length) {}

  /// @param tokens what the prompt was cut into, without one that the model puts before
  /// @param text what follows the prompt when always the likeliest token is taken
  record Answer(List<Integer> tokens, String text) {}

  private LlamaCpp() {}

  /// Has each model continue each prompt. A test that asks is skipped where llama.cpp's library
  /// can't be loaded: on platforms that it was not built for, or without OpenMP's library.
  ///
  /// @return for each model an answer to each prompt
  static List<List<Answer>> answers(Request request, Path folder)
      throws IOException, InterruptedException {
    Path asked = folder.resolve("request.json");
    new JsonMapper().writeValue(asked.toFile(), request);
    Path answers = folder.resolve("answers.json");
    Path log = folder.resolve("llama.cpp.log");
    // The library unpacks itself there, and first deletes whatever is called llama*: without this,
    // in the temporary folder of all programs.
    Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Dde.kherud.llama.tmpdir=" + unpacked,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                LlamaCpp.class.getName(),
                asked.toString(),
                answers.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
    }
    String said = Files.readString(log);
    assumeFalse(
        process.exitValue() == DOES_NOT_LOAD, () -> "llama.cpp's library can't be loaded: " + said);
    assertThat(process.exitValue()).as(said).isZero();
    return Stream.of(new JsonMapper().readValue(answers.toFile(), Answer[][].class))
        .map(List::of)
        .toList();
  }

  /// @param arguments a file with a request, and one for the answers
  public static void main(String... arguments) {
    int code = 1;
    try {
      Request request = new JsonMapper().readValue(Path.of(arguments[0]).toFile(), Request.class);
      List<List<Answer>> answers = request.models().stream().map(m -> answers(m, request)).toList();
      new JsonMapper().writeValue(Path.of(arguments[1]).toFile(), answers);
      code = 0;
    } catch (UnsatisfiedLinkError e) {
      System.err.println(e.getMessage());
      code = DOES_NOT_LOAD;
    } catch (Throwable e) {
      e.printStackTrace();
    } finally {
      Runtime.getRuntime().halt(code);
    }
  }

  private static List<Answer> answers(Path file, Request request) {
    // A context of 0 is the model's own.
    LlamaModel model =
        new LlamaModel(
            new ModelParameters()
                .setModel(file.toString())
                .setCtxSize(0)
                .setThreads(1)
                .setThreadsBatch(1)
                .skipWarmup());
    return request.prompts().stream()
        .map(prompt -> {
          InferenceParameters greedy =
              new InferenceParameters(prompt).setTemperature(0).setNPredict(request.length());
          List<Integer> tokens = Arrays.stream(model.encode(prompt)).boxed().toList();
          return new Answer(tokens, model.complete(greedy));
        })
        .toList();
  }
}
