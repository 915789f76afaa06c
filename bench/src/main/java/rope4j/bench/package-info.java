/// JMH benchmarks. Scalar twins run in a fork without the Vector API module.
@org.jspecify.annotations.NullMarked
package rope4j.bench;
