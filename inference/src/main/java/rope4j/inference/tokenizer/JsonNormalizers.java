package rope4j.inference.tokenizer;

import java.nio.ByteBuffer;
import java.text.Normalizer.Form;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The `normalizer` of a tokenizer.json. Source: Hugging Face tokenizers, `normalizers`.
final class JsonNormalizers {

  private JsonNormalizers() {}

  static Normalizer of(JsonPart part) {
    return switch (part.type()) {
      case "Sequence" -> {
        Normalizer all = Normalizer.NONE;
        for (JsonPart element : part.parts("normalizers")) {
          all = all.then(of(element));
        }
        yield all;
      }
      case "NFC" -> form(Form.NFC);
      case "NFD" -> form(Form.NFD);
      case "NFKC" -> form(Form.NFKC);
      case "NFKD" -> form(Form.NFKD);
      case "Lowercase" -> (text, _) -> text.toLowerCase(Locale.ROOT);
      case "StripAccents" -> BertText.normalizer(false, false, true, false);
      case "Strip" -> strip(part.bool("strip_left", true), part.bool("strip_right", true));
      case "Prepend" -> {
        String prefix = part.text("prepend").orElseThrow(() -> part.wrong("prepend", "a text"));
        yield (text, _) -> text.isEmpty() ? text : prefix + text;
      }
      case "Replace" -> {
        Pattern pattern = JsonPattern.of(part);
        String content =
            Matcher.quoteReplacement(
                part.text("content").orElseThrow(() -> part.wrong("content", "a text")));
        yield (text, _) -> pattern.matcher(text).replaceAll(content);
      }
      case "BertNormalizer" -> {
        boolean lowercases = part.bool("lowercase", true);
        yield BertText.normalizer(
            part.bool("clean_text", true),
            part.bool("handle_chinese_chars", true),
            part.bool("strip_accents", lowercases),
            lowercases);
      }
      case "Precompiled" -> characterMap(part);
      // The bytes' letters are the model's own matter here.
      case "ByteLevel" -> Normalizer.NONE;
      case String other -> throw part.unsupported("the normalizer '" + other + "'");
    };
  }

  private static Normalizer form(Form form) {
    return (text, _) -> java.text.Normalizer.normalize(text, form);
  }

  private static Normalizer strip(boolean left, boolean right) {
    return (text, _) -> {
      int from = 0;
      int to = text.length();
      while (left && from < to && Unicode.isWhiteSpace(text.charAt(from))) {
        from++;
      }
      while (right && to > from && Unicode.isWhiteSpace(text.charAt(to - 1))) {
        to--;
      }
      return text.substring(from, to);
    };
  }

  private static Normalizer characterMap(JsonPart part) {
    String table =
        part.text("precompiled_charsmap")
            .orElseThrow(() -> part.wrong("precompiled_charsmap", "a text"));
    try {
      byte[] bytes = Base64.getDecoder().decode(table);
      return bytes.length == 0 ? Normalizer.NONE : new CharacterMap(ByteBuffer.wrap(bytes));
    } catch (IllegalArgumentException _) {
      throw part.wrong("precompiled_charsmap", "base64");
    }
  }
}
