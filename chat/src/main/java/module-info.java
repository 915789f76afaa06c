/// Conversations with a model in the words of its chat template.
@org.jspecify.annotations.NullMarked
module rope4j.chat {
  requires static org.jspecify;
  // No module itself, so it can't say that it needs java.beans and its libraries java.util.logging.
  requires jinjava;
  requires java.desktop;
  requires java.logging;
  requires transitive rope4j.inference;

  exports rope4j.chat;

  // The engine calls what templates call: functions here, found by their names.
  opens rope4j.chat to
      jinjava;
}
