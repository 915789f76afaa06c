/// Rotary position embeddings: inverse frequencies, scalings and the kernels that rotate.
///
/// Depends on nothing but the JDK. Without `jdk.incubator.vector` the scalar kernels run.
@org.jspecify.annotations.NullMarked
module rope4j.rotation {
  requires static org.jspecify;
  requires static jdk.incubator.vector;

  exports rope4j.rotation;
  exports rope4j.rotation.absolute;
  exports rope4j.rotation.dialect;
  exports rope4j.rotation.position;
}
