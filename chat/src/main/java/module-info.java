/// Conversations with a model in the words of its chat template.
@org.jspecify.annotations.NullMarked
module rope4j.chat {
  requires static org.jspecify;
  // No module itself, so it can't say what it needs.
  requires jinjava;
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.dataformat.yaml;
  requires com.fasterxml.jackson.datatype.jdk8;
  requires org.apache.commons.lang3;
  requires org.slf4j;
  requires java.desktop;
  requires java.logging;
  requires transitive rope4j.inference;

  exports rope4j.chat;

  // The engine calls what templates call: functions here, found by their names.
  opens rope4j.chat to
      jinjava;
}
