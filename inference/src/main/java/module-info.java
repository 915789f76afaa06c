/// Runs models: tensors, attention, tokenizers, scoring.
@org.jspecify.annotations.NullMarked
module rope4j.inference {
  requires static org.jspecify;
  requires static jdk.incubator.vector;
  requires transitive rope4j.checkpoint;

  exports rope4j.inference;
  exports rope4j.inference.tokenizer;
}
