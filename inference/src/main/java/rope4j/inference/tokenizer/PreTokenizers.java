package rope4j.inference.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import rope4j.checkpoint.CheckpointException;

/// The ways a text falls into words before byte-level BPE merges, by the names GGUF files give them
/// (`tokenizer.ggml.pre`).
///
/// Source: llama.cpp `llama-vocab.cpp`, `llm_tokenizer_bpe`, and `unicode.cpp`. What is written
/// there for the sake of C++'s regular expressions is written here as what it matches:
///
/// * `\s` is every character with Unicode's White_Space; `\d`, `\b` and `[a-z]` are ASCII;
/// * `~` is in no `\p{S}`; `\p{Lu}` and the other kinds of letters are all `\p{L}`;
/// * an expression of more than one character class is never repeated, so that no length of text
///   exhausts the stack.
final class PreTokenizers {

  /// A way to cut.
  ///
  /// @param ignoresMerges whether a word that is a token is that token
  /// @param bytes whether words are bytes; otherwise characters, `▁` for a space
  record Rule(Splitter splitter, boolean ignoresMerges, boolean bytes) {}

  private static final String CONTRACTION = "'(?i:s|t|re|ve|m|ll|d)";
  private static final String BLANKS = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  /// The words of Llama 3 and most after it, by how many digits make a number.
  private static String words(String digits) {
    return CONTRACTION
        + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
        + digits
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
        + BLANKS;
  }

  private static final String LLAMA3 = words("\\p{N}{1,3}");
  private static final String QWEN2 = words("\\p{N}");

  /// Words in which capitals come first, and what may follow them.
  private static String capitalised(String letters, String suffix, String digits) {
    String prefix = "[^\\r\\n\\p{L}\\p{N}]?";
    String capitals = "[" + letters + "&&[^a-z]]";
    String smalls = "[" + letters + "&&[^A-Z]]";
    return prefix
        + capitals
        + "*"
        + smalls
        + "+"
        + suffix
        + "|"
        + prefix
        + capitals
        + "+"
        + smalls
        + "*"
        + suffix
        + "|"
        + digits
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
        + BLANKS;
  }

  /// Words with their combining marks. The expression for them names small letters and capitals,
  /// but llama.cpp sees letters only.
  private static final String MARKED =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+(?:" + CONTRACTION + ")?";

  private static final String ASCII_MARKS = "[!-/:-@\\[-`{-~]";
  private static final String MARKS = "[\\p{P}\\p{S}&&[^~]]";

  private static final String DEEPSEEK3 =
      ASCII_MARKS + "[A-Za-z]+|(?:~|[^\\r\\n\\p{L}\\p{P}\\p{S}])?[\\p{L}\\p{M}]+| ?" + MARKS + "+";

  private static final String CHINESE_AND_JAPANESE = "[\\x{4E00}-\\x{9FA5}\\x{3040}-\\x{30FF}]+";
  private static final String DEEPSEEK_ASIAN =
      "[\\x{4E00}-\\x{9FA5}\\x{800}-\\x{4E00}\\x{AC00}-\\x{D7FF}&&[^\\s]]+";

  private static final String BLOOM =
      " ?[^(\\s|.,!?\\x{2026}\\x{3002}\\x{FF0C}\\x{3001}\\x{964}\\x{6D4}\\x{60C})]+";

  private static final String LINES = "[^\\n]+|\\n+";

  /// Chinese characters as Kimi has them.
  private static final String HAN =
      "\\x{4E00}-\\x{9FFF}\\x{3400}-\\x{4DBF}\\x{20000}-\\x{2A6DF}\\x{2A700}-\\x{2EBEF}"
          + "\\x{F900}-\\x{FAFF}\\x{2F800}-\\x{2FA1F}";

