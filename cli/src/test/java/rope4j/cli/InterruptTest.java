package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Ctrl-C in the middle of a measurement, in a process of its own.
@EnabledOnOs({OS.LINUX, OS.MAC})
class InterruptTest {

  @TempDir private Path folder;

  @Test
  @Timeout(300)
  void whatWasMeasuredIsReportedAndMarkedAsPartial() throws Exception {
    Path results = folder.resolve("results");
    Path page = folder.resolve("page.html");
    Path out = folder.resolve("out.json");
    Process process = start(results, page, out);
    try {
      // The control and two strategies, then the probes' first results.
      while (lines(results) < 6 && process.isAlive()) {
        Thread.sleep(20);
      }
      assertThat(process.isAlive()).as(Files.readString(folder.resolve("err"))).isTrue();
      String signal = interruptsAreIgnored() ? "TERM" : "INT";
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
      assertThat(process.exitValue()).isEqualTo(signal.equals("INT") ? 130 : 143);
    } finally {
      process.destroyForcibly();
    }

    assertThat(Files.readString(folder.resolve("err")))
        .contains("rope: ending after the tokens at hand");
    JsonNode json = JsonMapper.shared().readTree(Files.readString(out));
    assertThat(json.at("/partial").asBoolean()).isTrue();
    assertThat(json.at("/windows").asInt()).as("the main job was done").isEqualTo(1);
    assertThat(json.at("/strategies")).hasSize(2);
    assertThat(json.at("/probes/partial").asBoolean()).isTrue();
    assertThat(json.at("/probes/leftOut").valueStream().map(cost -> cost.at("/probe").asString()))
        .contains("self-check");
    assertThat(Files.readString(page))
        .contains("The time ended before all was measured.")
        .endsWith("</html>\n");
  }

  private Process start(Path results, Path page, Path out) throws IOException {
    Path tokens = Files.writeString(folder.resolve("tokens.txt"), BadInputTest.ids(1100));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            classPath(),
            Rope.class.getName(),
            "doctor",
            Cli.zoo("llama-gqa").toString(),
            "--context",
            "1024",
            "--tokens",
            tokens.toString(),
            "--strategy",
            "unscaled,yarn",
            "--probes",
            "coherence,pairs,self-check",
            "--json",
            "--html",
            page.toString(),
            "--results",
            results.toString())
        .redirectOutput(out.toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  /// Everything this test was started with, modules too.
  private static String classPath() {
    return System.getProperty("jdk.module.path", "")
        + File.pathSeparator
        + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static long lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  /// A shell without job control starts what is in the background so, and the JVM leaves it at
  /// that.
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }
}
