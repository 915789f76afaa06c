package rope4j.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every template of the fixtures gives, for every conversation, what Jinja2 gives: to the letter,
/// or its refusal.
class ChatTemplateGoldenTest {

  private static final Path FIXTURES = Path.of("src/test/resources/templates");

  /// What the fixtures' clock showed.
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 5, 14, 7, 9);

  @TestFactory
  Stream<DynamicTest> everyConversationIsWrittenAsJinja2WritesIt() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(FIXTURES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jinja")).sorted().toList()) {
        String name = file.getFileName().toString().replace(".jinja", "");
        JsonNode fixture = JsonMapper.shared().readTree(FIXTURES.resolve(name + ".json").toFile());
        ChatTemplate template = ChatTemplate.of(name, Files.readString(file));
        for (JsonNode example : fixture.get("cases")) {
          tests.add(
              DynamicTest.dynamicTest(
                  name + ": " + example.get("name").asString(),
                  () -> check(template, fixture, example)));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(100);
    return tests.stream();
  }

  private static void check(ChatTemplate template, JsonNode fixture, JsonNode example) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode message : example.get("messages")) {
      messages.add(
          new Message(
              Role.valueOf(message.get("role").asString().toUpperCase(Locale.ROOT)),
              message.get("content").asString()));
    }
    boolean generate = example.get("generate").asBoolean();
    String bos = fixture.get("bos").asString();
    String eos = fixture.get("eos").asString();
    if (example.has("refusal")) {
      assertThatThrownBy(() -> template.render(messages, generate, bos, eos, NOW))
          .isInstanceOf(TemplateException.class)
          .hasMessageContaining(example.get("refusal").asString());
    } else {
      assertThat(template.render(messages, generate, bos, eos, NOW))
          .isEqualTo(example.get("text").asString());
    }
  }

  @TestFactory
  Stream<DynamicTest> theLanguageMeansWhatJinja2Means() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode example :
        JsonMapper.shared().readTree(FIXTURES.resolve("language.json").toFile())) {
      String source = example.get("template").asString();
      tests.add(
          DynamicTest.dynamicTest(
              source,
              () ->
                  assertThat(
                          ChatTemplate.of("language", source)
                              .render(List.of(Message.user("Hi")), true, "<s>", "</s>", NOW))
                      .isEqualTo(example.get("text").asString())));
    }
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> whatIsNotSupportedIsRefusedInOneSentence() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode source :
        JsonMapper.shared().readTree(FIXTURES.resolve("refused.json").toFile())) {
      tests.add(
          DynamicTest.dynamicTest(
              source.asString(),
              () ->
                  assertThatThrownBy(() ->
                          ChatTemplate.of("refused", source.asString())
                              .render(List.of(Message.user("Hi")), true, "<s>", "</s>", NOW))
                      .isInstanceOf(TemplateException.class)
                      .message()
                      .startsWith("the chat template ")
                      .doesNotContain("\n", "Exception")));
    }
    return tests.stream();
  }
}
