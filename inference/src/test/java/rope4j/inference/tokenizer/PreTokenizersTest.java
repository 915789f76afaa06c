package rope4j.inference.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How texts fall into words, by the names of `tokenizer.ggml.pre`.
class PreTokenizersTest {

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "gpt-2       | Hello  world's 2024!!     | Hello/ / world/'s/ 2024/!!",
        "llama-bpe   | I'LL go 12345 (x)          | I/'LL/ go/ /123/45/ (/x/)",
        "qwen2       | ab 123                     | ab/ /1/2/3",
        "starcoder   | ab 123                     | ab/ /1/2/3",
        "falcon      | (12345) a,b                | (/123/45/)/ a/,/b",
        "default     | 12345+x                    | 123/45/+/x",
        "deepseek-llm| Hi 中文 12!                | Hi/ /中文/ /12/!",
        "deepseek-coder| Hi 中文 12!              | Hi/ /中文/ /1/2/!",
        "deepseek-v3 | x=1234 ~a !!              | x/=/123/4/ /~a/ !!",
        "tekken      | HelloWORLD don't 12        | Hello/WORLD/ don/'t/ /1/2",
        "gpt-4o      | HelloWORLD don't 1234      | Hello/WORLD/ don't/ /123/4",
        "qwen35      | नमस्ते 12                     | नमस्ते/ /1/2",
        "bloom       | Hi, you (there)            | Hi/,/ you/ (/there/)",
        "viking      | Hi 12                      | Hi/ /1/2",
        "superbpe    | a1234567b                  | a/1/234/567/b",
        "afmoe       | a 1234567                  | a/ /1/234/567",
        "tiny_aya    | 1234567 12345x             | 1/234/567/ /123/45/x",
        "kimi-k2     | 中文ab don't 1234          | 中文/ab/ don't/ /123/4",
        "exaone-moe  | a b cd 1                   | a b cd/ /1",
        "chameleon   | a  b1.                     | a/  /b/1/.",
        "bailingmoe  | It'd 12                    | It/'d/ /1/2",
        "ufakzeka    | Ali'nin                    | Ali/'nin",
        "minicpm5    | a1234                      | a/123/4",
        "youtu       | 한글abc, x1                | 한글/abc/,/ x/1",
        "laguna      | a  b                       | a/ / b",
      })
  void wordsAreThoseOfTheExpressions(String name, String text, String words) {
    assertThat(words(name, text)).containsExactly(words.split("/"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"llama-bpe", "qwen2", "deepseek-v3", "gpt-4o", "tekken"})
  void lineFeedsEndBlanksAndTheLastBlankJoinsTheWord(String name) {
    assertThat(words(name, "a \n\n  b  ")).containsExactly("a", " \n\n", " ", " b", "  ");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"gpt-2", "llama-bpe", "qwen2"})
  void everyWhiteSpaceOfUnicodeIsABlank(String name) {
    assertThat(words(name, "a\u3000\u00a0\u0085")).containsExactly("a", "\u3000\u00a0\u0085");
  }

  private static List<String> words(String name, String text) {
    int[] spans =
        PreTokenizers.named(Optional.of(name)).splitter().split(text, new int[] {0, text.length()});
    List<String> words = new ArrayList<>();
    for (int i = 0; i < spans.length; i += 2) {
      words.add(text.substring(spans[i], spans[i + 1]));
    }
    return words;
  }
}
