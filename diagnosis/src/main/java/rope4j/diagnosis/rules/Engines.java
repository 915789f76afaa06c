package rope4j.diagnosis.rules;

import java.util.Arrays;
import java.util.Set;
import rope4j.diagnosis.engine.Engine;
import rope4j.diagnosis.engine.Engine.Format;

/// Groups of engines that a rule may concern.
final class Engines {

  /// All of them.
  static final Set<Engine> ALL = Set.of(Engine.values());

  /// Those that load `config.json`.
  static final Set<Engine> HUGGING_FACE = Set.copyOf(Engine.loading(Format.HUGGING_FACE));

  /// Those that load GGUF.
  static final Set<Engine> GGUF = Set.copyOf(Engine.loading(Format.GGUF));

  private Engines() {}

  /// Some of them.
  static Set<Engine> only(Engine... engines) {
    return Set.copyOf(Arrays.asList(engines));
  }
}
