/// A pure-Java engine that scores tokens under any rotation.
@org.jspecify.annotations.NullMarked
module rope4j.inference {
  requires static org.jspecify;
  requires static jdk.incubator.vector;
  requires transitive rope4j.checkpoint;

  exports rope4j.inference;
}
