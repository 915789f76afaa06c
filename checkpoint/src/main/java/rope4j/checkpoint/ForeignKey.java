package rope4j.checkpoint;

import java.util.Optional;

/// A key of a GGUF file that concerns rotation and that llama.cpp does not read.
///
/// @param evidence the key and its value
/// @param llamaCppKey the whole key under which llama.cpp would read it, for example
///   `gemma3.rope.freq_base_swa`; empty when it has none. The value may have to change too: a
///   partial factor is to be multiplied with the head dimension, and in DeepSeek's architectures
///   the multiplier is a tenth of `mscale_all_dim`
public record ForeignKey(Evidence evidence, Optional<String> llamaCppKey) {}
