/// What a model file says: metadata, tensors, rope parameters.
@org.jspecify.annotations.NullMarked
module rope4j.checkpoint {
  requires static org.jspecify;
  requires transitive rope4j.rotation;

  exports rope4j.checkpoint;
  exports rope4j.checkpoint.config;
  exports rope4j.checkpoint.json;
  exports rope4j.checkpoint.model;
  exports rope4j.checkpoint.safetensors;
  exports rope4j.checkpoint.patch;
}
