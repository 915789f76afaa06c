package rope4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// `rope run` as a user sees it, on a small random model that was made for 64 tokens.
class RunCommandTest {

  @Test
  void theSameSeedContinuesAPromptInTheSameWay() {
    Cli first = run("-n", "20", "--seed", "7");
    Cli second = run("-n", "20", "--seed", "7");
    assertThat(first.code()).as(first.toString()).isZero();
    assertThat(first.out()).isEqualTo(second.out()).isNotBlank();
    assertThat(first.err()).contains("answer", "tokens/s", "seed 7");
  }

  @Test
  void withoutTemperatureEveryRunSaysTheSame() {
    assertThat(run("-n", "12", "--temp", "0").out())
        .isEqualTo(run("-n", "12", "--temp", "0").out());
  }

  @Test
  void pastTheLengthTheModelWasMadeForItRefusesAndNamesTheFlags() {
    run("-n", "1000").isRefusedWith("beyond the", "--rope-scaling yarn", "--allow-degraded");
  }

  @Test
  void allowedToDegradeItWarnsAndGoesOn() {
    Cli run = run("-n", "30", "-c", "600", "--allow-degraded", "--ignore-eos");
    assertThat(run.code()).as(run.toString()).isZero();
    assertThat(run.err()).contains("expect the text to fall apart").contains("answer 30 tokens");
  }

  @Test
  void givenScalingIsSaidAndApplied() {
    Cli run =
        run(
            "-n",
            "30",
            "-c",
            "600",
            "--rope-scaling",
            "linear",
            "--rope-scale",
            "10",
            "--temp",
            "0");
    assertThat(run.code()).as(run.toString()).isZero();
    assertThat(run.err()).contains("rotating with --rope-scaling linear --rope-scale 10");
  }

  @Test
  void keysAndValuesMayBeStoredInHalfTheBytes() {
    Cli run = run("-n", "12", "--temp", "0", "-ctk", "f16", "--cache-type-v", "f16");
    assertThat(run.code()).as(run.toString()).isZero();
    assertThat(run.out()).isEqualTo(run("-n", "12", "--temp", "0").out());
  }

  @Test
  void aTypeOfKeysThatIsNotKnownOrDoesNotFitIsRefused() {
    run("-ctk", "q3").isRefusedWith("--cache-type-k q3 is not known; known are f32, f16, q8_0");
    run("-ctv", "q8_0").isRefusedWith("heads of 16 channels", "use f16");
  }

  @Test
  void aContextThatDoesNotFitIntoTheMemoryIsRefusedWithNumbersAndRemedies() {
    run("-c", "2000000000", "--allow-degraded")
        .isRefusedWith(
            "keys and values of 2000000000 tokens take", "with -c", "--cache-type-k f16");
  }

  @Test
  void flagsThatDoNotScaleFarEnoughAreRefusedLikeNone() {
    run("-n", "400", "--rope-scaling", "none")
        .isRefusedWith("these flags do not scale its rotation far enough", "--allow-degraded");
  }

  @Test
  void numbersThatMakeNoSenseAreRefused() {
    run("--rope-scale", "1e300")
        .isRefusedWith("--rope-scale must be a factor by which a context can grow");
    run("-n", "0").isRefusedWith("--predict must be at least 1");
    run("-c", "3").isRefusedWith("leaves no room in --ctx-size 3");
    run("--temp", "-1").isRefusedWith("--temp is -1.0");
    run("--top-p", "2").isRefusedWith("--top-p is 2.0");
    Cli.run("run", Cli.zoo("llama-gqa")).isRefusedWith("--prompt");
  }

  @Test
  void withATemplateAQuestionIsAnswered() {
    Cli run =
        run(
            "--chat",
            "--chat-template",
            "chatml",
            "--system",
            "be kind",
            "-n",
            "5",
            "-c",
            "400",
            "--allow-degraded",
            "--ignore-eos");
    assertThat(run.code()).as(run.toString()).isZero();
    assertThat(run.err()).contains("answer 5 tokens");
  }

  @Test
  void aModelWithoutATemplateIsNotTalkedWith() {
    run("--chat").isRefusedWith("has no chat template", "--chat-template", "chatml");
    run("--chat", "--chat-template", "nosuch").isRefusedWith("nosuch is no file", "llama3");
    run("--system", "be kind").isRefusedWith("need --chat");
  }

  @Test
  void aConversationThatDoesNotFitIsRefused() {
    run("--chat", "--chat-template", "chatml", "-c", "20").isRefusedWith("larger", "--ctx-size");
  }

  @Test
  void pastTheTrainedLengthALineSaysHowTheTextHangsTogether() {
    Cli run = run("-n", "300", "-c", "400", "--allow-degraded", "--ignore-eos", "--temp", "0");
    assertThat(run.code()).as(run.toString()).isZero();
    assertThat(run.err()).containsPattern("repetition \\d\\.\\d\\d .*entropy \\d+\\.\\d nats");
  }

  @Test
  void withinItTheLineComesOnRequest() {
    assertThat(run("-n", "40", "--ignore-eos").err()).doesNotContain("repetition");
    assertThat(run("-n", "40", "--ignore-eos", "--coherence").err())
        .containsPattern("repetition \\d\\.\\d\\d, entropy");
  }

  private static Cli run(String... flags) {
    String[] words = new String[flags.length + 4];
    words[0] = "run";
    words[1] = Cli.zoo("llama-gqa").toString();
    words[2] = "-p";
    words[3] = "hello there";
    System.arraycopy(flags, 0, words, 4, flags.length);
    return Cli.run((Object[]) words);
  }
}
