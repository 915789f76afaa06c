package rope4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.RopeOverrides;

/// A model whose attention is cut knows of nothing that stands farther back than its layers'
/// windows reach together.
class AttentionWindowTest {

  private static final int[] TOKENS = new Random(7).ints(300, 3, 288).toArray();

  private static double[] losses(Model model, int... tokens) {
    return model.scorer().score(tokens, model.rotation(RopeOverrides.NONE, tokens.length));
  }

  @Test
  void aWindowAsLongAsTheTextChangesNothing() {
    try (Model model = Zoo.load("llama-gqa")) {
      assertThat(losses(model.withAttentionWindow(TOKENS.length), TOKENS))
          .containsExactly(losses(model, TOKENS));
    }
  }

  @Test
  void tokensBeforeAllWindowsDoNotCount() {
    int window = 20;
    try (Model model = Zoo.load("llama-gqa")) {
      int reach = model.description().layers() * (window - 1);
      int[] other = TOKENS.clone();
      other[0] = (other[0] + 1) % 200 + 3;
      Model cut = model.withAttentionWindow(window);
      double[] before = losses(cut, TOKENS);
      double[] after = losses(cut, other);
      for (int position = 0; position < before.length; position++) {
        assertThat(before[position] != after[position])
            .as("position " + position + " hears of the first token")
            .isEqualTo(position <= reach);
      }
    }
  }

  @Test
  void aSessionSeesTheSameWindow() {
    try (Model model = Zoo.load("llama-gqa")) {
      Model cut = model.withAttentionWindow(20);
      ModelRotation rotation = cut.rotation(RopeOverrides.NONE, TOKENS.length);
      double[] losses = cut.scorer().score(TOKENS, rotation);
      Session session = cut.session(rotation, TOKENS.length);
      for (int i = 0; i + 1 < TOKENS.length; i++) {
        float[] logits = session.feed(TOKENS[i]);
        assertThat(loss(logits, TOKENS[i + 1])).isCloseTo(losses[i], within(1e-3));
      }
    }
  }

  @Test
  void whatIsSeenBeginsWhereTheShorterWindowDoes() {
    try (Model model = Zoo.load("llama-gqa")) {
      assertThat(model.attentionWindow()).isEmpty();
      assertThat(model.firstSeen(0, 100)).isZero();
      Model cut = model.withAttentionWindow(20);
      assertThat(cut.attentionWindow()).hasValue(20);
      assertThat(cut.firstSeen(0, 100)).isEqualTo(81);
      assertThat(cut.withAttentionWindow(30).firstSeen(0, 100)).isEqualTo(81);
    }
  }

  @Test
  void aWindowOfNothingIsRefused() {
    try (Model model = Zoo.load("llama-gqa")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.withAttentionWindow(0))
          .withMessageContaining("at least 1 token");
    }
  }

  private static double loss(float[] logits, int token) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    return Math.log(sum) - logits[token];
  }
}
