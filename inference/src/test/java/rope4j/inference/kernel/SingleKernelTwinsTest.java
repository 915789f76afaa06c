package rope4j.inference.kernel;

/// The Vector API kernels for one token at a time agree with plain Java.
class SingleKernelTwinsTest extends KernelTwins {

  SingleKernelTwinsTest() {
    super(Kernels.scalar().single(), new VectorKernels().single());
  }
}
