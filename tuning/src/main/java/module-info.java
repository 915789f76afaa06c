/// Searches for the rotation that fits a model and a text, and proves on other text what it gains.
@org.jspecify.annotations.NullMarked
module rope4j.tuning {
  requires static org.jspecify;
  requires hipparchus.core;
  requires hipparchus.optim;
  requires io.jenetics.base;
  requires java.management;
  requires transitive rope4j.diagnosis;

  exports rope4j.tuning;
  exports rope4j.tuning.fitness;
  exports rope4j.tuning.result;
  exports rope4j.tuning.search;
  exports rope4j.tuning.space;
}