  /// Letters of scripts with capitals, as of Unicode 12.
  private static final String CASED =
      "A-Za-z\\x{B5}\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{1BA}\\x{1BC}-\\x{1BF}"
          + "\\x{1C4}-\\x{293}\\x{295}-\\x{2AF}\\x{370}-\\x{373}\\x{376}\\x{377}\\x{37B}-\\x{37D}"
          + "\\x{37F}\\x{386}\\x{388}-\\x{38A}\\x{38C}\\x{38E}-\\x{3A1}\\x{3A3}-\\x{3F5}"
          + "\\x{3F7}-\\x{481}\\x{48A}-\\x{52F}\\x{531}-\\x{556}\\x{10A0}-\\x{10C5}"
          + "\\x{13A0}-\\x{13F5}\\x{13F8}-\\x{13FD}\\x{1C90}-\\x{1CBA}\\x{1CBD}-\\x{1CBF}"
          + "\\x{1D00}-\\x{1D2B}\\x{1D6B}-\\x{1D77}\\x{1D79}-\\x{1D9A}\\x{1E00}-\\x{1F15}"
          + "\\x{1F18}-\\x{1F1D}\\x{1F20}-\\x{1F45}\\x{1F48}-\\x{1F4D}\\x{1F50}-\\x{1F57}\\x{1F59}"
          + "\\x{1F5B}\\x{1F5D}\\x{1F5F}-\\x{1F7D}\\x{1F80}-\\x{1FB4}\\x{1FB6}-\\x{1FBC}\\x{1FBE}"
          + "\\x{1FC2}-\\x{1FC4}\\x{1FC6}-\\x{1FCC}\\x{1FD0}-\\x{1FD3}\\x{1FD6}-\\x{1FDB}"
          + "\\x{1FE0}-\\x{1FEC}\\x{1FF2}-\\x{1FF4}\\x{1FF6}-\\x{1FFC}\\x{2102}\\x{2107}"
          + "\\x{210A}-\\x{2113}\\x{2115}\\x{2119}-\\x{211D}\\x{2124}\\x{2126}\\x{2128}"
          + "\\x{212A}-\\x{212D}\\x{212F}-\\x{2134}\\x{2139}\\x{213C}-\\x{213F}\\x{2145}-\\x{2149}"
          + "\\x{214E}\\x{2183}\\x{2184}\\x{2C00}-\\x{2C7B}\\x{2C7E}-\\x{2CE4}\\x{2CEB}-\\x{2CEE}"
          + "\\x{2CF2}\\x{2CF3}\\x{A640}-\\x{A66D}\\x{A680}-\\x{A69B}\\x{A722}-\\x{A76F}"
          + "\\x{A771}-\\x{A787}\\x{A78B}-\\x{A78E}\\x{AB70}-\\x{ABBF}\\x{FB00}-\\x{FB06}"
          + "\\x{FB13}-\\x{FB17}\\x{FF21}-\\x{FF3A}\\x{FF41}-\\x{FF5A}\\x{10400}-\\x{1044F}"
          + "\\x{104B0}-\\x{104D3}\\x{104D8}-\\x{104FB}\\x{10C80}-\\x{10CB2}\\x{10CC0}-\\x{10CF2}"
          + "\\x{118A0}-\\x{118DF}\\x{1E900}-\\x{1E943}";

  private static final Map<String, Supplier<Rule>> RULES = new HashMap<>();

  private static void rule(Supplier<Rule> rule, String... names) {
    for (String name : names) {
      RULES.put(name, rule);
    }
  }

