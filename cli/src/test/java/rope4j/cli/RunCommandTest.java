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
  void minusOneIsAnySeedAndAllTokens() {
    Cli first = run("-n", "5", "--seed", "-1");
    assertThat(first.code()).as(first.toString()).isZero();
    assertThat(first.err()).containsPattern("seed \\d+").doesNotContain("seed -1");
    String all = run("-n", "12", "--seed", "3", "--top-k", "0").out();
    assertThat(run("-n", "12", "--seed", "3", "--top-k", "-1").out()).isEqualTo(all);
    String whole =
        run("-n", "12", "--seed", "3", "--repeat-penalty", "2", "--repeat-last-n", "-1").out();
    assertThat(
            run("-n", "12", "--seed", "3", "--repeat-penalty", "2", "--repeat-last-n", "2147483647")
                .out())
        .isEqualTo(whole);
    run("--repeat-last-n", "-2").isRefusedWith("--repeat-last-n is -2", "-1 (the whole context)");
  }

  @Test
  void withoutALimitItWritesUntilTheContextIsFull() {
    for (String limit : new String[] {"-1", "-2"}) {
      Cli run = run("-n", limit, "--ignore-eos");
      assertThat(run.code()).as(run.toString()).isZero();
      assertThat(run.err())
          .contains(
              "rope: cut because the context of 64 tokens is full; give a larger one with -c");
    }
    Cli run = run("-n", "-1", "--ignore-eos", "-c", "30");
    assertThat(run.err()).contains("the context of 30 tokens is full");
    run("-n", "-3").isRefusedWith("--predict must be at least 1, or -1 for no limit");
  }

  @Test
  void anAnswerCutByItsLimitSaysSo() {
    Cli run = run("-n", "7", "--ignore-eos");
    assertThat(run.err())
        .contains("rope: cut after 7 tokens by --predict; give a larger -n, or -1 for no limit");
    assertThat(run.out()).doesNotContain("cut after");
  }

  @Test
  void aModelWithoutRotationRefusesItsFlags() {
    Cli.run("run", Cli.zoo("mpt"), "-p", "hi", "-n", 4, "--rope-scaling", "yarn", "--rope-scale", 4)
        .isRefusedWith(
            "this model has no rotation",
            "--rope-scaling yarn --rope-scale 4",
            "leave the flags out");
    Cli.run("run", Cli.zoo("gpt2"), "-p", "hi", "-n", 4, "--rope-freq-base", 5000)
        .isRefusedWith(
            "this model has no rotation (its positions are learned)", "--rope-freq-base 5000");
  }

  @Test
  void aModelWithLearnedPositionsGoesNoFurtherWhateverIsAllowed() {
    for (String flag : new String[] {"--ignore-eos", "--allow-degraded"}) {
      Cli run = Cli.run("run", Cli.zoo("gpt2"), "-p", "hi", "-n", 400, flag);
      run.isRefusedWith("it has learned 256 positions and can know no others", "ask for no more");
      assertThat(run.err()).doesNotContain("rotation", "--allow-degraded");
    }
  }

  @Test
  void aModelWithBiasesIsNotToldOfItsRotation() {
    Cli.run("run", Cli.zoo("mpt"), "-p", "hi", "-n", 400)
        .isRefusedWith(
            "beyond the 64", "it has no rotation that could be scaled", "--allow-degraded");
  }

  @Test
  void aContextFarTooLongNamesTheOneTheModelWasMadeFor() {
    run("-c", "2000000000").isRefusedWith("the model was made for 64");
  }

  @Test
  void aTemplateThatIsNoTextIsRefusedWithTheRemedy() {
    String model = Cli.zoo("llama-gqa").toString();
    run("--chat", "--chat-template", model)
        .isRefusedWith("is not text (UTF-8); give one", "chatml");
    run("--chat", "--chat-template", Cli.zoo("llama-gqa").getParent().toString())
        .isRefusedWith("is a folder; give one with --chat-template: chatml", "or a file in Jinja");
  }

  @Test
  void aTemplateWithoutARoleForTheSystemIsTalkedWithAllTheSame() {
    for (String template : new String[] {"gemma", "mistral"}) {
      Cli run =
          run(
              "--chat",
              "--chat-template",
              template,
              "--system",
              "be kind",
              "-n",
              "3",
              "-c",
              "300",
              "--allow-degraded");
      assertThat(run.code()).as(run.toString()).isZero();
    }
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
    run("--chat", "--chat-template", "nosuch")
        .isRefusedWith("nosuch is no file and no template that ships", "llama3");
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
