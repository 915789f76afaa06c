package rope4j.chat;

import java.nio.file.Files;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import rope4j.checkpoint.CheckpointException;
import rope4j.checkpoint.GgufFile;
import rope4j.checkpoint.model.Checkpoint;
import rope4j.checkpoint.model.FolderCheckpoint;
import rope4j.checkpoint.model.GgufCheckpoint;
import rope4j.inference.tokenizer.Tokenizer;

/// How a model was trained to see a conversation: a Jinja template that writes messages as one
/// text, with control tokens around them. Immutable and safe for use by many threads.
///
/// ```java
/// ChatTemplate template = ChatTemplate.of(model.checkpoint()).orElseThrow();
/// int[] prompt = template.prompt(List.of(Message.user("Hello")), model.tokenizer());
/// ```
public final class ChatTemplate {

  private final String name;
  private final String source;

  private ChatTemplate(String name, String source) {
    this.name = name;
    this.source = source;
  }

  /// A template in Jinja.
  ///
  /// @param name what messages call it
  /// @param source in the language of Jinja2, as Transformers renders it
  public static ChatTemplate of(String name, String source) {
    return new ChatTemplate(name, source);
  }

  /// The template a model came with, if any.
  ///
  /// @throws CheckpointException when a file of a folder can't be read
  public static Optional<ChatTemplate> of(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case GgufCheckpoint gguf -> of(gguf.file());
      case FolderCheckpoint folder ->
          // What was opened may be the config.json in it.
          of(Files.isDirectory(folder.path()) ? folder.path() : folder.path().resolveSibling(""));
    };
  }

  /// The template a GGUF file has (`tokenizer.chat_template`), if any.
  public static Optional<ChatTemplate> of(GgufFile file) {
    return file.metadata()
        .string("tokenizer.chat_template")
        .map(source -> of("tokenizer.chat_template", source));
  }

  /// The template of a Hugging Face folder, if any: `chat_template.jinja`, or `chat_template` of
  /// `tokenizer_config.json`, there the one named `default` where there are several.
  ///
  /// @throws CheckpointException when a file can't be read
  public static Optional<ChatTemplate> of(java.nio.file.Path folder) {
    return FolderTemplates.of(folder);
  }

  /// A template that comes with this library.
  ///
  /// @param name one of [#builtInNames]
  /// @throws IllegalArgumentException when there is none of this name
  public static ChatTemplate builtIn(String name) {
    return BuiltInTemplates.of(name);
  }

  /// Names of the templates that come with this library.
  public static List<String> builtInNames() {
    return BuiltInTemplates.NAMES;
  }

  /// What errors call it.
  public String name() {
    return name;
  }

  /// The tokens of a conversation that the model is to answer. Control tokens of the template are
  /// control tokens; what looks like one in a message is text. Begins with the tokenizer's first
  /// token where it wants one, once, whether the template writes it or not.
  ///
  /// @param messages at least one; a model answers after the last
  /// @throws CheckpointException when the template can't be rendered, or refuses the conversation
  public int[] prompt(List<Message> messages, Tokenizer tokenizer) {
    List<String> controls = tokenizer.controls();
    Typed typed =
        Typed.among(
            controls,
            Stream.concat(Stream.of(source), messages.stream().map(Message::text)).toList());
    List<Message> marked = new ArrayList<>(messages.size());
    for (Message message : messages) {
      marked.add(new Message(message.role(), typed.marked(message.text())));
    }
    Typed.Text text =
        typed.unmarked(
            render(
                marked,
                true,
                written(tokenizer, tokenizer.bos()),
                written(tokenizer, tokenizer.eos()),
                LocalDateTime.now()));
    return withFirst(tokenizer, tokenizer.encodeWithControls(text.text(), text.typed()));
  }

  /// The same as a text, for a reader; without what keeps messages and control tokens apart.
  public String text(List<Message> messages, Tokenizer tokenizer) {
    return render(
        messages,
        true,
        written(tokenizer, tokenizer.bos()),
        written(tokenizer, tokenizer.eos()),
        LocalDateTime.now());
  }

  private static String written(Tokenizer tokenizer, OptionalInt token) {
    return token.isPresent() ? tokenizer.written(token.getAsInt()) : "";
  }

  private static int[] withFirst(Tokenizer tokenizer, int[] ids) {
    OptionalInt bos = tokenizer.addsBos() ? tokenizer.bos() : OptionalInt.empty();
    if (bos.isEmpty() || ids.length > 0 && ids[0] == bos.getAsInt()) {
      return ids;
    }
    return IntStream.concat(IntStream.of(bos.getAsInt()), IntStream.of(ids)).toArray();
  }

  /// @param generate whether an answer is to follow
  String render(
      List<Message> messages, boolean generate, String bos, String eos, LocalDateTime now) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a conversation needs at least one message");
    }
    List<Map<String, Object>> values = new ArrayList<>();
    for (Message message : messages) {
      Map<String, Object> value = new HashMap<>();
      value.put("role", message.role().word());
      value.put("content", message.text());
      values.add(value);
    }
    Map<String, Object> variables = new HashMap<>();
    variables.put("messages", values);
    variables.put("add_generation_prompt", generate);
    variables.put("bos_token", bos);
    variables.put("eos_token", eos);
    return Jinja.render(source, variables, now);
  }
}