  static {
    rule(() -> merging("[\\p{P}$+<=>^~|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"), "default");
    rule(
        () -> whole(LLAMA3),
        "llama3",
        "llama-v3",
        "llama-bpe",
        "falcon3",
        "falcon-h1",
        "pixtral",
        "midm-2.0",
        "lfm2",
        "jina-v5-nano");
    rule(() -> merging(LLAMA3), "dbrx", "smaug-bpe", "glm4", "chatglm-bpe");
    rule(() -> whole("\\p{N}{1,3}", words("\\p{N}+")), "minicpm5");
    rule(
        () ->
            merging(
                LLAMA3.replace(
                    "|\\s+(?!\\S)|\\s+",
                    "|\\s{512}(?!\\S)|\\s{256}(?!\\S)|\\s{128}(?!\\S)|\\s{64}(?!\\S)|\\s{32}(?!\\S)"
                        + "|\\s{16}(?!\\S)|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s")),
        "jais-2");
    rule(
        () -> merging(QWEN2),
        "qwen2",
        "deepseek-r1-qwen",
        "kormo",
        "f2llmv2",
        "megrez",
        "stablelm2",
        "hunyuan",
        "solar-open",
        "grok-2");
    rule(() -> merging(LINES, QWEN2), "laguna");
    rule(() -> merging(QWEN2.substring(CONTRACTION.length() + 1)), "ufakzeka");
    rule(
        () ->
            merging(
                CONTRACTION
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*"
                    + BLANKS),
        "qwen35");
    rule(
        () ->
            merging(
                CONTRACTION
                    + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+"
                    + BLANKS),
        "seed-coder");
    rule(
        () ->
            merging(
                "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"),
        "bailingmoe",
        "bailingmoe2",
        "llada-moe");
    // A space joins two letters; nothing after the letters makes it give one back.
    rule(
        () ->
            merging(
                CONTRACTION
                    + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}(?:[\\p{L}\\p{M}]| \\p{L})*+|\\p{N}"
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"),
        "exaone-moe");
    rule(
        () -> merging(GPT2),
        "gpt-2",
        "phi-2",
        "jina-es",
        "jina-de",
        "gigachat",
        "jina-v2-es",
        "jina-v2-de",
        "a.x-4.0",
        "mellum",
        "modern-bert",
        "jina-v1-en",
        "jina-v2-code",
        "roberta-bpe",
        "exaone4",
        "mpt",
        "olmo",
        "jais",
        "trillion",
        "granite-docling");
    rule(
        () -> merging("\\p{N}", GPT2),
        "starcoder",
        "refact",
        "command-r",
        "smollm",
        "codeshell",
        "exaone",
        "minerva-7b",
        "mellum2");
    rule(() -> merging("[\\p{P}$+<=>^~|`]+", GPT2, "[0-9][0-9][0-9]"), "falcon");
    rule(
        () ->
            merging(
                "[\\r\\n]",
                "\\s?[" + CASED + "]+",
                "\\s?[!-/:-~\\x{FF01}-\\x{FF0F}\\x{FF1A}-\\x{FF5E}\\x{2018}-\\x{201F}\\x{3001}\\x{3002}]+",
                // The blanks at the end, found at their beginning only.
                "(?<!\\s)\\s++$",
                DEEPSEEK_ASIAN,
                "\\p{N}+"),
        "deepseek-llm");
    rule(
        () -> merging("[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", DEEPSEEK_ASIAN, "\\p{N}"),
        "deepseek-coder");
    rule(
        () -> merging("\\p{N}{1,3}", CHINESE_AND_JAPANESE, DEEPSEEK3 + "[\\r\\n]*" + BLANKS),
        "deepseek-v3",
        "hunyuan-dense",
        "joyai-llm",
        "hy_v4");
    rule(
        () ->
            merging(
                "\\p{N}{1,3}",
                CHINESE_AND_JAPANESE,
                DEEPSEEK3 + "|[\\r\\n]|\\s+(?!\\S)|\\s+",
                "\\p{N}"),
        "spark2_5");
    rule(
        () ->
            new Rule(
                new DigitGroups(DigitGroups.Which.UNICODE)
                    .then(
                        regex(
                            "[\\x{4E00}-\\x{9FFF}\\x{3400}-\\x{4DBF}\\x{F900}-\\x{FAFF}"
                                + "\\x{3040}-\\x{30FF}\\x{FF65}-\\x{FF9F}\\x{2F00}-\\x{2FDF}"
                                + "\\x{E40}-\\x{E7F}\\x{E80}-\\x{EFF}\\x{1780}-\\x{17FF}"
                                + "\\x{1000}-\\x{109F}\\x{AA60}-\\x{AA7F}\\x{A9E0}-\\x{A9FF}"
                                + "\\x{AC00}-\\x{D7AF}\\x{1100}-\\x{11FF}]+"))
                    .then(regex(DEEPSEEK3 + "[\\r\\n]*" + BLANKS)),
                false,
                true),
        "afmoe");
    rule(
        () ->
            whole(
                "[\\x{AC00}-\\x{D7A3}\\x{3131}-\\x{318E}]+"
                    + "|[!\\x{2026}\\x{201C}\\x{201D}\\x{2018}\\x{2019}\\x{2014}\\x{FF1A}\\x{FF1B}"
                    + "\\x{FF0C}\\x{3001}-\\x{303F}\\x{FE30}-\\x{FE4F}]+"
                    + "|[\\x{3105}-\\x{312F}]+|"
                    + CHINESE_AND_JAPANESE,
                MARKED + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" + BLANKS),
        "youtu");
    rule(() -> merging(BLOOM), "bloom", "poro-chat", "gpt3-finnish");
    rule(() -> merging(BLOOM, "\\p{N}"), "viking");
    rule(() -> whole(capitalised("\\p{L}", "", "\\p{N}")), "tekken");
    rule(
        () -> merging(capitalised("\\p{L}", "(?:" + CONTRACTION + ")?", "\\p{N}{1,3}")),
        "gpt-4o",
        "llama4",
        "kanana2",
        "talkie",
        "minimax-m2");
    rule(
        () -> whole(capitalised("\\p{L}\\p{M}", "(?:" + CONTRACTION + ")?", "\\p{N}{1,3}")),
        "granite-embed-multi-97m");
    rule(
        () ->
            new Rule(
                new DigitGroups(DigitGroups.Which.ASCII_AT_WORD_END)
                    .then(regex(MARKED + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" + BLANKS)),
                false,
                true),
        "tiny_aya",
        "cohere2moe");
    rule(
        () ->
            new Rule(regex("\\p{N}+").then(new DigitGroups(DigitGroups.Which.ASCII)), false, true),
        "superbpe");
    rule(
        () ->
            merging(
                "<sentinel:[0-9]+>",
                "IMGIMG[A-I]{1,4}Z",
                "[\\t\\n]|    |  ",
                "\\p{N}",
                "[\\p{P}!-/:-@\\[-`{-~]",
                GPT2),
        "chameleon");
    rule(
        () ->
            merging(
                "["
                    + HAN
                    + "]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}&&[^"
                    + HAN
                    + "]]+(?:"
                    + CONTRACTION
                    + ")?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + BLANKS),
        "kimi-k2");
    rule(
        () -> new Rule(regex(LINES), false, false),
        "gemma4",
        "granite-embed-multi-311m",
        "sarvam-moe");
  }

  private PreTokenizers() {}

  /// The rule of a name, `default` without one.
  ///
  /// @throws CheckpointException when there is none of that name
  static Rule named(Optional<String> name) {
    Supplier<Rule> rule = RULES.get(name.filter(given -> !given.isEmpty()).orElse("default"));
    if (rule == null) {
      throw new CheckpointException(
          "the file's pre-tokenizer is '"
              + Unknowns.shown(name.orElse(""))
              + "', which is not known here: convert the model again, or give token ids instead;"
              + " known are "
              + String.join(", ", new TreeSet<>(RULES.keySet())));
    }
    return rule.get();
  }

  /// The words of GPT-2.
  static Splitter gpt2() {
    return regex(GPT2);
  }

  /// All names.
  static List<String> names() {
    return List.copyOf(new TreeSet<>(RULES.keySet()));
  }

  private static Rule merging(String... expressions) {
    return new Rule(cascade(expressions), false, true);
  }

  private static Rule whole(String... expressions) {
    return new Rule(cascade(expressions), true, true);
  }

  /// One after another: each cuts the words the one before has left.
  private static Splitter cascade(String... expressions) {
    Splitter splitter = Splitter.NONE;
    for (String expression : expressions) {
      splitter = splitter.then(regex(expression));
    }
    return splitter;
  }

  private static Splitter regex(String expression) {
    return new RegexSplitter(
        Pattern.compile(
            expression.replace("\\s", "\\p{IsWhite_Space}").replace("\\S", "\\P{IsWhite_Space}")));
  }
}
