package rope4j.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import rope4j.checkpoint.RopeOverrides;
import rope4j.inference.Model;
import rope4j.inference.Session;

/// A conversation on a small random model.
class ConversationTest {

  private static final Path FILE =
      Path.of("../inference/src/test/resources/parity/zoo/models/llama-gqa.gguf");
  private static final ChatTemplate TEMPLATE =
      ChatTemplate.of("test", "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}");

  @Test
  void whatTheSessionHasReadIsNotReadAgain() {
    try (Model model = Model.load(FILE)) {
      Session session = session(model, 512);
      Conversation conversation = new Conversation(TEMPLATE, model.tokenizer(), session);
      conversation.instruct("be kind");
      int[] first = conversation.ask("one");
      session.feed(first);
      conversation.answered("two");
      int[] second = conversation.ask("three");
      assertThat(session.length()).isPositive().isLessThanOrEqualTo(first.length);
      int[] whole =
          TEMPLATE.prompt(
              List.of(
                  Message.system("be kind"),
                  Message.user("one"),
                  Message.assistant("two"),
                  Message.user("three")),
              model.tokenizer());
      assertThat(session.length() + second.length).isEqualTo(whole.length);
      assertThat(whole).endsWith(second).startsWith(session.tokens());
    }
  }

  @Test
  void anAnswerThatWasWrittenDownOtherwiseIsReadAgainFromWhereItDiffers() {
    try (Model model = Model.load(FILE)) {
      Session session = session(model, 512);
      Conversation conversation = new Conversation(TEMPLATE, model.tokenizer(), session);
      session.feed(conversation.ask("one"));
      int asked = session.length();
      // Tokens of an answer that is not the one told afterwards.
      session.feed(5, 6, 7);
      conversation.answered("two");
      int[] unread = conversation.ask("three");
      assertThat(session.length()).isLessThanOrEqualTo(asked + 3);
      assertThat(unread).isNotEmpty();
      assertThat(session.feed(unread)).isEqualTo(session(model, 512).feed(session.tokens()));
    }
  }

  @Test
  void aQuestionThatDoesNotFitIsNotPartOfTheConversation() {
    try (Model model = Model.load(FILE)) {
      Conversation conversation = new Conversation(TEMPLATE, model.tokenizer(), session(model, 16));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> conversation.ask("a question of many more than sixteen tokens"))
          .withMessageContaining("--ctx-size");
      assertThat(conversation.messages()).isEmpty();
    }
  }

  @Test
  void whatATemplateRefusesOrLeavesOutOfASystemGoesBeforeTheFirstQuestion() {
    ChatTemplate leavesOut =
        ChatTemplate.of(
            "leaves out",
            "{% for m in messages %}{% if m.role != 'system' %}{{ m.role }}: {{ m.content }}\n"
                + "{% endif %}{% endfor %}");
    for (ChatTemplate template : List.of(ChatTemplate.builtIn("gemma"), leavesOut)) {
      try (Model model = Model.load(FILE)) {
        Conversation conversation =
            new Conversation(template, model.tokenizer(), session(model, 512));
        conversation.instruct("be kind");
        assertThat(conversation.ask("one"))
            .isEqualTo(template.prompt(List.of(Message.user("be kind\n\none")), model.tokenizer()));
        conversation.answered("two");
        var _ = conversation.ask("three");
        assertThat(conversation.messages())
            .containsExactly(
                Message.system("be kind"),
                Message.user("one"),
                Message.assistant("two"),
                Message.user("three"));
      }
    }
  }

  private static Session session(Model model, int capacity) {
    return model.session(model.rotation(RopeOverrides.NONE, capacity), capacity);
  }
}
