package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.tokenizer.TextDecoder;
import rope4j.inference.tokenizer.Tokenizer;

/// The guide's code, run on a small random model.
class EmbeddingGuideTest {

  private final Path file = Path.of("src/test/resources/parity/zoo/models/llama-gqa.gguf");
  private final int context = 48;
  private final StringWriter text = new StringWriter();
  private final PrintWriter out = new PrintWriter(text);

  @Test
  void everyBlockOfTheGuideStandsInThisFile() throws IOException {
    String source =
        words(Files.readString(Path.of("src/test/java/rope4j/inference/EmbeddingGuideTest.java")));
    List<String> blocks =
        Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../docs/embedding.md")))
            .results()
            .map((MatchResult block) -> block.group(1))
            .toList();
    assertThat(blocks).hasSizeGreaterThan(5);
    for (String block : blocks) {
      assertThat(source).contains(words(block));
    }
  }

  /// A formatter may break lines elsewhere than the guide does.
  private static String words(String code) {
    return code.replaceAll("\\s+", "");
  }

  @Test
  void aModelIsLoadedAndContinuesAText() {
    try (Model model = Model.load(file)) {
      Tokenizer tokenizer = model.tokenizer();
      int[] prompt = tokenizer.encode("Once upon a time");
      continueText(model, tokenizer, prompt);
    }
    assertThat(text.toString()).isNotEmpty();
  }

  private void continueText(Model model, Tokenizer tokenizer, int[] prompt) {
    ModelRotation rotation = model.rotation(RopeOverrides.NONE, context);
    Session session = model.session(rotation, context);
    Sampler sampler = new Sampler(Sampling.ordinary(42), model.vocabularySize());
    TextDecoder decoder = new TextDecoder(tokenizer);
    float[] logits = session.feed(prompt);
    while (session.length() < session.capacity()) {
      int token = sampler.next(logits);
      if (tokenizer.endsGeneration(token)) {
        break;
      }
      sampler.accept(token);
      out.print(decoder.add(token));
      logits = session.feed(token);
    }
    out.print(decoder.end());
    assertThat(logits).hasSize(model.vocabularySize());
  }

  @Test
  void whatWasReadNeedNotBeReadAgain() {
    try (Model model = Model.load(file)) {
      int[] prompt = model.tokenizer().encode("Once upon a time");
      Session session = model.session(model.rotation(RopeOverrides.NONE, context), context);
      float[] before = session.feed(prompt).clone();
      session.truncate(prompt.length - 1);
      float[] again = session.feed(prompt[prompt.length - 1]);
      assertThat(again).containsExactly(before, within(1e-4f));
    }
  }

  @Test
  void sessionsDoNotDisturbEachOther() {
    try (Model model = Model.load(file)) {
      Tokenizer tokenizer = model.tokenizer();
      ModelRotation rotation = model.rotation(RopeOverrides.NONE, context);
      float[] alone = model.session(rotation, context).feed(tokenizer.encode("goodbye")).clone();
      Session first = model.session(rotation, context);
      Session second = model.session(rotation, context);
      first.feed(tokenizer.encode("hello"));
      float[] other = second.feed(tokenizer.encode("goodbye"));
      assertThat(other).isEqualTo(alone);
    }
  }

  @Test
  void aTextIsScoredUnderAnyRotation() {
    try (Model model = Model.load(file)) {
      int[] tokens = model.tokenizer().encode("Once upon a time there was a model");
      ModelRotation rotation = model.rotation(RopeOverrides.NONE, context);
      double[] nll = model.scorer().score(tokens, rotation);
      double perplexity = Math.exp(Arrays.stream(nll).average().orElseThrow());
      assertThat(perplexity).isGreaterThan(1);
      RopeOverrides flags = RopeOverrides.NONE.withScale(4);
      ModelRotation longer = model.rotation(flags, 4 * context);
      assertThat(model.scorer().score(tokens, longer)).isNotEqualTo(nll).hasSameSizeAs(nll);
    }
  }

  @Test
  void aClosedModelDoesNotCompute() {
    Model model = Model.load(file);
    Session session = model.session(model.rotation(RopeOverrides.NONE, context), context);
    model.close();
    assertThatIllegalStateException().isThrownBy(() -> session.feed(1));
  }
}
