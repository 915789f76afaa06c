package rope4j.diagnosis.probe.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rope4j.diagnosis.probe.retrieval.RetrievalTask.DoesNotFitException;
import rope4j.diagnosis.probe.retrieval.RetrievalTask.Question;
import rope4j.diagnosis.probe.trial.TextTokens;

class KeyValuesTest {

  private static final int KEYS = 128;

  /// As the lab writes it: keys below 128 at even places, values from 128 on between them.
  private static KeyValues ofTheLab() {
    int[] one = IntStream.range(0, 512).map(i -> i % 2 * KEYS + i / 2 % KEYS).toArray();
    int[] other = IntStream.range(0, 512).map(i -> i % 2 * KEYS + (i / 2 + 7) % KEYS).toArray();
    return new KeyValues(TextTokens.of(List.of(one, other)));
  }

  /// A text in which anything may follow anything, and whose windows begin with token 1.
  private static KeyValues ofAStory() {
    int[] one = IntStream.range(0, 900).map(i -> i == 0 ? 1 : 2 + i * 7 % 300).toArray();
    int[] other = IntStream.range(0, 900).map(i -> i == 0 ? 1 : 2 + i * 11 % 300).toArray();
    return new KeyValues(TextTokens.of(List.of(one, other)));
  }

  private static Question ask(KeyValues task, int length, double depth) {
    return task.question(length, depth, new SplittableRandom(3));
  }

  @Test
  void theFormIsThatOfTheLab() {
    int[] tokens = ask(ofTheLab(), 128, 0.5).right().tokens();
    assertThat(tokens).hasSize(128);
    for (int at = 0; at < tokens.length; at++) {
      assertThat(tokens[at] >= KEYS).as("value at " + at).isEqualTo(at % 2 == 1);
    }
    Set<Integer> keys = new HashSet<>();
    for (int pair = 0; pair < 32; pair++) {
      assertThat(keys.add(tokens[2 * pair])).as("a new key").isTrue();
    }
    for (int at = 64; at < 128; at += 2) {
      int pair = indexOf(tokens, tokens[at], 0);
      assertThat(pair).isLessThan(64);
      assertThat(tokens[at + 1]).isEqualTo(tokens[pair + 1]);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.25, 0.5, 0.75, 1})
  void thePairAskedForStandsAsFarBackAsSaidAndNowhereElse(double depth) {
    for (KeyValues task : List.of(ofTheLab(), ofAStory())) {
      Question question = ask(task, 256, depth);
      Prompt prompt = question.right();
      int[] tokens = prompt.tokens();
      int key = tokens.length - 2;
      int pair = indexOf(tokens, tokens[key], 0);
      assertThat(key - pair).isEqualTo(question.distance()).isBetween(127, 256);
      assertThat(tokens[pair + 1]).isEqualTo(tokens[key + 1]);
      assertThat(indexOf(tokens, tokens[key], pair + 1)).isEqualTo(key);
      assertThat(prompt.answerFrom()).isEqualTo(key + 1);
    }
  }

  @Test
  void whereTheTextMixesThemNoTokenIsBothKeyAndValue() {
    int[] tokens = ask(ofAStory(), 257, 0).right().tokens();
    assertThat(tokens[0]).isEqualTo(1);
    Set<Integer> keys = new HashSet<>();
    Set<Integer> values = new HashSet<>();
    for (int at = 1; at < tokens.length; at++) {
      (at % 2 == 1 ? keys : values).add(tokens[at]);
    }
    assertThat(keys).hasSize(64).doesNotContain(1).doesNotContainAnyElementsOf(values);
  }

  @Test
  void fewKeysAreAskedForAgainButThePairInQuestionIsNot() {
    int[] text = {5, 6, 7, 8, 9, 5, 6, 8, 7, 9};
    KeyValues task = new KeyValues(TextTokens.of(List.of(text, new int[] {6, 5, 7, 8, 9})));
    int[] tokens = ask(task, 40, 0).right().tokens();
    assertThat(tokens).hasSize(40);
    assertThat(Arrays.stream(tokens).filter(token -> token == tokens[0]).count()).isEqualTo(2);
    assertThat(tokens[38]).isEqualTo(tokens[0]);
  }

  @Test
  void rightAndWrongDifferInTheAnswerOnly() {
    Question question = ask(ofTheLab(), 64, 0.25);
    int[] right = question.right().tokens();
    int[] wrong = question.wrong().tokens();
    assertThat(Arrays.copyOf(wrong, 63)).isEqualTo(Arrays.copyOf(right, 63));
    assertThat(wrong[63]).isNotEqualTo(right[63]);
    assertThat(ask(ofTheLab(), 64, 0.25).right().tokens()).isEqualTo(right);
  }

  @Test
  void aGuessAmongTheValuesIsSeldomRight() {
    assertThat(ofTheLab().chance()).isEqualTo(1.0 / 128);
    assertThat(ofAStory().chance()).isEqualTo(1.0 / 150);
  }

  @Test
  void whatIsTooShortOrTooPoorIsSaid() {
    assertThatThrownBy(() -> ask(ofTheLab(), 7, 0))
        .isInstanceOf(DoesNotFitException.class)
        .hasMessageContaining("8 tokens, more than 7");
    assertThat(new KeyValues(TextTokens.of(List.of(new int[] {1, 1, 1, 1}))).possible()).isFalse();
  }

  private static int indexOf(int[] tokens, int token, int from) {
    return IntStream.range(from, tokens.length)
        .filter(i -> tokens[i] == token)
        .findFirst()
        .orElse(-1);
  }
}
