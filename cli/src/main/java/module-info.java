/// The command `rope`: parsing, progress, printing; no logic of its own.
///
/// It requires the Vector API outright, so that a plain `java -p … -m` resolves it and the kernels
/// run on it.
@org.jspecify.annotations.NullMarked
module rope4j.cli {
  requires static org.jspecify;
  requires jdk.incubator.vector;
  requires info.picocli;
  requires tools.jackson.databind;
  requires rope4j.tuning;
  // Only `rope run --chat` needs it, and the launcher adds it then: its libraries take long to
  // start.
  requires static rope4j.chat;

  opens rope4j.cli to
      info.picocli;
}
